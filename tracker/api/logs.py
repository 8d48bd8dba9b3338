"""Exercise, cognitive and diet logs, day marks and confirmations over REST."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.openapi import IF_NONE_MATCH, version_etag
from backend.api.problems import FieldError, Invalid
from backend.sync.records import RecordType
from backend.sync.views import RecordDetailView, RecordListView, RecordView
from tracker.api.record_operations import describe_detail, describe_list, list_operation, put_operation
from tracker.api.record_schemas import stored_record
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG, WEEK_CONFIRMATION
from tracker.record_types.marks import day_mark_id, week_confirmation_id
from tracker.scoring.weeks import Week


@describe_list(EXERCISE_LOG, "logs")
class ExerciseLogListView(RecordListView):
    record_type = EXERCISE_LOG


@describe_detail(EXERCISE_LOG, "logs")
class ExerciseLogView(RecordDetailView):
    record_type = EXERCISE_LOG


@describe_list(COGNITIVE_LOG, "logs")
class CognitiveLogListView(RecordListView):
    record_type = COGNITIVE_LOG


@describe_detail(COGNITIVE_LOG, "logs")
class CognitiveLogView(RecordDetailView):
    record_type = COGNITIVE_LOG


@describe_list(DIET_LOG, "logs")
class DietLogListView(RecordListView):
    record_type = DIET_LOG


@describe_detail(DIET_LOG, "logs")
class DietLogView(RecordDetailView):
    record_type = DIET_LOG


class MarkView(RecordView):
    """A record that there is one of for a date, a week or a suggestion: addressed by it, created or replaced by `PUT`."""

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


def describe_mark(record_type: RecordType, name: str, tag: str = "marks") -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"read_{record_type.name}",
            summary=f"Read {name}",
            parameters=[IF_NONE_MATCH, version_etag(200, 304)],
            responses={200: OpenApiResponse(stored_record(record_type)), 304: None},
            tags=[tag],
        ),
        put=put_operation(record_type, f"Set {name}", tag),
    )


@describe_mark(DAY_MARK, "the mark of a date")
class DayMarkView(MarkView):
    record_type = DAY_MARK
    key = "date"

    def get(self, request: Request, day: date) -> Response:
        return self.read(request, day_mark_id(day))

    def put(self, request: Request, day: date) -> Response:
        return self.replace(request, day_mark_id(day), day.isoformat())


@describe_mark(WEEK_CONFIRMATION, "a week's confirmation: everything is logged")
class WeekConfirmationView(MarkView):
    record_type = WEEK_CONFIRMATION
    key = "week"

    def get(self, request: Request, week: Week) -> Response:
        return self.read(request, week_confirmation_id(week))

    def put(self, request: Request, week: Week) -> Response:
        return self.replace(request, week_confirmation_id(week), str(week))


@extend_schema_view(get=list_operation(DAY_MARK, "marks"))
class DayMarkListView(RecordListView):
    record_type = DAY_MARK
    http_method_names = ["get", "options"]
