"""Exercise, cognitive and diet logs, day marks and confirmations over REST."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.openapi import IF_MATCH, named_schema, problems, struct_schema
from backend.api.problems import FieldError, Invalid
from backend.sync.records import RecordType
from backend.sync.views import RecordDetailView, RecordListView, RecordView, stored_row
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG, WEEK_CONFIRMATION
from tracker.record_types.marks import day_mark_id, week_confirmation_id
from tracker.scoring.weeks import Week

PAGE_PARAMETERS = [
    OpenApiParameter("from", date, description="First local date."),
    OpenApiParameter("to", date, description="Last local date."),
    OpenApiParameter("limit", int, description="Page size, 1 to 200; 50 if not given."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]


def _stored_schema(record_type: RecordType) -> dict[str, Any]:
    name = record_type.wire.__name__
    read_only = {
        "version": {"type": "integer", "readOnly": True, "minimum": 1},
        "local_date": {"type": "string", "format": "date", "readOnly": True},
        "week": {"type": "string", "readOnly": True, "pattern": r"^\d{4}-W\d{2}$"},
        "duplicate_of": {"type": ["string", "null"], "format": "uuid", "readOnly": True},
        "flags": {"type": "array", "items": {"type": "string"}, "readOnly": True},
    }
    properties = {key: value for key, value in read_only.items() if key in record_type.read_only}
    return named_schema(
        name.removesuffix("Wire"),
        {"allOf": [struct_schema(record_type.wire), {"type": "object", "properties": properties}]},
    )


def _describe_list(record_type: RecordType) -> Any:
    noun = record_type.name.replace("_", " ")
    stored = _stored_schema(record_type)
    page = named_schema(
        f"{record_type.wire.__name__.removesuffix('Wire')}Page",
        {
            "type": "object",
            "properties": {
                "results": {"type": "array", "items": stored},
                "next_cursor": {"type": ["string", "null"]},
            },
            "required": ["results", "next_cursor"],
        },
    )
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_{record_type.name}s",
            summary=f"List {noun}s, newest first",
            parameters=PAGE_PARAMETERS,
            responses={200: OpenApiResponse(page), **problems(422)},
            tags=["logs"],
        ),
        post=extend_schema(
            operation_id=f"create_{record_type.name}",
            summary=f"Create a {noun}",
            request={"application/json": struct_schema(record_type.wire)},
            responses={
                201: OpenApiResponse(stored),
                200: OpenApiResponse(stored, description="It was there already: a retry."),
                **problems(400, 409, 410, 422),
            },
            tags=["logs"],
        ),
    )


def _describe_detail(record_type: RecordType) -> Any:
    noun = record_type.name.replace("_", " ")
    stored = OpenApiResponse(_stored_schema(record_type))
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read a {noun}",
            responses={200: stored, **problems(404, 410)},
            tags=["logs"],
        ),
        put=extend_schema(
            operation_id=f"put_{record_type.name}",
            summary=f"Create or replace a {noun}",
            parameters=[IF_MATCH],
            request={"application/json": struct_schema(record_type.wire)},
            responses={200: stored, 201: stored, **problems(400, 409, 410, 412, 422)},
            tags=["logs"],
        ),
        delete=extend_schema(
            operation_id=f"delete_{record_type.name}",
            summary=f"Delete a {noun}; its id can't be used again",
            parameters=[IF_MATCH],
            responses={204: None, **problems(409, 412, 422)},
            tags=["logs"],
        ),
    )


@_describe_list(EXERCISE_LOG)
class ExerciseLogListView(RecordListView):
    record_type = EXERCISE_LOG


@_describe_detail(EXERCISE_LOG)
class ExerciseLogView(RecordDetailView):
    record_type = EXERCISE_LOG


@_describe_list(COGNITIVE_LOG)
class CognitiveLogListView(RecordListView):
    record_type = COGNITIVE_LOG


@_describe_detail(COGNITIVE_LOG)
class CognitiveLogView(RecordDetailView):
    record_type = COGNITIVE_LOG


@_describe_list(DIET_LOG)
class DietLogListView(RecordListView):
    record_type = DIET_LOG


@_describe_detail(DIET_LOG)
class DietLogView(RecordDetailView):
    record_type = DIET_LOG


class _MarkView(RecordView):
    """A record that there is one of for a date or a week: addressed by it, created or replaced by `PUT`."""

    key: ClassVar[str]

    def read(self, request: Request, uid: UUID) -> Response:
        return self.show(stored_row(self.record_type, self.participant, uid))

    def replace(self, request: Request, uid: UUID, value: str) -> Response:
        data = request.data
        if isinstance(data, dict):
            data = {self.key: value, **data}
            if data[self.key] != value:
                raise Invalid(
                    errors=[FieldError(f"/{self.key}", "other_id", f"The {self.key} is not the one in the address.")]
                )
        _, parsed = self.parse(request, data)
        return self.write(request, uid, parsed)


def _describe_mark(record_type: RecordType, name: str) -> Any:
    stored = OpenApiResponse(_stored_schema(record_type))
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read {name}",
            responses={200: stored, **problems(404)},
            tags=["marks"],
        ),
        put=extend_schema(
            operation_id=f"put_{record_type.name}",
            summary=f"Set {name}",
            parameters=[IF_MATCH],
            request={"application/json": struct_schema(record_type.wire)},
            responses={200: stored, 201: stored, **problems(400, 404, 409, 412, 422)},
            tags=["marks"],
        ),
    )


@_describe_mark(DAY_MARK, "the mark of a date")
class DayMarkView(_MarkView):
    record_type = DAY_MARK
    key = "date"

    def get(self, request: Request, day: date) -> Response:
        return self.read(request, day_mark_id(day))

    def put(self, request: Request, day: date) -> Response:
        return self.replace(request, day_mark_id(day), day.isoformat())


@_describe_mark(WEEK_CONFIRMATION, "a week's confirmation: everything is logged")
class WeekConfirmationView(_MarkView):
    record_type = WEEK_CONFIRMATION
    key = "week"

    def get(self, request: Request, week: Week) -> Response:
        return self.read(request, week_confirmation_id(week))

    def put(self, request: Request, week: Week) -> Response:
        return self.replace(request, week_confirmation_id(week), str(week))


@extend_schema_view(
    get=extend_schema(
        operation_id="list_day_marks",
        summary="List day marks, newest first",
        parameters=PAGE_PARAMETERS,
        responses={
            200: OpenApiResponse(
                named_schema(
                    "DayMarkPage",
                    {
                        "type": "object",
                        "properties": {
                            "results": {"type": "array", "items": _stored_schema(DAY_MARK)},
                            "next_cursor": {"type": ["string", "null"]},
                        },
                        "required": ["results", "next_cursor"],
                    },
                )
            ),
            **problems(422),
        },
        tags=["marks"],
    )
)
class DayMarkListView(RecordListView):
    record_type = DAY_MARK
    http_method_names = ["get", "options"]
