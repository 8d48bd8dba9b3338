"""`/v1/me`: the participant's own profile, choices and facts."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.models import WEEKDAYS, User
from backend.api.openapi import problems
from backend.api.serializers import StrictSerializer
from backend.sync.views import owner
from tracker.participant_facts import change_facts, latest_facts
from tracker.scoring.protocol import WES_1_0_0

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
    display_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    home_time_zone = serializers.CharField(max_length=64, required=False, help_text="IANA name.")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    hide_numbers = serializers.BooleanField(required=False)
    weekly_email = WeeklyEmailSerializer(source="*", required=False)
    birth_year = serializers.IntegerField(min_value=1900, allow_null=True, required=False)
    not_applicable = serializers.ListField(
        child=serializers.ChoiceField(choices=PRACTICES), required=False, max_length=len(PRACTICES)
    )

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


def profile_document(user: User) -> dict[str, Any]:
    facts = latest_facts(user)
    return {
        "id": user.pk,
        "email": user.email,
        "display_name": user.display_name,
        "home_time_zone": user.home_time_zone,
        "language": user.language,
        "hide_numbers": user.hide_numbers,
        "weekly_email": {
            "enabled": user.weekly_email,
            "weekday": user.weekly_email_weekday,
            "hour": user.weekly_email_hour,
        },
        "birth_year": facts.birth_year if facts else None,
        "not_applicable": facts.not_applicable if facts else [],
    }


class MeView(APIView):
    @extend_schema(
        operation_id="read_me",
        summary="The participant's profile",
        responses={200: MeSerializer, **problems()},
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        return Response(profile_document(owner(request)))

    @extend_schema(
        operation_id="change_me",
        summary="Change the profile; facts hold from the current week on",
        request=MeSerializer,
        responses={200: MeSerializer, **problems(400, 422)},
        tags=["account"],
    )
    def patch(self, request: Request) -> Response:
        user = owner(request)
        serializer = MeSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        change_profile(user, dict(serializer.validated_data))
        return Response(profile_document(user))


@transaction.atomic
def change_profile(user: User, changes: dict[str, Any]) -> None:
    """Carry out validated changes; facts first, so that the week they hold from is the one at the home they had."""
    if {"birth_year", "not_applicable"} & changes.keys():
        facts = latest_facts(user)
        change_facts(
            user,
            birth_year=changes.pop("birth_year", facts.birth_year if facts else None),
            not_applicable=changes.pop("not_applicable", facts.not_applicable if facts else []),
            now=timezone.now(),
        )
    if {"home_time_zone", "weekly_email", "weekly_email_weekday", "weekly_email_hour"} & changes.keys():
        changes["next_weekly_email_at"] = None  # to be worked out anew
    for field, value in changes.items():
        setattr(user, field, value)
    if changes:
        user.save(update_fields=list(changes))
