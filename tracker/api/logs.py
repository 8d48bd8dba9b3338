"""Exercise, cognitive and diet logs, day marks and confirmations over REST."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

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
from backend.api.problems import FieldError, Invalid
from backend.sync.records import RecordType
from backend.sync.views import RecordDetailView, RecordListView, RecordView
from tracker.api.record_schemas import name_of, new_record, put_record, stored_record
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG, WEEK_CONFIRMATION
from tracker.record_types.marks import day_mark_id, week_confirmation_id
from tracker.scoring.weeks import Week

PAGE_PARAMETERS = [
    OpenApiParameter("from", date, description="First local date."),
    OpenApiParameter("to", date, description="Last local date."),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}, description="Page size; 50 if not given."
    ),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]
LOCATION = answer_header("Location", {"type": "string"}, 201, description="The record's address.")


def _outcome(*statuses: int) -> OpenApiParameter:
    outcomes = {"type": "string", "enum": ["created", "replaced", "duplicate"]}
    return answer_header("Engram-Outcome", outcomes, *statuses, description="What became of the write.")


def _list_operation(record_type: RecordType, tag: str) -> Any:
    noun = record_type.name.replace("_", " ")
    page = named_schema(f"{name_of(record_type)}Page", page_schema(stored_record(record_type)))
    return extend_schema(
        operation_id=f"list_{record_type.name}s",
        summary=f"List {noun}s, newest first",
        parameters=PAGE_PARAMETERS,
        responses={200: OpenApiResponse(page), **problems(422)},
        tags=[tag],
    )


def _put_operation(record_type: RecordType, summary: str, tag: str, *refusals: int) -> Any:
    stored = OpenApiResponse(stored_record(record_type))
    return extend_schema(
        operation_id=f"put_{record_type.name}",
        summary=summary,
        parameters=[IF_MATCH, version_etag(200, 201), _outcome(200, 201)],
        request={"application/json": put_record(record_type)},
        responses={200: stored, 201: stored, **problems(409, 412, 422, *refusals)},
        tags=[tag],
    )


def _describe_list(record_type: RecordType) -> Any:
    stored = stored_record(record_type)
    return extend_schema_view(
        get=_list_operation(record_type, "logs"),
        post=extend_schema(
            operation_id=f"create_{record_type.name}",
            summary=f"Create a {record_type.name.replace('_', ' ')}",
            parameters=[version_etag(200, 201), _outcome(200, 201), LOCATION, IF_MATCH],
            request={"application/json": new_record(record_type)},
            responses={
                201: OpenApiResponse(stored),
                200: OpenApiResponse(stored, description="It was there already: a retry."),
                **problems(409, 410, 412, 422),
            },
            tags=["logs"],
        ),
    )


def _describe_detail(record_type: RecordType) -> Any:
    noun = record_type.name.replace("_", " ")
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read a {noun}",
            parameters=[IF_NONE_MATCH, version_etag(200, 304)],
            responses={200: OpenApiResponse(stored_record(record_type)), 304: None, **problems(410)},
            tags=["logs"],
        ),
        put=_put_operation(record_type, f"Create or replace a {noun}", "logs", 410),
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
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read {name}",
            parameters=[IF_NONE_MATCH, version_etag(200, 304)],
            responses={200: OpenApiResponse(stored_record(record_type)), 304: None},
            tags=["marks"],
        ),
        put=_put_operation(record_type, f"Set {name}", "marks"),
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


@extend_schema_view(get=_list_operation(DAY_MARK, "marks"))
class DayMarkListView(RecordListView):
    record_type = DAY_MARK
    http_method_names = ["get", "options"]
