"""Guidance: true, specific, kind, deterministic, and within general wellness."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from tests.scoring import weeks_of_records as draw
from tests.scoring.weeks_of_records import MON, TUE, WEEK, cognitive, exercise, meal
from tests.tracker.guidance.holding import hold
from tests.tracker.guidance.simulated_weeks import SimulatedWeek, simulate
from tracker.guidance.choosing import Guidance, choose_guidance
from tracker.guidance.documents import guidance_document
from tracker.guidance.library import Library, read_library, turn_of
from tracker.guidance.steps import condensed
from tracker.preferences import NO_PREFERENCES, Preferences
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.records import DayMark, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import records_of_week, score_week
from tracker.scoring.weeks import Week

ALL = frozenset(DOMAINS)
YOUNGER, OLDER = ParticipantFacts(1986), ParticipantFacts(1950)


def guide(
    records: WeekRecords,
    facts: ParticipantFacts = YOUNGER,
    preferences: Preferences = NO_PREFERENCES,
    library: Library | None = None,
) -> Guidance:
    return choose_guidance(records, score_week(records, facts), facts, preferences, library)


def practices(guidance: Guidance) -> list[str]:
    return [suggestion.score.practice.code for suggestion in guidance.suggestions]


def week_of(turn: int) -> Week:
    return next(week for week in (WEEK.minus(number) for number in range(4)) if turn_of(week) == turn)


@settings(max_examples=150, deadline=None)
@given(draw.weeks, draw.facts)
def test_every_guidance_is_fit_to_be_shown(records: WeekRecords, facts: ParticipantFacts) -> None:
    hold([SimulatedWeek(0, records, facts, NO_PREFERENCES)])


@settings(max_examples=150, deadline=None)
@given(draw.weeks, draw.facts)
def test_condensing_a_week_changes_no_amount(records: WeekRecords, facts: ParticipantFacts) -> None:
    whole, fewer = (
        [[item.amount for item in domain.practices] for domain in score_week(week, facts).domains]
        for week in (records, condensed(records_of_week(records)))
    )
    assert whole == fewer


def test_thousands_of_logs_take_no_longer_to_try_steps_on() -> None:
    logs = tuple(cognitive(f"{number}", WEEK.days[number % 7], 1, "reading") for number in range(5_000))
    assert len(condensed(WeekRecords(WEEK, cognitive=logs)).cognitive) == 7


def test_simulated_weeks_hold() -> None:
    """500 weeks of 25 made-up participants; `make fuzz` lives through 10 000."""
    found = hold(simulate(500, seed=2026))
    assert found["weeks"] == 500
    assert min(found["raises"], found["no_number_yet"], found["keeps"]) > 0


def test_the_same_week_gives_the_same_guidance_in_another_process() -> None:
    """Also where strings hash otherwise, so that no set decides anything."""
    program = (
        "import django; django.setup()\n"
        "from tests.tracker.guidance.simulated_weeks import simulate\n"
        "from tests.tracker.guidance.test_choosing import said\n"
        "print(said(simulate(40, seed=7)))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**_environment(), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{said(simulate(40, seed=7))}\n"}


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}


def said(weeks: Any) -> list[list[str]]:
    return [
        [
            *(f"{item.text.id} {item.gain}" for item in guidance.suggestions),
            guidance.keep_going.id if guidance.keep_going else "",
        ]
        for lived in weeks
        for guidance in [guide(lived.records, lived.facts, lived.preferences)]
    ]


def test_the_reason_names_practice_amount_target_and_step() -> None:
    week = week_of(3)
    logs = tuple(exercise(f"{day}", day, 20, "moderate", strength=True) for day in week.days[:4])
    records = WeekRecords(week, exercise=(*logs, exercise("walk", week.monday, 90, "moderate")), confirmed=ALL)
    document = guidance_document(guide(records))
    first = next(item for item in document["suggestions"] if item["practice"] == "aerobic_minutes")
    assert first["reason"] == "You logged 90 of 150 active minutes; 15 more minutes would add 6.5 points to exercise."
    assert (first["effect"], first["gain"]) == ("raises", {"domain": 6.5, "score": 3.25})
    assert first["grade"] == "moderate"
    assert first["evidence"]["caveats"]


def test_a_step_counts_for_everything_that_it_does() -> None:
    """Twenty minutes more on a free day are active minutes and an active day."""
    records = WeekRecords(week_of(0), confirmed=ALL)
    found = next(item for item in guide(records).suggestions if item.score.practice.domain == "exercise")
    by_hand = {
        # .20 of a day of two; .65 · 20/150 + .15 · 1/4; .65 · minutes/150
        "strength_days": Fraction(100 * 20, 100 * 2),
        "active_days": Fraction(65 * 20, 150) + Fraction(15, 4),
    }
    assert found.gain == by_hand[found.score.practice.code]


def test_the_step_that_adds_most_for_its_size_comes_first() -> None:
    """One fish is .10 of the diet, a leafy serving .15 · 1/6, an olive day .10 · 1/5."""
    records = WeekRecords(WEEK, diet=tuple(meal(f"{day}", day) for day in WEEK.days), confirmed=ALL)
    only_diet = ParticipantFacts(1986, frozenset())
    found = guide(records, only_diet)
    diet = [item for item in found.suggestions if item.score.practice.domain == "diet"]
    assert diet[0].score.practice.code == "fish"
    assert diet[0].gain == 10


def test_each_domain_has_its_turn() -> None:
    records = WeekRecords(
        WEEK,
        exercise=(exercise("a", MON, 10, "moderate"),),
        cognitive=(cognitive("b", MON, 10, "reading"),),
        diet=(meal("c", MON, fish=1),),
    )
    chosen = guide(records)
    assert {item.score.practice.domain for item in chosen.suggestions} == set(DOMAINS)


@pytest.mark.parametrize("turn", range(4))
def test_what_keeps_going_is_half_way_at_least(turn: int) -> None:
    """The texts praise: after one walk nobody has been active "on more than one day"."""
    week = week_of(turn)
    one_walk = WeekRecords(week, exercise=(exercise("a", week.monday, 20, "moderate"),))
    early = guidance_document(guide(one_walk))["keep_going"]
    assert early["id"] == f"logging_{turn + 1}"
    assert (early["practice"], early["evidence"]) == (None, None)
    two_days = tuple(exercise(f"{day}", day, 20, "moderate") for day in week.days[:2])
    kept = guidance_document(guide(WeekRecords(week, exercise=two_days)))["keep_going"]
    assert (kept["practice"], kept["reason"]) == ("active_days", "You logged 2 of 4 active days.")
    assert kept["grade"] == kept["evidence"]["grade"]
    assert "active_days" in kept["evidence"]["practices"]


def test_what_went_past_the_target_is_not_said_to_be_a_part_of_it() -> None:
    week = week_of(0)
    long_walks = tuple(exercise(f"{day}", day, 60, "moderate") for day in week.days[:3])
    guidance = guide(WeekRecords(week, exercise=long_walks))
    kept = guidance_document(guidance)["keep_going"]
    assert kept["reason"] == "You logged 180 active minutes, more than the week's target of 150."
    hidden = guidance_document(guidance, hide_numbers=True)["keep_going"]
    assert hidden["reason"] == "You went past the week's target for active minutes."


def test_nothing_logged_is_answered_with_suggestions_alone() -> None:
    chosen = guide(WeekRecords(WEEK))
    assert chosen.keep_going is None
    assert len(chosen.suggestions) == 3
    assert {item.effect for item in chosen.suggestions} == {"no_number_yet"}
    reasons = [item["reason"] for item in guidance_document(chosen)["suggestions"]]
    assert all("points" not in reason for reason in reasons)


def test_an_excused_week_is_left_in_peace() -> None:
    marks = tuple(DayMark(day, True, frozenset()) for day in WEEK.days)
    chosen = guide(WeekRecords(WEEK, marks=marks))
    assert chosen.suggestions == ()
    assert chosen.keep_going is not None
    assert chosen.keep_going.practice == "rest"


def test_texts_take_turns_week_by_week() -> None:
    def names(week: Week) -> set[str]:
        return {item.text.id for item in guide(WeekRecords(week)).suggestions}

    over_a_year = [names(Week.parse("2026-W50").minus(-number)) for number in range(8)]  # 2026 has a week 53
    for index, shown in enumerate(over_a_year):
        assert shown
        assert all(shown.isdisjoint(earlier) for earlier in over_a_year[max(0, index - 3) : index])
    assert over_a_year[:4] == over_a_year[4:]


def test_what_is_not_for_somebody_is_not_offered_again() -> None:
    records = WeekRecords(WEEK, confirmed=ALL)
    first = guide(records).suggestions[0].text
    others = guide(records, preferences=Preferences(not_for_me=frozenset({first.id})))
    assert first.id not in {item.text.id for item in others.suggestions}
    everything = frozenset(text.id for text in read_library().all_suggestions())
    assert guide(records, preferences=Preferences(not_for_me=everything)).suggestions == ()


def test_what_was_useful_goes_before_what_fits_more_closely() -> None:
    week = week_of(0)
    records = WeekRecords(week, exercise=(exercise("a", week.monday, 30, "moderate"),), confirmed=ALL)
    library = read_library()
    both = library.suggestions["aerobic_minutes", 0]
    plain = next(text for text in both if not text.when.count)
    only = replace(library, suggestions={("aerobic_minutes", 0): both})
    assert guide(records, library=only).suggestions[0].text.when.count
    asked = Preferences(useful=frozenset({plain.id}))
    assert guide(records, preferences=asked, library=only).suggestions[0].text == plain


def test_a_goal_beyond_the_target_keeps_the_score_and_says_so() -> None:
    records = WeekRecords(
        WEEK, exercise=tuple(exercise(f"{day}", day, 30, "moderate") for day in WEEK.days), confirmed=ALL
    )
    dropped = frozenset({"strength_days"})
    facts = ParticipantFacts(1986, dropped)
    assert "aerobic_minutes" not in practices(guide(records, facts))
    chosen = guide(records, facts, Preferences(goals={"aerobic_minutes": Fraction(300)}))
    found = next(item for item in chosen.suggestions if item.score.practice.code == "aerobic_minutes")
    assert (found.effect, found.gain, found.score_gain) == ("keeps", Fraction(0), Fraction(0))
    document = next(item for item in guidance_document(chosen)["suggestions"] if item["practice"] == "aerobic_minutes")
    assert document["reason"].startswith("You logged 210 of the 300 active minutes that you aim for; ")
    assert document["reason"].endswith(" would bring you nearer to your goal and keep the points for exercise.")
    hidden = guidance_document(chosen, hide_numbers=True)["suggestions"]
    assert any(item["reason"].startswith("You reached the week's target for active minutes;") for item in hidden)


def test_a_goal_below_the_target_is_enough() -> None:
    records = WeekRecords(WEEK, exercise=(exercise("a", MON, 60, "moderate"),), confirmed=ALL)
    others = frozenset({"strength_days", "active_days"})
    facts = ParticipantFacts(1986, others)
    assert "aerobic_minutes" in practices(guide(records, facts))
    reached = Preferences(goals={"aerobic_minutes": Fraction(60)})
    assert "aerobic_minutes" not in practices(guide(records, facts, reached))


def test_balance_is_for_those_whose_score_asks_for_it_and_vigour_is_not() -> None:
    for turn in range(4):
        week = week_of(turn)
        for facts in (YOUNGER, OLDER):
            for habit in (0, 3):
                logs = tuple(exercise(f"{day}", day, 20, "vigorous") for day in week.days[:habit])
                for item in guide(WeekRecords(week, exercise=logs, confirmed=ALL), facts).suggestions:
                    if facts is OLDER:
                        assert item.text.step.intensity != "vigorous"
                    else:
                        assert item.score.practice.code != "balance_days"


def test_a_longer_session_is_added_to_a_day_that_has_one() -> None:
    """Ten minutes more make the walk of twelve an active day; on a free day they would make none."""
    library = read_library()
    same = [text for text in library.all_suggestions() if text.practice == "active_days" and text.step.on == "same"]
    assert same
    week = week_of(same[0].turn)
    only = replace(library, suggestions={("active_days", same[0].turn): (same[0],)})
    done = exercise("a", week.days[0], 20, "moderate")
    short = exercise("b", week.days[2], 12, "moderate")
    (found,) = guide(WeekRecords(week, exercise=(done, short), confirmed=ALL), library=only).suggestions
    assert found.log.day == week.days[2]
    assert guide(WeekRecords(week, exercise=(done,), confirmed=ALL), library=only).suggestions == ()


def test_variety_asks_for_a_kind_that_is_new() -> None:
    library = read_library()
    variety = {key: texts for key, texts in library.suggestions.items() if key[0] == "variety"}
    for (_, turn), texts in variety.items():
        week = week_of(turn)
        for text in texts:
            tried = text.step.categories[0]
            logs = tuple(cognitive(f"{day}", day, 30, tried) for day in week.days)
            only = replace(library, suggestions={("variety", turn): (text,)})
            for found in guide(WeekRecords(week, cognitive=logs, confirmed=ALL), library=only).suggestions:
                assert getattr(found.log, "category") != tried  # noqa: B009


def test_records_of_other_weeks_change_nothing() -> None:
    records = WeekRecords(WEEK, exercise=(exercise("a", TUE, 20, "moderate"),), confirmed=ALL)
    more = replace(records, exercise=(*records.exercise, exercise("b", WEEK.next().monday, 200, "vigorous")))
    assert guide(more) == guide(records)
