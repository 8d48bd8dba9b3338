"""What if: a week as it would be with records that nobody has logged, or not yet."""

from __future__ import annotations

from typing import Annotated, Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.openapi import array_schema, named_schema, object_schema, problems
from backend.api.parameters import read_parameters
from backend.api.problems import Invalid
from backend.languages import read_language
from backend.limits.charges import Charge, charge
from backend.sync.wire import InvalidRecord, read_wire
from tracker.api.schemas import DOMAIN, NUMBERS_HIDDEN, SCORE, WORDS
from tracker.api.week_schemas import WEEK
from tracker.api.weeks import LANGUAGE
from tracker.scoring.weeks import Week
from tracker.supposed_weeks import MAX_RECORDS, TYPES, what_if

RECORD = {
    "type": "object",
    "description": "The fields that a push of this type takes; `id` may be left out. It may lie in the future, and has to be of"
    " this week.",
    "properties": {"type": {"type": "string", "enum": list(TYPES)}},
    "required": ["type"],
    "additionalProperties": True,
}
WHAT_IF = {
    **object_schema({"records": array_schema(RECORD, minItems=1, maxItems=MAX_RECORDS)}),
    "additionalProperties": False,
}
DIFFERENCE = object_schema(
    {
        "score": object_schema({"before": SCORE, "after": SCORE}),
        "domains": array_schema(object_schema({"domain": DOMAIN, "before": SCORE, "after": SCORE})),
        "words": WORDS,
        "numbers_hidden": NUMBERS_HIDDEN,
    }
)
WHAT_IF_ANSWER = object_schema({"week": named_schema("Week", WEEK), "difference": DIFFERENCE})


class WhatIf(Struct, forbid_unknown_fields=True, frozen=True):
    records: Annotated[list[Any], Meta(min_length=1, max_length=MAX_RECORDS)]


class WhatIfView(ParticipantView):
    """Stores nothing, and is counted as a read."""

    def charges(self, request: Request) -> list[Charge]:
        return [charge("participant_reads", str(self.participant.pk))]

    @extend_schema(
        operation_id="suppose_week",
        summary="A week as it would be with some records more; nothing is stored",
        parameters=[LANGUAGE],
        request={"application/json": named_schema("WhatIf", WHAT_IF)},
        responses={200: OpenApiResponse(named_schema("WhatIfAnswer", WHAT_IF_ANSWER)), **problems(422)},
        tags=["weeks"],
    )
    def post(self, request: Request, week: Week) -> Response:
        language = self.language(read_parameters(request, {"language": read_language}))
        try:
            asked = read_wire(WhatIf, request.data)
        except InvalidRecord as error:
            raise Invalid(errors=error.errors) from error
        return Response(what_if(self.participant, week, asked.records, language=language))
