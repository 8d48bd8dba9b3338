"""Every refusal of the API as one kind of document: RFC 9457 problem details with a stable `code`.

`errors` names each field at fault by JSON pointer. `detail` is English, for developers; apps localise the `code`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.api.json import encode

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault: where (JSON pointer into the body), a stable code, and a sentence for developers."""

    pointer: str
    code: str
    detail: str

    def document(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


class Problem(Exception):
    """A refusal. Subclasses or instances say which; the handler below turns it into the answer."""

    status: int = 400
    code: str = "bad_request"
    detail: str = "The request can't be carried out."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        self.detail = detail or self.detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members
        super().__init__(self.detail)

    def document(self) -> dict[str, Any]:
        document = problem_document(self.status, self.code, self.detail, **self.members)
        if self.errors:
            document["errors"] = [error.document() for error in self.errors]
        return document


class NotFound(Problem):
    status, code, detail = 404, "not_found", "There is nothing here."


class Gone(Problem):
    status, code, detail = 410, "deleted", "This record was deleted; its id can't be used again."


class Invalid(Problem):
    status, code, detail = 422, "invalid", "Some fields are not acceptable; nothing was stored."


class Conflict(Problem):
    status, code = 409, "conflict"
    detail = "The record has changed since; `current` is the server's copy. Nothing was overwritten."


class PreconditionFailed(Conflict):
    status = 412


def problem_document(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    return {
        "type": f"urn:engram:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. What it doesn't know is a defect and stays an exception."""
    headers: dict[str, str] = {}
    if isinstance(error, Problem):
        document, headers = error.document(), error.headers
    elif isinstance(error, Http404):
        document = NotFound().document()
    elif isinstance(error, PermissionDenied):
        document = problem_document(403, "permission_denied", "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        document = Invalid(errors=_field_errors(error.detail)).document()
    elif isinstance(error, exceptions.APIException):
        code = {"parse_error": "malformed_json"}.get(error.default_code, error.default_code)
        document = problem_document(error.status_code, code, str(error.detail))
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


def _plain_problem(status: int, code: str, detail: str) -> HttpResponse:
    return HttpResponse(encode(problem_document(status, code, detail)), status=status, content_type=CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_problem(404, "not_found", "There is nothing here.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain_problem(500, "server_error", "Something went wrong on the server; it has been recorded.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_problem(400, "bad_request", "The request can't be understood.")
