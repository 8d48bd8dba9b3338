"""What a participant's weeks are scored by. A change holds from the current week on; earlier weeks keep theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.accounts.models import User
from backend.sync.writing import advance_counter
from tracker.due_weeks import mark_weeks_due
from tracker.models import CognitiveLog, DietLog, ExerciseLog, ParticipantFacts, WeeklyScore
from tracker.scoring.weeks import Week

# What somebody states first is no change of what was known: it holds for every week, also those logged before.
FIRST_WEEK = Week(date(1970, 1, 5))


def current_week(user: User, *, now: datetime) -> Week:
    """The week that it is where the participant is at home."""
    return Week.of(now.astimezone(ZoneInfo(user.home_time_zone)).date())


def latest_facts(user: User) -> ParticipantFacts | None:
    return ParticipantFacts.objects.filter(user=user).order_by("-from_week").first()


def change_facts(user: User, *, birth_year: int | None, not_applicable: Collection[str], now: datetime) -> None:
    """Let these facts hold from the participant's current week on, and score anew the weeks that they hold for."""
    with transaction.atomic():
        seq = advance_counter(user.pk, 1)
        latest = latest_facts(user)
        if latest and latest.birth_year == birth_year and set(latest.not_applicable) == set(not_applicable):
            transaction.set_rollback(True)
            return
        from_week = current_week(user, now=now) if latest else FIRST_WEEK
        ParticipantFacts.objects.update_or_create(
            user=user,
            from_week=from_week.monday,
            defaults={"birth_year": birth_year, "not_applicable": sorted(not_applicable)},
        )
        mark_weeks_due(user_id=user.pk, weeks=_weeks_with_records(user, from_week), seq=seq)


def _weeks_with_records(user: User, first: Week) -> set[Week]:
    weeks = {
        Week(monday)
        for monday in WeeklyScore.objects.filter(user=user, week__gte=first.monday).values_list("week", flat=True)
    }
    for model in (ExerciseLog, CognitiveLog, DietLog):
        days = model._default_manager.filter(user=user, deleted_at=None, local_date__gte=first.monday)
        weeks |= {Week.of(day) for day in days.values_list("local_date", flat=True).distinct() if day}
    return weeks
