"""Summaries of made-up weeks, by what is special about them, without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.accounts.models import User
from tracker.guidance.library import read_library
from tracker.preferences import NO_PREFERENCES
from tracker.scoring.protocol import FOOD_GROUPS
from tracker.scoring.records import CognitiveRecord, DayMark, DietRecord, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.summary_documents import mail_context
from tracker.summary_sources import SummarySources, Told
from tracker.week_overviews import overview_of_score
from tracker.week_records import StoredWeek

WEEK = Week.parse("2026-W47")
CONFIRMED = frozenset({"exercise", "cognitive", "diet"})


def a_week(
    week: Week = WEEK,
    *,
    walks: int = 0,
    readings: int = 0,
    meals: int = 0,
    excused: int = 0,
    confirmed: frozenset[str] = frozenset(),
) -> WeekRecords:
    """So many days with a walk of half an hour, a chapter, a meal."""
    days = week.days
    return WeekRecords(
        week,
        tuple(ExerciseRecord(f"e{day}", day, 1800, "moderate", False, False) for day in days[:walks]),
        tuple(CognitiveRecord(f"c{day}", day, 1800, "reading", False) for day in days[:readings]),
        tuple(DietRecord(f"d{day}", day, tuple(100 for _ in FOOD_GROUPS)) for day in days[:meals]),
        tuple(DayMark(day, True, frozenset()) for day in days[:excused]),
        confirmed,
    )


def context_of(
    records: WeekRecords,
    *before: WeekRecords,
    told: Mapping[Week, Told] | None = None,
    language: str = "en",
    name: str = "Rosa",
    hide_numbers: bool = False,
) -> dict[str, Any]:
    """The context of the mail about a week, after those before it, for somebody of 40."""
    facts = ParticipantFacts(1986)
    overviews = [overview_of_score(score_week(earlier, facts)) for earlier in before]
    sources = SummarySources(StoredWeek(records, facts, {}, {}), NO_PREFERENCES, overviews, told or {})
    user = User(display_name=name, hide_numbers=hide_numbers)
    return mail_context(user, sources, read_library(), language)


def _eight() -> list[WeekRecords]:
    """Seven weeks before: two of exercise and food, one without a score, four of everything."""
    return [
        a_week(WEEK.minus(7), walks=3, meals=4),
        a_week(WEEK.minus(6), walks=4, meals=5),
        a_week(WEEK.minus(5), walks=1),
        *(a_week(WEEK.minus(back), walks=7 - back, readings=3, meals=4 + back % 3) for back in (4, 3, 2, 1)),
    ]


FULL = a_week(walks=6, readings=7, meals=7, confirmed=CONFIRMED)
PARTIAL = a_week(walks=4, readings=1, meals=5)
LONG_NAME = "Maximiliana-Alexandrina von Hohenstein-Wittelsbach y Fernández de la Torre Ruiz "[:80].strip()
HOSTILE_NAME = '<script>alert("1")</script></mj-text> אבג 🌿 & {{ x }}'

CASES: dict[str, Callable[..., dict[str, Any]]] = {
    "full": lambda **kwargs: context_of(FULL, *_eight(), **kwargs),
    "first": lambda **kwargs: context_of(PARTIAL, **kwargs),
    "partial": lambda **kwargs: context_of(PARTIAL, *_eight(), **kwargs),
    "hardly": lambda **kwargs: context_of(a_week(walks=1, meals=2), *_eight(), **kwargs),
    "nothing": lambda **kwargs: context_of(a_week(), *_eight(), **kwargs),
    "excused": lambda **kwargs: context_of(a_week(walks=1, excused=5), *_eight(), **kwargs),
    "hidden": lambda **kwargs: context_of(PARTIAL, *_eight(), **{**kwargs, "hide_numbers": True}),
    "corrections": lambda **kwargs: context_of(
        FULL,
        *_eight(),
        told={WEEK.minus(1): [40.0, 30.0, None, 50.0], WEEK.minus(2): [35.5, 30.0, 40.0, 42.0]},
        **kwargs,
    ),
    "long_name": lambda **kwargs: context_of(FULL, **{**kwargs, "name": LONG_NAME}),
    "hostile_name": lambda **kwargs: context_of(FULL, **{**kwargs, "name": HOSTILE_NAME}),
}
