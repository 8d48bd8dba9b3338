"""Query parameters: only those that an endpoint declares, each checked, each error naming its parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core import signing
from rest_framework.request import Request

from backend.api.problems import FieldError, Invalid

MAX_PAGE = 200
FIRST_YEAR, LAST_YEAR = 1900, 2200
Reader = Callable[[str], Any]


def read_parameters(request: Request, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The declared parameters that were given, read. Unknown, repeated or malformed ones raise `Invalid`."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, given in request.query_params.lists():
        reader = readers.get(name)
        if reader is None:
            errors.append(FieldError(f"?{name}", "unknown_parameter", "There is no such parameter."))
        elif len(given) > 1:
            errors.append(FieldError(f"?{name}", "repeated", "Give this parameter once."))
        else:
            try:
                values[name] = reader(given[0])
            except ValueError as error:
                errors.append(FieldError(f"?{name}", "malformed", str(error)))
    if errors:
        raise unacceptable(*errors)
    return values


def unacceptable(*errors: FieldError) -> Invalid:
    """The refusal of parameters."""
    return Invalid("Some parameters are not acceptable.", errors=errors)


def in_pages(salt: str) -> dict[str, Reader]:
    """The parameters of every listing: the page's size, and the place that `make_cursor` has made with this salt."""
    return {"limit": page_size, "cursor": lambda text: read_cursor(salt, text)}


def iso_date(text: str) -> date:
    if len(text) != len("2026-11-23"):
        raise ValueError("Expected a date such as 2026-11-23.")
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"Expected a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def page_size(text: str, *, most: int = MAX_PAGE) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise ValueError(f"Expected a whole number from 1 to {most}.")
    return int(text)


def make_cursor(salt: str, value: list[Any]) -> str:
    """An opaque, signed place in a listing. The salt says whose, and of what."""
    return signing.dumps(value, salt=salt)


def read_cursor(salt: str, text: str) -> list[Any]:
    try:
        value: list[Any] = signing.loads(text, salt=salt)
    except signing.BadSignature as error:
        raise ValueError("This cursor is not one of ours.") from error
    return value
