"""Synchronisation, described: the platform's endpoints with the types of records that there are."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from backend.api.openapi import (
    FIELD_ERROR,
    array_schema,
    named_schema,
    object_schema,
    page_schema,
    problems,
    struct_schema,
)
from backend.api.parameters import MAX_PAGE
from backend.sync import endpoints
from backend.sync.pulling import MAX_CHANGES
from backend.sync.push_wire import OPERATIONS
from tracker.api.record_schemas import ID, name_of, stored_record
from tracker.api.schemas import DATE, STRING, WEEK_NAME, WHOLE
from tracker.api.week_schemas import WEEK_OVERVIEW
from tracker.derived_types import PARTICIPANT_FACTS, WEEKLY_SCORE
from tracker.record_types import RECORD_TYPES

TIME = {"type": "string", "format": "date-time"}
TIME_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
VERSION = {"type": "integer", "minimum": 1, "format": "int64"}
EPOCH = {"type": "integer", "minimum": 0, "format": "int64"}
TYPE_NAME = {"type": "string", "enum": [record_type.name for record_type in RECORD_TYPES]}
DERIVED_NAMES = [PARTICIPANT_FACTS.name, WEEKLY_SCORE.name]
ANY_TYPE_NAME = {"type": "string", "enum": [*TYPE_NAME["enum"], *DERIVED_NAMES]}
OUTCOMES = ["created", "replaced", "duplicate", "conflict", "deleted", "invalid", "retry"]


def _constant(name: str) -> dict[str, Any]:
    return {"type": "string", "enum": [name]}


def _change(name: str, record: dict[str, Any], *, first_version: int = 1) -> dict[str, Any]:
    version = {**VERSION, "minimum": first_version}
    return object_schema({"type": _constant(name), "id": ID, "version": version, "record": record})


def _changes() -> dict[str, Any]:
    """What a pull delivers: records, tombstones, and what the server works out."""
    facts = object_schema(
        {
            "from_week": WEEK_NAME,
            "birth_year": {"type": ["integer", "null"]},
            "not_applicable": array_schema(STRING),
        }
    )
    tombstone = object_schema(
        {"type": TYPE_NAME, "id": ID, "version": VERSION, "deleted": {"type": "boolean", "enum": [True]}}
    )
    kinds = {
        **{
            f"{name_of(record_type)}Change": _change(record_type.name, stored_record(record_type))
            for record_type in RECORD_TYPES
        },
        "ParticipantFactsChange": _change(PARTICIPANT_FACTS.name, facts, first_version=0),
        "WeeklyScoreChange": _change(WEEKLY_SCORE.name, WEEK_OVERVIEW, first_version=0),
        "Tombstone": tombstone,
    }
    return named_schema("SyncChange", {"anyOf": [named_schema(name, schema) for name, schema in kinds.items()]})


PUSHED = {
    "type": "object",
    "properties": {
        "account": {**ID, "description": "`id` of `/v1/me` when these changes were made."},
        "client_now": {"description": "The phone's clock, RFC 3339. What can't be read is ignored."},
        "changes": array_schema(
            {"anyOf": [struct_schema(operation) for operation in OPERATIONS.values()]}, maxItems=MAX_CHANGES
        ),
    },
    "required": ["account", "changes"],
    "additionalProperties": False,
}
REMOVED = object_schema({"type": TYPE_NAME, "id": ID, "version": VERSION})
OUTCOME = object_schema(
    {
        "outcome": {"type": "string", "enum": OUTCOMES},
        "type": ANY_TYPE_NAME,
        "id": ID,
        "version": VERSION,
        "same_as": {**ID, "description": "The id of the record that has this origin already."},
        "current": _changes(),
        "since_restore": {
            "type": "boolean",
            "description": "Of a `restore` with something else in its way: whether that is of a later epoch, so that whoever"
            " wrote it may not have seen this copy.",
        },
        "removed": array_schema(REMOVED),
        "errors": array_schema(FIELD_ERROR),
        "retry_after": {"type": "integer", "minimum": 1, "description": "Seconds."},
    },
    optional=("type", "id", "version", "same_as", "current", "since_restore", "removed", "errors", "retry_after"),
)
PUSH_ANSWER = object_schema(
    {
        "account": ID,
        "epoch": EPOCH,
        "server_now": TIME,
        "outcomes": array_schema(named_schema("SyncOutcome", OUTCOME), maxItems=MAX_CHANGES),
    }
)
PULL_ANSWER = object_schema(
    {
        "account": ID,
        "epoch": EPOCH,
        "server_now": TIME,
        "changes": array_schema(_changes(), maxItems=MAX_CHANGES),
        "cursor": STRING,
        "has_more": {"type": "boolean"},
        "cursor_expires_at": TIME,
    }
)
SYNC_STATUS = object_schema(
    {
        "server_now": TIME,
        "devices": array_schema(
            object_schema(
                {
                    "id": ID,
                    "name": STRING,
                    "platform": STRING,
                    "current": {"type": "boolean"},
                    "last_push_at": TIME_OR_NULL,
                    "last_pull_at": TIME_OR_NULL,
                    "changes_behind": {**WHOLE, "description": "Change numbers that it has not pulled yet."},
                    "clock_skew_seconds": {
                        "type": ["integer", "null"],
                        "description": "How far its clock was ahead at the last push.",
                    },
                }
            )
        ),
        "refused": array_schema(
            object_schema(
                {
                    "type": STRING,
                    "id": {"type": ["string", "null"], "format": "uuid"},
                    "code": STRING,
                    "pointer": STRING,
                    "refused_at": TIME,
                    "device_id": ID,
                }
            )
        ),
    }
)
ORIGIN_REMOVED = object_schema(
    {"removed": WHOLE, "has_more": {"type": "boolean", "description": "Ask again for the rest."}}
)
ORIGIN = object_schema(
    {
        "external_id": STRING,
        "app_id": {"type": ["string", "null"]},
        "type": TYPE_NAME,
        "id": ID,
        "local_date": DATE,
    }
)


@extend_schema_view(
    post=extend_schema(
        operation_id="sync_push",
        summary="Send up to 500 changes of mixed types; an outcome for each, in order",
        request={"application/json": named_schema("SyncPush", PUSHED)},
        responses={200: OpenApiResponse(named_schema("SyncPushAnswer", PUSH_ANSWER)), **problems(409, 422)},
        tags=["sync"],
    )
)
class PushView(endpoints.PushView):
    pass


@extend_schema_view(
    get=extend_schema(
        operation_id="sync_pull",
        summary="What has changed since a cursor; without one, everything, newest first",
        parameters=[
            OpenApiParameter("cursor", str, description="`cursor` of the answer before."),
            OpenApiParameter("types", str, description="Comma-separated types; those of the cursor, or all."),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_CHANGES},
                description=f"Page size; {MAX_CHANGES} if not given.",
            ),
        ],
        responses={200: OpenApiResponse(named_schema("SyncPullAnswer", PULL_ANSWER)), **problems(410, 422)},
        tags=["sync"],
    )
)
class PullView(endpoints.PullView):
    pass


@extend_schema_view(
    get=extend_schema(
        operation_id="read_sync_status",
        summary="How each device stands, and which changes were refused: why didn't my log count?",
        responses={200: OpenApiResponse(named_schema("SyncStatus", SYNC_STATUS)), **problems(422)},
        tags=["sync"],
    )
)
class SyncStatusView(endpoints.SyncStatusView):
    pass


@extend_schema_view(
    get=extend_schema(
        operation_id="list_origins",
        summary="The external ids of a platform's records, newest first",
        parameters=[
            OpenApiParameter("platform", str, required=True),
            OpenApiParameter("from", date, description="First local date."),
            OpenApiParameter("to", date, description="Last local date."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}),
            OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        ],
        responses={200: OpenApiResponse(named_schema("OriginPage", page_schema(ORIGIN))), **problems(422)},
        tags=["sync"],
    )
)
class OriginListView(endpoints.OriginListView):
    pass


@extend_schema_view(
    delete=extend_schema(
        operation_id="remove_origin",
        summary="Disconnect a platform and remove every record of it",
        responses={200: OpenApiResponse(named_schema("OriginRemoved", ORIGIN_REMOVED))},
        tags=["sync"],
    )
)
class OriginView(endpoints.OriginView):
    pass
