"""From exceptions to problem documents: of the API's views, and of addresses that lead to no view."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.api.json import encode
from backend.api.problems import (
    CONTENT_TYPE,
    Busy,
    FieldError,
    Invalid,
    NotFound,
    Problem,
    plain_response,
    problem_document,
)

logger = structlog.get_logger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError)
"""PostgreSQL is not there, or took too long over a statement or a lock: no defect of ours, and soon over."""


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. What it doesn't know is a defect and stays an exception."""
    headers: dict[str, str] = {}
    if isinstance(error, Problem):
        document, headers = error.document(), error.headers
    elif isinstance(error, DATABASE_AWAY):
        busy = busy_database(error)
        document, headers = busy.document(), busy.headers
    elif isinstance(error, Http404):
        document = NotFound().document()
    elif isinstance(error, PermissionDenied):
        document = problem_document(403, "permission_denied", "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        document = Invalid(errors=_field_errors(error.detail)).document()
    elif isinstance(error, exceptions.APIException):
        document = problem_document(error.status_code, error.default_code, str(error.detail))
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
    else:
        return None
    set_rollback()
    return Response(document, status=document["status"], headers=headers, content_type=CONTENT_TYPE)


def _field_errors(detail: Any, pointer: str = "") -> list[FieldError]:
    """DRF's nested error details, flattened to pointers."""
    if isinstance(detail, Mapping):
        return [
            error
            for field, inner in detail.items()
            for error in _field_errors(inner, pointer if field == "non_field_errors" else f"{pointer}/{field}")
        ]
    if isinstance(detail, list) and any(isinstance(item, (Mapping, list)) for item in detail):
        return [error for index, item in enumerate(detail) for error in _field_errors(item, f"{pointer}/{index}")]
    items = detail if isinstance(detail, list) else [detail]
    return [FieldError(pointer, str(getattr(item, "code", "invalid")), str(item)) for item in items]


def busy_database(error: Exception) -> Busy:
    logger.warning("database_busy", reason=type(error).__name__, sqlstate=getattr(error.__cause__, "sqlstate", None))
    return Busy()


def _plain_problem(status: int, code: str, detail: str) -> HttpResponse:
    return HttpResponse(encode(problem_document(status, code, detail)), status=status, content_type=CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_problem(404, "not_found", "There is nothing here.")


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exception()  # Django calls this while it handles the exception
    if isinstance(error, DATABASE_AWAY):
        return plain_response(busy_database(error))
    return _plain_problem(500, "server_error", "Something went wrong on the server; it has been recorded.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_problem(400, "bad_request", "The request can't be understood.")
