"""Every refusal of the API as one kind of document: RFC 9457 problem details with a stable `code`.

`errors` names each field at fault by JSON pointer. `detail` is English, for developers; apps localise the `code`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from backend.api.json import encode

CONTENT_TYPE = "application/problem+json"
BUSY_SECONDS = 5


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


class Busy(Problem):
    status, code, detail = (
        503,
        "busy",
        "The server can't answer at the moment. Try the same again a little later.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(BUSY_SECONDS)})


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


def plain_response(problem: Problem) -> HttpResponse:
    """For what answers outside of the API's views: middleware, and addresses that aren't there."""
    return HttpResponse(
        encode(problem.document()), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers
    )
