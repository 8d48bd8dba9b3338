"""The rules of the protocol one by one: thresholds, caps, statuses, ages, reasons."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.scoring.weeks_of_records import FRI, MON, SUN, THU, TUE, WED, WEEK, cognitive, exercise, meal
from tracker.scoring.protocol import WES_1_0_0, Protocol
from tracker.scoring.records import DayMark, ParticipantFacts, WeekRecords
from tracker.scoring.rounding import half_up
from tracker.scoring.weekly import explain_logs, explain_week, score_week

OLDER = ParticipantFacts(1950)


def amounts(facts: ParticipantFacts = OLDER, **records: Any) -> dict[str, Fraction]:
    score = score_week(WeekRecords(WEEK, **records), facts)
    return {item.practice.code: item.amount for domain in score.domains for item in domain.practices if item.amount}


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ([exercise("a", MON, 10, "moderate", strength=True)], {"strength_days": 1}),
        ([exercise("a", MON, 599 / 60, "moderate", strength=True)], {}),
        ([exercise(f"{n}", MON, 5, None, strength=True) for n in "ab"], {"strength_days": 1}),
        ([exercise("a", MON, 20, "moderate")], {"aerobic_minutes": 20, "active_days": 1}),
        ([exercise("a", MON, 19.9, "moderate")], {"aerobic_minutes": Fraction("19.9")}),
        ([exercise("a", MON, 10, "vigorous")], {"aerobic_minutes": 20, "active_days": 1}),
        ([exercise("a", MON, 300, "light")], {}),
        ([exercise("a", MON, 300, "moderate")], {"aerobic_minutes": 180, "active_days": 1}),
        (
            [exercise("a", MON, 300, "moderate"), exercise("b", MON, 300, "vigorous")],
            {"aerobic_minutes": 540, "active_days": 1},
        ),
        ([exercise("a", MON, 30, "moderate", strength=True)], {"strength_days": 1, "active_days": 1}),
        (
            [exercise("a", MON, 10, None, strength=True, balance=True)],
            {"strength_days": 1, "balance_days": 1},
        ),
        ([exercise("a", MON, 60, "moderate", duplicate_of="b")], {}),
        ([exercise("a", WEEK.next().monday, 60, "moderate")], {}),
    ],
)
def test_exercise_amounts(logs: Any, expected: dict[str, Any]) -> None:
    assert amounts(exercise=tuple(logs)) == expected


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ([cognitive("a", MON, 599 / 60, "reading")], {"cognitive_minutes": Fraction(599, 60)}),
        (
            [cognitive("a", MON, 6, "reading"), cognitive("b", MON, 4, "reading")],
            {"cognitive_minutes": 10, "activity_days": 1, "variety": 1},
        ),
        (
            [cognitive("a", MON, 90, "music")],
            {"cognitive_minutes": 60, "activity_days": 1, "skill_days": 1, "variety": 1},
        ),
        (
            [cognitive("a", MON, 14, "learning"), cognitive("b", TUE, 15, "training")],
            {"cognitive_minutes": 29, "activity_days": 2, "skill_days": 1, "variety": 2},
        ),
        ([cognitive("a", MON, 1, "games", social=True)], {"cognitive_minutes": 1, "social_days": 1}),
    ],
)
def test_cognitive_amounts(logs: Any, expected: dict[str, Any]) -> None:
    assert amounts(cognitive=tuple(logs)) == expected


def test_diet_amounts() -> None:
    meals = (meal("a", MON, berries=1.25, olive_oil=0.5), meal("b", MON, olive_oil=0.5), meal("c", TUE, olive_oil=0.99))
    assert amounts(diet=meals) == {"berries": Fraction(5, 4), "olive_oil": 1}


@pytest.mark.parametrize(
    ("birth_year", "older"), [(None, False), (1961, True), (1962, False), (1986, False), (1900, True)]
)
def test_65_is_counted_from_the_weeks_iso_year(birth_year: int | None, older: bool) -> None:
    score = score_week(WeekRecords(WEEK), ParticipantFacts(birth_year))
    assert ("balance_days" in [item.practice.code for item in score.domains[0].practices]) is older


@pytest.mark.parametrize(
    ("logged", "excused", "confirmed", "status"),
    [
        (0, 0, False, "insufficient_data"),
        (2, 0, False, "insufficient_data"),
        (3, 0, False, "at_least"),
        (7, 0, False, "complete"),
        (0, 0, True, "complete"),
        (4, 3, False, "complete"),
        (3, 3, False, "at_least"),
        (3, 4, False, "excused"),
        (3, 4, True, "excused"),
        (0, 7, True, "excused"),
    ],
)
def test_the_status_of_a_domain(logged: int, excused: int, confirmed: bool, status: str) -> None:
    records = WeekRecords(
        WEEK,
        diet=tuple(meal(f"{day}", day) for day in WEEK.days[:logged]),
        marks=tuple(DayMark(day, True, frozenset()) for day in WEEK.days[7 - excused :]),
        confirmed=frozenset({"diet"}) if confirmed else frozenset(),
    )
    score = score_week(records, ParticipantFacts())
    assert score.domains[2].status == status
    if status == "excused":
        assert (score.score, score.status) == (None, "excused")


def test_a_log_on_an_excused_day_counts_and_makes_no_logged_day() -> None:
    records = WeekRecords(WEEK, diet=(meal("a", SUN, fish=1),), marks=(DayMark(SUN, True, frozenset()),))
    diet = score_week(records, ParticipantFacts()).domains[2]
    assert diet.logged_days == 0
    assert {item.practice.code: item.amount for item in diet.practices}["fish"] == 1


def test_a_domain_of_which_nothing_applies_comes_first_and_stands_aside() -> None:
    diet = frozenset(practice.code for practice in WES_1_0_0.practices_of("diet"))
    records = WeekRecords(
        WEEK,
        exercise=(exercise("a", MON, 150, "moderate"),),
        cognitive=(cognitive("a", MON, 30, "reading"),),
        confirmed=frozenset({"exercise", "cognitive"}),
    )
    score = score_week(records, ParticipantFacts(1986, diet))
    assert (score.domains[2].status, score.domains[2].practices) == ("not_applicable", ())
    assert score.status == "complete"


def test_the_reasons_why_a_log_did_not_count() -> None:
    records = WeekRecords(
        WEEK,
        exercise=(
            exercise("duplicate", MON, 30, "moderate", duplicate_of="x"),
            exercise("no_intensity", TUE, 30, None),
            exercise("light_intensity", WED, 30, "light"),
            exercise("below_daily_minimum", THU, 5, "vigorous", strength=True),
            exercise("not_applicable", FRI, 30, "light", balance=True),
        ),
        diet=(meal("no_scored_food", MON), meal("below_daily_minimum", TUE, olive_oil=0.5)),
    )
    logs = explain_logs(records, ParticipantFacts(1950, frozenset({"balance_days"})))
    assert len(logs) == 7
    for log in logs:
        assert (log.not_counted_because, log.counted) == (log.id, {})


def test_a_shared_day_is_shared_in_proportion() -> None:
    logs = (exercise("a", MON, 120, "vigorous"), exercise("b", MON, 240, "vigorous"))
    _, explained = explain_week(WeekRecords(WEEK, exercise=logs), ParticipantFacts())
    assert explained[0].counted == {"aerobic_minutes": 120, "active_days": Fraction(1, 3)}
    assert explained[1].counted == {"aerobic_minutes": 240, "active_days": Fraction(2, 3)}


def test_an_implausible_day_is_flagged_and_still_bounded() -> None:
    logs = (exercise("a", MON, 600, "moderate"), exercise("b", MON, 361, "moderate"), exercise("c", TUE, 960, "light"))
    explained = explain_logs(WeekRecords(WEEK, exercise=logs), ParticipantFacts())
    assert [log.flags for log in explained] == [("implausible_day",), ("implausible_day",), ()]


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(1, 8), 2, 13),
        (Fraction(5, 1000), 2, 1),
        (Fraction(4999, 1000000), 2, 0),
        (Fraction(6405, 100), 1, 641),
        (100, 1, 1000),
        (0, 2, 0),
    ],
)
def test_halves_round_up(value: Fraction, places: int, expected: int) -> None:
    assert half_up(value, places) == expected


def test_a_protocol_whose_weights_do_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="exercise"):
        Protocol("x", WES_1_0_0.practices[1:], (50, 25, 25))
    with pytest.raises(ValueError, match="domains"):
        Protocol("x", WES_1_0_0.practices, (50, 25, 20))
