"""The records in JSON Schema: as apps send them, and as the API shows them, complete and with what the server adds."""

from __future__ import annotations

from typing import Any

import msgspec

from backend.api.openapi import array_schema, named_schema, object_schema, struct_properties, struct_schema
from backend.sync.records import RecordType
from backend.sync.wire import Origin
from tracker.api.schemas import DATE, FLAGS, GIVES, NUMBER, WEEK_NAME
from tracker.record_types.diet_items import DietItem

ID = {"type": "string", "format": "uuid"}
READ_ONLY: dict[str, dict[str, Any]] = {
    "version": {"type": "integer", "minimum": 1},
    "local_date": DATE,
    "week": WEEK_NAME,
    "duplicate_of": {"type": ["string", "null"], "format": "uuid"},
    "flags": FLAGS,
    "servings": {**GIVES, "description": "What the meal counts for: servings of each food group."},
}
AMOUNT = {"type": ["number", "null"]}
LOCAL_TIME = {"type": "string", "format": "date-time", "description": "With the offset of the place where it happened."}


def name_of(record_type: RecordType) -> str:
    return record_type.wire.__name__.removesuffix("Wire")


def new_record(record_type: RecordType) -> dict[str, Any]:
    """The body of POST."""
    return _body(f"New{name_of(record_type)}", record_type, may_be_left_out=frozenset())


def put_record(record_type: RecordType) -> dict[str, Any]:
    """The body of PUT: the id, date, week or suggestion is in the address, and may be left out."""
    return _body(
        f"{name_of(record_type)}Put", record_type, may_be_left_out=frozenset({"id", "date", "week", "suggestion"})
    )


def _body(name: str, record_type: RecordType, *, may_be_left_out: frozenset[str]) -> dict[str, Any]:
    """What apps may send. Read-only fields are ignored, so that GET, edit, PUT works."""
    properties = _properties(record_type.wire)
    ignored = {field: {"readOnly": True} for field in sorted(record_type.read_only - properties.keys())}
    schema = object_schema(
        {**ignored, **properties}, optional=(*ignored, *may_be_left_out, *_with_default(record_type.wire))
    )
    return named_schema(name, {**schema, "description": record_type.wire.__doc__, "additionalProperties": False})


def _with_default(struct: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(struct) if not field.required]


def stored_record(record_type: RecordType) -> dict[str, Any]:
    """A record as the API shows it: every field, always."""
    properties = _properties(record_type.wire)
    shown = {
        "id": ID,
        "started_at": LOCAL_TIME,
        "eaten_at": LOCAL_TIME,
        "ended_at": {**LOCAL_TIME, "type": ["string", "null"]},
        "distance_m": {"type": ["number", "null"], "minimum": 0},
        "items": array_schema(_stored_item()),
        "from_week": WEEK_NAME,
        "amount": NUMBER,
        "weekly_step": AMOUNT,
        "until_amount": AMOUNT,
        "origin": {"anyOf": [_stored_origin(), {"type": "null"}]},
    }
    properties = {name: shown.get(name, schema) for name, schema in properties.items()}
    columns = record_type.content_defaults
    added = {
        name: {**schema, "readOnly": True}
        for name, schema in READ_ONLY.items()
        if name in record_type.read_only and (name != "duplicate_of" or name in columns)
    }
    return named_schema(name_of(record_type), object_schema({**properties, **added}))


def _properties(struct: type[msgspec.Struct]) -> dict[str, Any]:
    for part in (Origin, DietItem):  # what the records refer to
        struct_schema(part)
    return struct_properties(struct)


def _stored_item() -> dict[str, Any]:
    """Food, group and servings always; the rest of an item that was logged by measures or is of one's own."""
    shown = {**struct_properties(DietItem), "servings": AMOUNT, "measures": NUMBER, "gives": GIVES}
    always = ("food", "food_group", "servings")
    return named_schema(
        "StoredDietItem", object_schema(shown, optional=tuple(name for name in shown if name not in always))
    )


def _stored_origin() -> dict[str, Any]:
    return named_schema("StoredOrigin", object_schema(struct_properties(Origin)))
