"""The laws that every week obeys, over weeks drawn by Hypothesis."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.scoring import weeks_of_records as draw
from tracker.scoring.protocol import INTENSITIES
from tracker.scoring.records import DayMark, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import WeeklyScore, explain_week, score_week

EXAMPLES = settings(max_examples=120, deadline=None)


def same_domains(first: WeeklyScore, second: WeeklyScore) -> bool:
    numbers = [[domain.score is not None for domain in score.domains] for score in (first, second)]
    return numbers[0] == numbers[1] and (first.score is None) == (second.score is None)


def assert_no_lower(after: WeeklyScore, before: WeeklyScore) -> None:
    for new, old in zip(after.domains, before.domains, strict=True):
        if new.score is not None and old.score is not None:
            assert new.score >= old.score
        for item, previous in zip(new.practices, old.practices, strict=True):
            # Past its target an amount may fall: a capped day's moderate time that turns vigorous counts for less.
            assert min(item.amount, item.target) >= min(previous.amount, previous.target)
    if after.score is not None and before.score is not None and same_domains(after, before):
        assert after.score >= before.score


@EXAMPLES
@given(draw.weeks, draw.facts)
def test_scores_are_bounded_and_points_add_up(records: WeekRecords, facts: ParticipantFacts) -> None:
    score = score_week(records, facts)
    for value in (score.score, *(domain.score for domain in score.domains)):
        assert value is None or 0 <= value <= 1000
    for domain in score.domains:
        assert (domain.score is None) == (domain.status not in ("complete", "at_least"))
        if domain.practices:
            assert sum((item.weight for item in domain.practices), Fraction(0)) == 1
        for item in domain.practices:
            assert (item.points is None) == (domain.score is None)
            if item.points is not None:
                # No credit past the target, all of it at the target.
                assert 0 <= item.points <= 100 * item.weight
                assert (item.points == 100 * item.weight) == (item.amount >= item.target)
        if domain.score is not None:
            total = sum((item.points for item in domain.practices if item.points is not None), Fraction(0))
            assert abs(total - Fraction(domain.score, 10)) <= Fraction(1, 20)


@EXAMPLES
@given(draw.weeks, draw.facts, draw.exercise_records, draw.cognitive_records, draw.diet_records)
def test_no_added_log_lowers_a_score(records, facts, exercise, cognitive, diet) -> None:  # type: ignore[no-untyped-def]
    before = score_week(records, facts)
    for more in (
        replace(records, exercise=(*records.exercise, replace(exercise, id="new", duplicate_of=None))),
        replace(records, cognitive=(*records.cognitive, replace(cognitive, id="new"))),
        replace(records, diet=(*records.diet, replace(diet, id="new"))),
    ):
        assert_no_lower(score_week(more, facts), before)


@EXAMPLES
@given(draw.weeks, draw.facts, st.integers(1, 5000))
def test_no_added_second_serving_or_effort_lowers_a_score(records, facts, more: int) -> None:  # type: ignore[no-untyped-def]
    before = score_week(records, facts)
    for index, log in enumerate(records.exercise):
        rest = records.exercise[:index] + records.exercise[index + 1 :]
        grown = [replace(log, seconds=log.seconds + more)]
        if log.intensity is not None and log.intensity != INTENSITIES[-1]:
            grown.append(replace(log, intensity=INTENSITIES[INTENSITIES.index(log.intensity) + 1]))
        for changed in grown:
            assert_no_lower(score_week(replace(records, exercise=(*rest, changed)), facts), before)
    for index, activity in enumerate(records.cognitive):
        others = records.cognitive[:index] + records.cognitive[index + 1 :]
        longer = replace(activity, seconds=activity.seconds + more, social=True)
        assert_no_lower(score_week(replace(records, cognitive=(*others, longer)), facts), before)
    for index, meal in enumerate(records.diet):
        meals = records.diet[:index] + records.diet[index + 1 :]
        richer = replace(meal, servings=tuple(hundredths + more for hundredths in meal.servings))
        assert_no_lower(score_week(replace(records, diet=(*meals, richer)), facts), before)


@EXAMPLES
@given(draw.weeks, draw.facts, draw.days)
def test_excusing_a_day_never_lowers_a_domain(records, facts, day) -> None:  # type: ignore[no-untyped-def]
    before = score_week(records, facts)
    others = tuple(mark for mark in records.marks if mark.day != day)
    nothing: frozenset[str] = next((mark.nothing for mark in records.marks if mark.day == day), frozenset())
    after = score_week(replace(records, marks=(*others, DayMark(day, True, nothing))), facts)
    for new, old in zip(after.domains, before.domains, strict=True):
        if new.score is not None and old.score is not None:
            assert new.score >= old.score


@EXAMPLES
@given(draw.weeks, draw.facts, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_score_and_explanation(
    records: WeekRecords, facts: ParticipantFacts, shuffle: random.Random
) -> None:
    shuffled = {
        name: tuple(shuffle.sample(getattr(records, name), len(getattr(records, name))))
        for name in ("exercise", "cognitive", "diet", "marks")
    }
    assert explain_week(replace(records, **shuffled), facts) == explain_week(records, facts)  # type: ignore[arg-type]


@EXAMPLES
@given(draw.weeks, draw.facts)
def test_shares_add_up_to_the_amounts(records: WeekRecords, facts: ParticipantFacts) -> None:
    score, logs = explain_week(records, facts)
    assert len(logs) == len(records.exercise) + len(records.cognitive) + len(records.diet)
    for domain in score.domains:
        for item in domain.practices:
            shares = sum((log.counted.get(item.practice.code, Fraction(0)) for log in logs), Fraction(0))
            assert shares == item.amount
    for log in logs:
        assert (log.not_counted_because is None) == bool(log.counted)


@EXAMPLES
@given(draw.weeks, draw.facts)
def test_records_of_other_weeks_change_nothing(records: WeekRecords, facts: ParticipantFacts) -> None:
    assume(records.exercise or records.diet)
    later = draw.WEEK.next()
    moved = [replace(log, id=log.id + "x", day=later.monday) for log in records.exercise]
    meals = [replace(log, id=log.id + "x", day=draw.WEEK.previous().last_day) for log in records.diet]
    more = replace(records, exercise=(*records.exercise, *moved), diet=(*records.diet, *meals))
    assert explain_week(more, facts) == explain_week(records, facts)


@EXAMPLES
@given(draw.weeks, draw.facts)
def test_duplicates_count_for_nothing(records: WeekRecords, facts: ParticipantFacts) -> None:
    copies = tuple(replace(log, id=log.id + "x", duplicate_of=log.id) for log in records.exercise)
    assert score_week(replace(records, exercise=(*records.exercise, *copies)), facts) == score_week(records, facts)
