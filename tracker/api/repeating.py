"""Logging again: a log once more, or what a meal's template says."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import msgspec
from django.urls import reverse
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.openapi import struct_schema
from backend.api.problems import Invalid
from backend.sync.records import RecordType
from backend.sync.views import RecordView, stored_row
from backend.sync.wire import InvalidRecord, read_wire
from tracker.api.record_operations import creation
from tracker.record_types import COGNITIVE_LOG, DIET_LOG, EXERCISE_LOG, MEAL_TEMPLATE
from tracker.record_types.repeating import LogRepeat, MealRepeat, TemplateLog, said_again


class RepeatView(RecordView):
    """A new log, with the id and the time in the body, that says again what the other said. It is read by today's catalogue;
    origin, end and `separate_session` are not said again."""

    source: ClassVar[RecordType]
    body: ClassVar[type[msgspec.Struct]]

    def post(self, request: Request, uid: UUID) -> Response:
        said = self.said(request)
        row = stored_row(self.source, self.participant, uid)
        again = said_again(self.source.name, self.source.document(row))
        new_uid, parsed = self.parse(request, {**again, **said})
        response = self.write(request, new_uid, parsed)
        if response.status_code == 201:
            response["Location"] = f"{reverse(self.record_type.name)}/{new_uid}"
        return response

    def version_seen(self, request: Request) -> None:
        """None: the record is new. What was seen of the source says nothing about it."""

    def said(self, request: Request) -> dict[str, Any]:
        """The body. Raises `Invalid` with an error for each field at fault."""
        data: Any = request.data
        try:
            read_wire(self.body, data)
        except InvalidRecord as error:
            raise Invalid(errors=error.errors) from error
        return {name: value for name, value in data.items() if value is not None}


def _describe(source: RecordType, operation_id: str, summary: str, body: type[msgspec.Struct]) -> Any:
    record_type = DIET_LOG if source is MEAL_TEMPLATE else source
    return extend_schema_view(
        post=creation(record_type, operation_id, summary, "logs", struct_schema(body), conditional=False)
    )


@_describe(EXERCISE_LOG, "repeat_exercise_log", "Log an exercise session once more, at another time", LogRepeat)
class ExerciseLogRepeatView(RepeatView):
    record_type = source = EXERCISE_LOG
    body = LogRepeat


@_describe(COGNITIVE_LOG, "repeat_cognitive_log", "Log a cognitive activity once more, at another time", LogRepeat)
class CognitiveLogRepeatView(RepeatView):
    record_type = source = COGNITIVE_LOG
    body = LogRepeat


@_describe(DIET_LOG, "repeat_diet_log", "Log a meal once more, at another time", MealRepeat)
class DietLogRepeatView(RepeatView):
    record_type = source = DIET_LOG
    body = MealRepeat


@_describe(MEAL_TEMPLATE, "log_meal_template", "Log a meal by its template", TemplateLog)
class MealTemplateLogView(RepeatView):
    record_type = DIET_LOG
    source = MEAL_TEMPLATE
    body = TemplateLog
