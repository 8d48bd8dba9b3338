"""`/v1/me`: the participant's own profile, choices and facts."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import WEEKDAYS, ProfileChange
from backend.accounts.names import one_visible_line
from backend.accounts.participants import ParticipantView
from backend.api.conditional import unless_known
from backend.api.openapi import named_schema, problems
from backend.api.parameters import in_pages, make_cursor, read_parameters
from backend.api.serializers import SentText, StrictSerializer
from backend.languages import LANGUAGES
from tracker.api.schemas import ME
from tracker.profiles import change_profile, profile_document, profile_tag
from tracker.scoring.protocol import WES_1_0_0
from tracker.weekly_summaries import rewrite_queued

DEFAULT_PAGE = 50
PROFILE_CHANGES = {
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "description": "Such as home_time_zone, or weekly_email.hour."},
                    "before": {},
                    "after": {},
                    "changed_at": {"type": "string", "format": "date-time"},
                    "device_id": {"type": ["string", "null"], "format": "uuid"},
                },
                "required": ["field", "before", "after", "changed_at", "device_id"],
            },
        },
        "next_cursor": {"type": ["string", "null"]},
    },
    "required": ["results", "next_cursor"],
}
# What a mail that waits to be sent has been written by.
SHOWN_BY = {"hide_numbers", "language", "display_name"}
PRACTICES = [practice.code for practice in WES_1_0_0.practices]


class WeeklyEmailSerializer(StrictSerializer):
    enabled = serializers.BooleanField(source="weekly_email", required=False)
    weekday = serializers.ChoiceField(
        source="weekly_email_weekday", choices=WEEKDAYS, required=False, help_text="0 is Monday."
    )
    hour = serializers.IntegerField(source="weekly_email_hour", min_value=0, max_value=23, required=False)


class MeSerializer(StrictSerializer):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    mail_stopped = serializers.JSONField(read_only=True)
    display_name = SentText(max_length=80, allow_blank=True, required=False, validators=[one_visible_line])
    home_time_zone = SentText(max_length=64, required=False, help_text="IANA name.")
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    hide_numbers = serializers.BooleanField(required=False)
    preferred_origins = serializers.ListField(
        child=serializers.CharField(max_length=241),
        required=False,
        max_length=20,
        help_text="Whose record of a session is the one to keep: platforms, platform/app_id, or manual for typed in.",
    )
    weekly_email = WeeklyEmailSerializer(source="*", required=False)
    push_week_ready = serializers.BooleanField(
        required=False, help_text="Told by a push when a week is ready, on devices that registered for it."
    )
    birth_year = serializers.IntegerField(min_value=1900, allow_null=True, required=False)
    not_applicable = serializers.ListField(
        child=serializers.ChoiceField(choices=PRACTICES), required=False, max_length=len(PRACTICES)
    )

    def validate_preferred_origins(self, origins: list[str]) -> list[str]:
        for origin in origins:
            one_visible_line(origin)
        return list(dict.fromkeys(origins))

    def validate_home_time_zone(self, name: str) -> str:
        if name not in available_timezones():
            raise serializers.ValidationError("There is no such time zone.", code="unknown_time_zone")
        return name

    def validate_birth_year(self, year: int | None) -> int | None:
        if year is not None and year > timezone.now().year:
            raise serializers.ValidationError("This year has not begun.", code="max_value")
        return year

    def validate_not_applicable(self, practices: list[str]) -> list[str]:
        return sorted(set(practices), key=PRACTICES.index)


class MeView(ParticipantView):
    @extend_schema(
        operation_id="read_me",
        summary="The participant's profile",
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={200: OpenApiResponse(named_schema("Me", ME)), 304: None, **problems()},
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        document = profile_document(self.participant)
        return unless_known(request, profile_tag(document), lambda: document)

    @extend_schema(
        operation_id="change_me",
        summary="Change the profile; facts hold from the current week on",
        parameters=[
            OpenApiParameter(
                "If-Match",
                str,
                OpenApiParameter.HEADER,
                description="The ETag last seen. Without it the change is made whatever another phone changed since.",
            )
        ],
        request=MeSerializer,
        responses={200: OpenApiResponse(named_schema("Me", ME)), **problems(412, 422)},
        tags=["account"],
    )
    def patch(self, request: Request) -> Response:
        serializer = MeSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        with transaction.atomic():
            shown_otherwise = SHOWN_BY & changes.keys()
            document = change_profile(
                self.participant,
                changes,
                expected=request.headers.get("If-Match"),
                device_id=self.device.pk,
                now=timezone.now(),
            )
            if shown_otherwise:
                rewrite_queued(self.participant.pk)
        return Response(document, headers={"ETag": profile_tag(document)})


class ProfileChangesView(ParticipantView):
    """`GET` a page of what was changed, newest first."""

    @extend_schema(
        operation_id="list_profile_changes",
        summary="What was changed in the profile, newest first",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: OpenApiResponse(named_schema("ProfileChangeList", PROFILE_CHANGES)), **problems(422)},
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        user = self.participant
        salt = f"profile_changes:{user.pk}"
        given = read_parameters(request, in_pages(salt))
        limit = given.get("limit", DEFAULT_PAGE)
        changes = ProfileChange.objects.filter(user=user).order_by("-id")
        if "cursor" in given:
            changes = changes.filter(id__lt=given["cursor"][0])
        rows = list(changes[: limit + 1])
        after = make_cursor(salt, [rows[limit - 1].pk]) if len(rows) > limit else None
        return Response({"results": [change_document(row) for row in rows[:limit]], "next_cursor": after})


def change_document(change: ProfileChange) -> dict[str, Any]:
    return {
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "changed_at": change.changed_at,
        "device_id": change.device_id,
    }
