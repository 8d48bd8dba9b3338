"""Weeks for the scoring tests: written briefly, and drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tracker.scoring.protocol import (
    COGNITIVE_CATEGORIES,
    DOMAINS,
    FOOD_GROUPS,
    INTENSITIES,
    WES_1_0_0,
)
from tracker.scoring.records import (
    CognitiveRecord,
    DayMark,
    DietRecord,
    ExerciseRecord,
    ParticipantFacts,
    WeekRecords,
)
from tracker.scoring.weeks import Week

WEEK = Week.parse("2026-W47")
MON, TUE, WED, THU, FRI, SAT, SUN = WEEK.days
PRACTICES = [practice.code for practice in WES_1_0_0.practices]


def exercise(uid: str, day: Any, minutes: float, intensity: str | None, **tags: Any) -> ExerciseRecord:
    return ExerciseRecord(
        uid,
        day,
        round(minutes * 60),
        intensity,
        tags.get("strength", False),
        tags.get("balance", False),
        tags.get("duplicate_of"),
    )


def cognitive(uid: str, day: Any, minutes: float, category: str, *, social: bool = False) -> CognitiveRecord:
    return CognitiveRecord(uid, day, round(minutes * 60), category, social)


def meal(uid: str, day: Any, **servings: float) -> DietRecord:
    return DietRecord(uid, day, tuple(round(servings.get(group, 0) * 100) for group in FOOD_GROUPS))


days = st.sampled_from(WEEK.days)
seconds = st.one_of(st.integers(1, 86_400), st.sampled_from([599, 600, 899, 900, 1199, 1200, 3600, 10_800, 10_801]))
ids = st.uuids().map(str)
exercise_records = st.builds(
    ExerciseRecord,
    ids,
    days,
    seconds,
    st.sampled_from([None, *INTENSITIES]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, None, None, "another"]),
)
cognitive_records = st.builds(CognitiveRecord, ids, days, seconds, st.sampled_from(COGNITIVE_CATEGORIES), st.booleans())
servings = st.one_of(st.just(0), st.integers(0, 1000), st.sampled_from([50, 99, 100]))
diet_records = st.builds(DietRecord, ids, days, st.tuples(*[servings] * len(FOOD_GROUPS)))
some_domains = st.frozensets(st.sampled_from(DOMAINS))
marks = st.lists(st.builds(DayMark, days, st.booleans(), some_domains), max_size=7, unique_by=lambda mark: mark.day)


def unique(records: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(records, max_size=most, unique_by=lambda record: record.id).map(tuple)


weeks = st.builds(
    WeekRecords,
    st.just(WEEK),
    unique(exercise_records, 8),
    unique(cognitive_records, 8),
    unique(diet_records, 8),
    marks.map(tuple),
    some_domains,
)
facts = st.builds(
    ParticipantFacts,
    st.sampled_from([None, 1990, 1962, 1961, 1950]),
    st.one_of(
        st.just(frozenset()),
        st.frozensets(st.sampled_from(PRACTICES), max_size=6),
        st.just(frozenset(practice.code for practice in WES_1_0_0.practices_of("diet"))),
        st.just(frozenset(PRACTICES)),
    ),
)
