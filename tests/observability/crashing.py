"""An installation in which things crash, with whatever a caller sent in their messages, arguments and local variables."""

from __future__ import annotations

import logging
from typing import Any

import structlog
from celery import shared_task
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config import urls

handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500


@csrf_exempt
def raises(request: HttpRequest, text: str = "") -> HttpResponse:
    everything = f"{request.body!r} {request.GET!r} {request.headers!r} {text}"
    raise ValueError(everything)


def breaks_a_constraint(request: HttpRequest) -> HttpResponse:
    address = request.GET["q"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS canary (address text PRIMARY KEY)")
        for _ in range(2):
            cursor.execute("INSERT INTO canary VALUES (%s)", [address])
    return HttpResponse()


def breaks_off(request: HttpRequest) -> StreamingHttpResponse:
    def stream() -> Any:
        yield b"so far so good"
        raise ValueError(request.GET["q"])

    return StreamingHttpResponse(stream())


def talks(request: HttpRequest) -> HttpResponse:
    """Whoever writes a line, in whichever way."""
    text = request.GET["q"]
    structlog.get_logger("ours").warning("said", body=text, reason=text.upper()[:0], email=text, count=1)
    logging.getLogger("theirs").warning("It says %s", text)
    logging.getLogger("theirs").warning(f"It says {text}")
    logging.getLogger("theirs").warning("It says", extra={"body": text})
    logging.getLogger("theirs").warning("It says %(what)s", {"what": text}, stack_info=True)
    return HttpResponse()


@shared_task
def crash(text: str) -> None:
    raise ValueError(text) from KeyError(text)


urlpatterns = [
    path("crash/raises/<str:text>", raises),
    path("crash/constraint", breaks_a_constraint),
    path("crash/stream", breaks_off),
    path("crash/talks", talks),
    *urls.urlpatterns,
]
