"""The set-wise path equals the exact one, in every field, whatever else is in the batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scoring import weeks_of_records as draw
from tracker.scoring.batch import (
    BatchScores,
    CognitiveColumns,
    DietColumns,
    ExerciseColumns,
    MarkColumns,
    WeekBatch,
    score_weeks,
)
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, DOMAINS, INTENSITIES, STATUSES, WES_1_0_0
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.rounding import half_up
from tracker.scoring.weekly import is_older, score_week

Case = tuple[WeekRecords, ParticipantFacts]


def as_batch(cases: Sequence[Case]) -> WeekBatch:
    def ints(values: Any) -> Any:
        return np.array(list(values), dtype=np.int64)

    def bools(values: Any) -> Any:
        return np.array(list(values), dtype=bool)

    def day(log: Any) -> int:
        return draw.WEEK.day_index(log.day)

    exercise = [(row, log) for row, (week, _) in enumerate(cases) for log in week.exercise if not log.duplicate_of]
    cognitive = [(row, log) for row, (week, _) in enumerate(cases) for log in week.cognitive]
    diet = [(row, log) for row, (week, _) in enumerate(cases) for log in week.diet]
    marks = [(row, mark) for row, (week, _) in enumerate(cases) for mark in week.marks]
    return WeekBatch(
        n=len(cases),
        older=bools(is_older(draw.WEEK, facts.birth_year) for _, facts in cases),
        not_applicable=np.array([[code in facts.not_applicable for code in draw.PRACTICES] for _, facts in cases]),
        confirmed=np.array([[domain in week.confirmed for domain in DOMAINS] for week, _ in cases]),
        exercise=ExerciseColumns(
            row=ints(row for row, _ in exercise),
            day=ints(day(log) for _, log in exercise),
            seconds=ints(log.seconds for _, log in exercise),
            intensity=ints(INTENSITIES.index(log.intensity) + 1 if log.intensity else 0 for _, log in exercise),
            strength=bools(log.strength for _, log in exercise),
            balance=bools(log.balance for _, log in exercise),
        ),
        cognitive=CognitiveColumns(
            row=ints(row for row, _ in cognitive),
            day=ints(day(log) for _, log in cognitive),
            seconds=ints(log.seconds for _, log in cognitive),
            category=ints(COGNITIVE_CATEGORIES.index(log.category) for _, log in cognitive),
            social=bools(log.social for _, log in cognitive),
        ),
        diet=DietColumns(
            row=ints(row for row, _ in diet),
            day=ints(day(log) for _, log in diet),
            servings=np.array([log.servings for _, log in diet], dtype=np.int64).reshape(-1, 8),
        ),
        marks=MarkColumns(
            row=ints(row for row, _ in marks),
            day=ints(day(mark) for _, mark in marks),
            excused=bools(mark.excused for _, mark in marks),
            nothing=np.array([[domain in mark.nothing for domain in DOMAINS] for _, mark in marks], dtype=bool).reshape(
                -1, len(DOMAINS)
            ),
        ),
    )


def assert_equal(scores: BatchScores, row: int, case: Case) -> None:
    exact = score_week(*case)

    def null(value: int | None) -> int:
        return -1 if value is None else value

    assert (scores.score[row], STATUSES[scores.status[row]]) == (null(exact.score), exact.status)
    assert scores.open_days[row] == exact.open_days
    items = {}
    for index, domain in enumerate(exact.domains):
        assert scores.domain_scores[row, index] == null(domain.score)
        assert STATUSES[scores.domain_statuses[row, index]] == domain.status
        assert scores.logged_days[row, index] == domain.logged_days
        items.update({item.practice.code: item for item in domain.practices})
    for column, practice in enumerate(WES_1_0_0.practices):
        item = items.get(practice.code)
        assert scores.applies[row, column] == (item is not None)
        if item is not None:
            assert scores.amounts[row, column] == item.amount * practice.base_per_unit
            assert scores.targets[row, column] == half_up(item.target, 2)
            assert scores.weights[row, column] == half_up(item.weight, 2)
            points = -1 if item.points is None else half_up(item.points, 2)
            assert scores.points[row, column] == points


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(draw.weeks, draw.facts), min_size=1, max_size=4))
def test_the_batch_equals_the_exact_score(cases: list[Case]) -> None:
    scores = score_weeks(as_batch(cases))
    for row, case in enumerate(cases):
        assert_equal(scores, row, case)


def test_an_empty_batch_of_weeks_without_logs() -> None:
    cases = [(WeekRecords(draw.WEEK), ParticipantFacts())] * 3
    for row in range(3):
        assert_equal(score_weeks(as_batch(cases)), row, cases[row])


def test_the_largest_intermediate_fits_in_64_bits() -> None:
    weights = range(1, 21)
    multiple = max(lcm(a, b, c) for a in weights for b in weights for c in weights)
    targets = lcm(*(practice.target for practice in WES_1_0_0.practices))
    assert 2 * 1000 * targets * 7 * 7 * multiple * 4 < 2**63 / 100
