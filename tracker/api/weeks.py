"""A participant's weeks: scores, what they are made of, and guidance."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.conditional import unless_known
from backend.api.openapi import IF_NONE_MATCH, etag, named_schema, problems
from backend.api.parameters import read_parameters
from backend.api.problems import FieldError, Invalid
from backend.languages import LANGUAGE_TAG, read_language
from tracker.api.schemas import WEEK_NAME
from tracker.api.summary_schemas import SUMMARY
from tracker.api.week_schemas import GUIDANCE, WEEK, WEEK_LIST
from tracker.guidance.documents import guidance_document
from tracker.participant_facts import current_week, date_at_home
from tracker.participant_weeks import (
    explained_week,
    guidance_of_week,
    standing,
    summary_of_week,
    weeks_document,
)
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week
from tracker.summary_sources import read_told

MAX_WEEKS = 52


LANGUAGE = OpenApiParameter(
    "language",
    LANGUAGE_TAG,
    description="A language tag such as es, for the texts; the participant's own language if not given, English if there are"
    " no texts in it.",
)


class WeekListView(ParticipantView):
    @extend_schema(
        operation_id="list_weeks",
        summary="Scores of up to 52 weeks, oldest first, each compared with the one before",
        parameters=[
            OpenApiParameter("from", WEEK_NAME, description="First week, such as 2026-W40; 12 weeks ago if not given."),
            OpenApiParameter("to", WEEK_NAME, description="Last week; the current one if not given."),
            LANGUAGE,
            IF_NONE_MATCH,
            etag(200, 304),
        ],
        responses={200: OpenApiResponse(named_schema("WeekList", WEEK_LIST)), 304: None, **problems(422)},
        tags=["weeks"],
    )
    def get(self, request: Request) -> Response:
        user = self.participant
        given = read_parameters(request, {"from": read_week, "to": read_week, "language": read_language})
        language = self.language(given)
        today = date_at_home(user, now=timezone.now())
        last = given.get("to") or Week.of(today)
        first = given.get("from") or last.minus(11)
        if not 0 <= last.weeks_since(first) < MAX_WEEKS:
            raise Invalid(
                errors=[FieldError("?from", "out_of_range", f"Ask for 1 to {MAX_WEEKS} weeks, first to last.")]
            )
        stand = standing(user, first, last)
        tag = stand.tag(user, language, str(first), str(last), today)
        return unless_known(
            request,
            tag,
            lambda: weeks_document(user, first, last, stand.due, today=today, language=language),
        )


class WeekView(ParticipantView):
    """A week that is due is scored on the spot, so people always see their last log counted."""

    @extend_schema(
        operation_id="read_week",
        parameters=[LANGUAGE, IF_NONE_MATCH, etag(200, 304)],
        summary="A week's score, explained",
        responses={200: OpenApiResponse(named_schema("Week", WEEK)), 304: None, **problems(422)},
        tags=["weeks"],
    )
    def get(self, request: Request, week: Week) -> Response:
        return _explained(self, request, week)


class CurrentWeekView(ParticipantView):
    @extend_schema(
        operation_id="read_current_week",
        parameters=[LANGUAGE, IF_NONE_MATCH, etag(200, 304)],
        summary="The current week at home, explained",
        responses={200: OpenApiResponse(named_schema("Week", WEEK)), 304: None, **problems(422)},
        tags=["weeks"],
    )
    def get(self, request: Request) -> Response:
        return _explained(self, request, current_week(self.participant, now=timezone.now()))


def _explained(view: ParticipantView, request: Request, week: Week) -> Response:
    user = view.participant
    language = view.language(read_parameters(request, {"language": read_language}))
    stand = standing(user, week, week)
    tag = stand.tag(user, language, str(week))
    return unless_known(request, tag, lambda: explained_week(user, week, stand, language=language))


class GuidanceView(ParticipantView):
    @extend_schema(
        operation_id="read_guidance",
        parameters=[LANGUAGE, IF_NONE_MATCH, etag(200, 304)],
        summary="Up to three suggestions for a week, and one thing to keep going",
        responses={200: OpenApiResponse(named_schema("Guidance", GUIDANCE)), 304: None, **problems(422)},
        tags=["weeks"],
    )
    def get(self, request: Request, week: Week) -> Response:
        user = self.participant
        language = self.language(read_parameters(request, {"language": read_language}))
        stand = standing(user)
        tag = stand.tag(user, language, str(week), "guidance")
        return unless_known(
            request,
            tag,
            lambda: guidance_document(
                guidance_of_week(user, week, stand), hide_numbers=user.hide_numbers, language=language
            ),
        )


class SummaryView(ParticipantView):
    @extend_schema(
        operation_id="read_week_summary",
        parameters=[LANGUAGE, IF_NONE_MATCH, etag(200, 304)],
        summary="What the weekly mail of a week says, as the week stands now",
        responses={200: OpenApiResponse(named_schema("WeekSummary", SUMMARY)), 304: None, **problems(422)},
        tags=["weeks"],
    )
    def get(self, request: Request, week: Week) -> Response:
        user = self.participant
        language = self.language(read_parameters(request, {"language": read_language}))
        today = date_at_home(user, now=timezone.now())
        stand = standing(user)
        told = read_told([(user.pk, week)])[user.pk, week]
        numbers = sorted((str(told_week), values) for told_week, values in told.items())
        tag = stand.tag(user, language, str(week), "summary", week.last_day < today, numbers)
        return unless_known(
            request, tag, lambda: summary_of_week(user, week, stand, told, today=today, language=language)
        )
