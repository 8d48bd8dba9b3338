"""What a participant's weeks are scored by. A change holds from the current week on; earlier weeks keep theirs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.accounts.models import User
from backend.sync.writing import advance_counter
from tracker.due_weeks import mark_weeks_due
from tracker.models import CognitiveLog, DayMark, DietLog, DueWeek, ExerciseLog, ParticipantFacts, WeeklyScore
from tracker.scoring.weeks import Week

# What somebody states first is no change of what was known: it holds for every week, also those logged before.
FIRST_WEEK = Week(date(1970, 1, 5))


class FactsStated(TypedDict, total=False):
    """The facts that somebody states; `birth_year` None takes it back."""

    birth_year: int | None
    not_applicable: list[str]


def date_at_home(user: User, *, now: datetime) -> date:
    """The date that it is where the participant is at home."""
    return now.astimezone(ZoneInfo(user.home_time_zone)).date()


def current_week(user: User, *, now: datetime) -> Week:
    """The week that it is where the participant is at home."""
    return Week.of(date_at_home(user, now=now))


def latest_facts(user: User) -> ParticipantFacts | None:
    return ParticipantFacts.objects.filter(user=user).order_by("-from_week").first()


def change_facts(user: User, *, stated: FactsStated, now: datetime) -> None:
    """Let what is stated hold from the participant's current week on; a fact that was never stated before holds for all weeks.

    The weeks that a change holds for are scored anew. What is not stated stays as it is: two phones that state different
    facts at the same time both have their way.
    """
    with transaction.atomic():
        seq = advance_counter(user.pk, 1)
        rows = list(ParticipantFacts.objects.filter(user=user).order_by("from_week"))
        before = [(row.from_week, row.birth_year, row.not_applicable) for row in rows]
        rows = rows or [ParticipantFacts(user=user, from_week=FIRST_WEEK.monday)]
        for name, value in stated.items():
            rows = _with_fact(
                rows, name, sorted(value) if isinstance(value, list) else value, current_week(user, now=now)
            )
        changed = [
            row for row in rows if (row.from_week, row.birth_year, row.not_applicable) not in before and _states(row)
        ]
        if not changed:
            transaction.set_rollback(True)
            return
        for row in changed:
            row.seq = seq
            row.save()
        first = Week(min(row.from_week for row in changed))
        mark_weeks_due(user_id=user.pk, weeks=_weeks_with_records(user, first), seq=seq)


def _with_fact(rows: list[ParticipantFacts], name: str, value: Any, week: Week) -> list[ParticipantFacts]:
    """The dated facts, oldest first, with one fact stated in a week."""
    latest = rows[-1]
    if all(getattr(row, name) is None for row in rows):
        for row in rows:
            setattr(row, name, value)
    elif getattr(latest, name) != value:
        if latest.from_week < week.monday:
            latest = ParticipantFacts(
                user=latest.user,
                from_week=week.monday,
                birth_year=latest.birth_year,
                not_applicable=latest.not_applicable,
            )
            rows = [*rows, latest]
        # Else somebody has moved to where it is still last week: the newest row is the one that holds from now on.
        setattr(latest, name, value)
    return rows


def _states(row: ParticipantFacts) -> bool:
    return row.birth_year is not None or row.not_applicable is not None


def _weeks_with_records(user: User, first: Week) -> set[Week]:
    weeks = {
        Week(monday)
        for monday in WeeklyScore.objects.filter(user=user, week__gte=first.monday).values_list("week", flat=True)
    }
    # Also what is due, perhaps claimed at this moment: a new version fences a worker that has read the old facts.
    weeks |= {
        Week(monday)
        for monday in DueWeek.objects.filter(user=user, week__gte=first.monday).values_list("week", flat=True)
    }
    for model in (ExerciseLog, CognitiveLog, DietLog, DayMark):
        days = model._default_manager.filter(user=user, deleted_at=None, local_date__gte=first.monday)
        weeks |= {Week.of(day) for day in days.values_list("local_date", flat=True).distinct() if day}
    return weeks
