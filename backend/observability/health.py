"""Health: `/healthz` says that the process answers, `/readyz` that PostgreSQL and Redis do too.

A middleware rather than views, and the first one, so that probes need no host name, session or database connection.
"""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase


def readiness() -> dict[str, str]:
    """What the server depends on, each `ok` or the name of what went wrong."""
    checks = {"database": "ok", "redis": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        checks["database"] = type(error).__name__
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError as error:
        checks["redis"] = type(error).__name__
    finally:
        client.close()
    return checks


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            checks = readiness()
            # Without Redis everything still works, more slowly: only the database decides.
            return JsonResponse(checks, status=200 if checks["database"] == "ok" else 503)
        return self.get_response(request)
