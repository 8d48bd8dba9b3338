"""The six worked examples of the protocol, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scoring.weeks_of_records import FRI, MON, SAT, SUN, THU, TUE, WED, WEEK, cognitive, exercise, meal
from tracker.scoring.records import DayMark, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import score_week

AGE_40, AGE_68 = ParticipantFacts(1986), ParticipantFacts(1958, frozenset({"nuts", "fish"}))
ALL = frozenset({"exercise", "cognitive", "diet"})
NOTHING: frozenset[str] = frozenset()

EVERY_TARGET = WeekRecords(
    WEEK,
    exercise=(
        *(exercise(f"run{day}", day, 40, "vigorous") for day in (MON, TUE, WED, THU)),
        *(exercise(f"lift{day}", day, 30, "moderate", strength=True) for day in (MON, WED)),
    ),
    cognitive=tuple(
        cognitive(f"{category}{day}", day, 20, category, social=True)
        for day in (MON, TUE, WED)
        for category in ("music", "learning", "reading", "games")
    ),
    diet=tuple(
        meal(
            f"meal{day}",
            day,
            leafy_greens=1,
            other_vegetables=1,
            berries=1,
            nuts=1,
            beans=1,
            whole_grains=3,
            fish=1,
            olive_oil=1,
        )
        for day in WEEK.days
    ),
    confirmed=ALL,
)
STEADY = WeekRecords(
    WEEK,
    exercise=(
        exercise("1", MON, 25, "vigorous"),
        exercise("2", WED, 20, "moderate"),
        exercise("3", FRI, 20, "moderate"),
        exercise("4", THU, 30, "light"),
        exercise("5", SAT, 30, "moderate", strength=True),
    ),
    cognitive=(
        *(cognitive(f"r{day}", day, 30, "reading") for day in (MON, TUE, WED, THU, FRI)),
        cognitive("c1", MON, 20, "games"),
        cognitive("c2", TUE, 20, "games"),
    ),
    diet=(
        meal(
            "m1",
            MON,
            leafy_greens=3,
            other_vegetables=7,
            berries=1,
            nuts=2,
            beans=3,
            whole_grains=10,
            fish=1,
            olive_oil=1,
        ),
        *(meal(f"m{day}", day, olive_oil=1) for day in (TUE, WED, THU, FRI, SAT, SUN)),
    ),
    confirmed=frozenset({"exercise", "cognitive"}),
)
OLDER = WeekRecords(
    WEEK,
    exercise=(
        *(exercise(f"t{day}", day, 30, "moderate", balance=True) for day in (MON, WED, FRI)),
        *(exercise(f"w{day}", day, 20, "moderate") for day in (TUE, THU)),
        exercise("s", TUE, 15, "moderate", strength=True),
    ),
    cognitive=(cognitive("1", MON, 30, "reading"), cognitive("2", THU, 30, "reading")),
    diet=(
        meal("1", MON, leafy_greens=4, other_vegetables=5, olive_oil=1),
        meal("2", TUE, berries=2, olive_oil=1),
        meal("3", WED, beans=1, olive_oil=1),
        meal("4", THU, whole_grains=9),
        meal("5", FRI),
    ),
)
CAPPED = WeekRecords(
    WEEK,
    exercise=(exercise("1", MON, 240, "vigorous"),),
    cognitive=(cognitive("1", MON, 180, "games", social=True),),
    diet=(meal("1", MON), meal("2", TUE)),
    confirmed=frozenset({"exercise", "cognitive"}),
)
NO_EXERCISE = WeekRecords(
    WEEK,
    cognitive=(cognitive("1", MON, 30, "reading"), cognitive("2", TUE, 30, "reading")),
    diet=(meal("1", MON), meal("2", TUE)),
    marks=tuple(DayMark(day, False, frozenset({"exercise"})) for day in WEEK.days),
)
EXCUSED = WeekRecords(
    WEEK,
    exercise=tuple(exercise(f"{day}", day, 45, "moderate", strength=True) for day in (MON, TUE, WED, THU)),
    cognitive=(
        *(cognitive(f"m{day}", day, 15, "music") for day in (MON, TUE, SAT)),
        cognitive("r", TUE, 9, "reading"),
        cognitive("d", WED, 40, "discussion", social=True),
    ),
    diet=(
        meal("1", MON, leafy_greens=2.5, olive_oil=0.5),
        meal("2", MON, olive_oil=0.5),
        meal("3", TUE, berries=2, olive_oil=0.75),
        meal("4", WED, beans=1.5),
        meal("5", SUN, fish=1),
    ),
    marks=(
        DayMark(SAT, True, NOTHING),
        DayMark(SUN, True, NOTHING),
        DayMark(FRI, False, frozenset({"exercise"})),
        DayMark(THU, False, frozenset({"diet"})),
    ),
)


@pytest.mark.parametrize(
    ("records", "facts", "overall", "domains"),
    [
        (EVERY_TARGET, AGE_40, (1000, "complete"), [(1000, "complete")] * 3),
        (STEADY, AGE_40, (630, "complete"), [(640, "complete"), (530, "complete"), (711, "complete")]),
        (OLDER, AGE_68, (766, "partial"), [(827, "at_least"), (None, "insufficient_data"), (643, "at_least")]),
        (CAPPED, AGE_40, (533, "partial"), [(688, "complete"), (224, "complete"), (None, "insufficient_data")]),
        (
            NO_EXERCISE,
            AGE_40,
            (None, "insufficient_data"),
            [(0, "complete"), (None, "insufficient_data"), (None, "insufficient_data")],
        ),
        (EXCUSED, AGE_40, (466, "at_least"), [(350, "complete"), (729, "at_least"), (436, "at_least")]),
    ],
    ids=["1", "2", "3", "4", "5", "6"],
)
def test_worked_example(records: WeekRecords, facts: ParticipantFacts, overall: Any, domains: Any) -> None:
    score = score_week(records, facts)
    assert (score.score, score.status) == overall
    assert [(domain.score, domain.status) for domain in score.domains] == domains
