"""The operations on records in the OpenAPI document: what lists, creations, replacements and deletions have in common."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from backend.api.openapi import (
    IF_MATCH,
    IF_NONE_MATCH,
    answer_header,
    named_schema,
    page_schema,
    problems,
    version_etag,
)
from backend.api.parameters import MAX_PAGE
from backend.sync.records import RecordType
from tracker.api.record_schemas import name_of, new_record, put_record, stored_record

DATE_PARAMETERS = [
    OpenApiParameter("from", date, description="First local date."),
    OpenApiParameter("to", date, description="Last local date."),
]
PAGE_PARAMETERS = [
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}, description="Page size; 50 if not given."
    ),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]
LOCATION = answer_header("Location", {"type": "string"}, 201, description="The record's address.")


def outcome(*statuses: int) -> OpenApiParameter:
    outcomes = {"type": "string", "enum": ["created", "replaced", "duplicate"]}
    return answer_header("Engram-Outcome", outcomes, *statuses, description="What became of the write.")


def list_operation(record_type: RecordType, tag: str) -> Any:
    page = named_schema(f"{name_of(record_type)}Page", page_schema(stored_record(record_type)))
    dated = record_type.date_column is not None
    several = _plural(record_type.name)
    return extend_schema(
        operation_id=f"list_{several}",
        summary=f"List {several.replace('_', ' ')}, " + ("newest first" if dated else "by id, the last first"),
        parameters=[*(DATE_PARAMETERS if dated else []), *PAGE_PARAMETERS],
        responses={200: OpenApiResponse(page), **problems(422)},
        tags=[tag],
    )


def put_operation(record_type: RecordType, summary: str, tag: str, *refusals: int) -> Any:
    stored = OpenApiResponse(stored_record(record_type))
    return extend_schema(
        operation_id=f"put_{record_type.name}",
        summary=summary,
        parameters=[IF_MATCH, version_etag(200, 201), outcome(200, 201)],
        request={"application/json": put_record(record_type)},
        responses={200: stored, 201: stored, **problems(409, 412, 422, *refusals)},
        tags=[tag],
    )


def creation(
    record_type: RecordType, operation_id: str, summary: str, tag: str, body: dict[str, Any], *, conditional: bool
) -> Any:
    """A `POST` that makes a new record of a type, from whatever body."""
    stored = stored_record(record_type)
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        parameters=[version_etag(200, 201), outcome(200, 201), LOCATION, *([IF_MATCH] if conditional else [])],
        request={"application/json": body},
        responses={
            201: OpenApiResponse(stored),
            200: OpenApiResponse(stored, description="It was there already: a retry."),
            **problems(409, 410, *([412] if conditional else []), 422),
        },
        tags=[tag],
    )


def describe_list(record_type: RecordType, tag: str) -> Any:
    name, body = record_type.name, new_record(record_type)
    return extend_schema_view(
        get=list_operation(record_type, tag),
        post=creation(record_type, f"create_{name}", f"Create {_one(name)}", tag, body, conditional=True),
    )


def describe_detail(record_type: RecordType, tag: str) -> Any:
    one = _one(record_type.name)
    # What the server derives of a record can change under its version.
    not_modified: dict[int, None] = {304: None} if record_type.settle is None else {}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read {one}",
            parameters=[IF_NONE_MATCH, version_etag(200, *not_modified)],
            responses={200: OpenApiResponse(stored_record(record_type)), **not_modified, **problems(410)},
            tags=[tag],
        ),
        put=put_operation(record_type, f"Create or replace {one}", tag, 410),
        delete=extend_schema(
            operation_id=f"delete_{record_type.name}",
            summary=f"Delete {one}; its id can't be used again",
            parameters=[IF_MATCH],
            responses={204: None, **problems(409, 412, 422)},
            tags=[tag],
        ),
    )


def _one(name: str) -> str:
    words = name.replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _plural(name: str) -> str:
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
