"""Reading what apps send: every field at fault is named, not just the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Struct

from backend.api.problems import FieldError

# PostgreSQL's text can't hold NUL.
NO_NUL = r"^[^\x00]*$"
# Names go into mails, tables and terminals. Looking ahead, because Python's `$` also fits before a last line break.
ONE_LINE = r"^(?![\s\S]*[\x00-\x1f\x7f-\x9f\u2028\u2029])"
Text40 = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Text80 = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Text120 = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Note = Annotated[str, Meta(max_length=2000, pattern=NO_NUL, description="Free text; staff may read it.")]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64, pattern=ONE_LINE, description="IANA time zone name.")]
Instant = Annotated[
    str,
    Meta(
        max_length=40,
        description="RFC 3339 with an offset. A numeric offset decides the local date; for `Z`, `time_zone` does.",
        extra_json_schema={"format": "date-time"},
    ),
]


MOST_UNKNOWN = 20
"""So many unknown fields are named; whoever sends thousands needs no list of them."""


class InvalidRecord(Exception):
    """A record whose fields are not acceptable. `members` are further facts, such as `retry_at`."""

    def __init__(self, *errors: FieldError, **members: Any) -> None:
        self.errors = errors
        self.members = members
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in errors))


class Origin(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """Where an app got a record from. Set once, when the record is created."""

    platform: Text40
    app_id: Text200 | None = None
    external_id: Text200 | None = None


WireStruct = TypeVar("WireStruct", bound=Struct)

_PATH = re.compile(r" - at (?:`key` in )?`\$(.*)`$")


def read_wire(wire: type[WireStruct], data: Any, *, read_only: frozenset[str] = frozenset()) -> WireStruct:
    """Decoded JSON as one of our structs; read-only fields are ignored, anything else unknown is refused.

    Raises `InvalidRecord` with an error for every field at fault.
    """
    if not isinstance(data, Mapping):
        raise InvalidRecord(FieldError("", "type", "Expected an object."))
    try:
        return msgspec.convert(data, wire)  # nearly always: a struct refuses what it doesn't know
    except (msgspec.ValidationError, OverflowError):
        pass  # told apart below, field by field
    unknown: list[FieldError] = []
    known = _names(wire)
    if not data.keys() <= known:
        others = [key for key in data if key not in known and key not in read_only][:MOST_UNKNOWN]
        unknown = [FieldError(f"/{_escape(key)}", "unknown_field", "There is no such field.") for key in others]
        data = {key: value for key, value in data.items() if key in known}
        if not unknown:  # read-only ones, now left out
            try:
                return msgspec.convert(data, wire)
            except (msgspec.ValidationError, OverflowError):
                pass
    raise InvalidRecord(*unknown, *_field_errors(wire, data))


@cache
def _names(wire: type[Struct]) -> frozenset[str]:
    return frozenset(wire.__struct_fields__)


@cache
def _fields(wire: type[Struct]) -> dict[str, tuple[Any, bool]]:
    """Each field's type and whether it must be there."""
    hints = get_type_hints(wire, include_extras=True)
    return {field.name: (hints[field.name], field.required) for field in msgspec.structs.fields(wire)}


def _field_errors(wire: type[Struct], given: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for name, (kind, required) in _fields(wire).items():
        if name not in given:
            if required:
                errors.append(FieldError(f"/{name}", "required", "This field is required."))
            continue
        try:
            msgspec.convert(given[name], kind)
        except (msgspec.ValidationError, OverflowError) as error:
            errors.append(_field_error(name, str(error)))
    return errors


def _field_error(name: str, message: str) -> FieldError:
    """msgspec says `... - at `$[0].servings``; we say `/items/0/servings`."""
    path = _PATH.search(message)
    inner = "".join("/" + step for step in re.findall(r"[^.\[\]]+", path.group(1))) if path else ""
    detail = _PATH.sub("", message)
    code = "type"
    if "unknown field" in detail:
        code = "unknown_field"
        unknown = re.search(r"`([^`]*)`", detail)
        inner += f"/{_escape(unknown.group(1))}" if unknown else ""
    elif "missing required" in detail:
        code = "required"
        missing = re.search(r"`([^`]*)`", detail)
        inner += f"/{missing.group(1)}" if missing else ""
    elif "enum value" in detail:
        code = "unknown_choice"
    elif "length" in detail:
        code = "length"
    elif re.search(r"[<>]=? ", detail):
        code = "out_of_range"
    elif "matching regex" in detail:
        code = "characters"
    return FieldError(f"/{name}{inner}", code, detail.rstrip(".") + ".")


def _escape(key: str) -> str:
    """RFC 6901."""
    return str(key).replace("~", "~0").replace("/", "~1")[:80]


def plain_number(value: Decimal) -> int | float:
    """A decimal as the JSON number that it is."""
    return int(value) if value == value.to_integral_value() else float(value)
