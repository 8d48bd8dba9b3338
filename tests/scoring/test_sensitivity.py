"""The worked examples by equal weights, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.scoring.test_worked_examples import (
    AGE_40,
    AGE_68,
    CAPPED,
    EVERY_TARGET,
    EXCUSED,
    NO_EXERCISE,
    OLDER,
    STEADY,
)
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.sensitivity import EqualWeights, equal_weights, with_equal_weights
from tracker.scoring.weekly import score_week

EXAMPLES: list[tuple[WeekRecords, ParticipantFacts, int | None, list[int | None]]] = [
    (EVERY_TARGET, AGE_40, 1000, [1000, 1000, 1000]),
    # (90/150 + 1/2 + 1) / 3 = 0.7
    # (7/11 + 1 + 0 + 2/4 + 0) / 5 = 47/110 = 0.42727…
    # (3/6 + 1 + 1/2 + 2/5 + 1 + 10/21 + 1 + 1) / 8 = 617/840 = 0.73452…
    # (0.7 + 0.42727 + 0.73452) / 3 = 0.62060
    (STEADY, AGE_40, 621, [700, 427, 735]),
    # (130/150 + 1/2 + 1 + 1) / 4 = 101/120 = 0.84167
    # (4/6 + 5/7 + 1 + 1/3 + 9/21 + 3/5) / 6 = 131/210 = 0.62381
    (OLDER, AGE_68, 733, [842, None, 624]),
    # (1 + 0 + 1/4) / 3 = 0.41667; (1/11 + 60/120 + 0 + 1/4 + 1) / 5 = 81/220 = 0.36818
    (CAPPED, AGE_40, 392, [417, 368, None]),
    (NO_EXERCISE, AGE_40, None, [0, None, None]),
    # Targets times 5/7. (0 + 1 + 1) / 3, where the protocol gives 35.0: all that is done weighs .35 there.
    # (4 · 7/55 + 1 + 1 + 2/4 + 1) / 5 = 441/550 = 0.80182
    # (2.5 · 7/30 + 0 + 1 + 0 + 1.5 · 7/15 + 0 + 1 + 1 · 7/25) / 8 = 1069/2400 = 0.44542
    (EXCUSED, AGE_40, 638, [667, 802, 445]),
]


@pytest.mark.parametrize(("records", "facts", "overall", "domains"), EXAMPLES)
def test_worked_example_by_equal_weights(
    records: WeekRecords, facts: ParticipantFacts, overall: Any, domains: Any
) -> None:
    found = equal_weights(score_week(records, facts))
    assert found == EqualWeights(overall, dict(zip(("exercise", "cognitive", "diet"), domains, strict=True)))


def test_it_is_rounded_once_and_half_up() -> None:
    half: list[tuple[Fraction | int, Fraction | int]] = [(Fraction(1, 2000), 1)]  # 0.05 of 100
    assert with_equal_weights({"exercise": half, "diet": half}, scored=True) == EqualWeights(
        1, {"exercise": 1, "diet": 1}
    )
    quarter: list[tuple[Fraction | int, Fraction | int]] = [(1, 2000), (0, 1)]  # 0.025 of 100
    assert with_equal_weights({"exercise": half, "diet": quarter}, scored=True).score == 0  # 0.0375 of 100
