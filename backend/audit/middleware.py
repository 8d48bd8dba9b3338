"""What people see when the audit can't be written: 503, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from backend.api.json import encode
from backend.api.problems import CONTENT_TYPE
from backend.audit.recording import AuditUnavailable


class AuditUnavailableMiddleware:
    """For pages; the API's own views answer by their own handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, AuditUnavailable):
            return None
        if request.accepts("text/html"):
            return render(request, "audit/unavailable.html", status=exception.status)
        return HttpResponse(encode(exception.document()), status=exception.status, content_type=CONTENT_TYPE)
