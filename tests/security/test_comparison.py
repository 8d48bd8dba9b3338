"""The statistic by which enumeration is judged."""

from __future__ import annotations

from random import Random

import pytest

from tests.security.enumeration import Comparison


def test_equal_times_are_chance_and_a_difference_is_found() -> None:
    random = Random(7)
    times = [random.gauss(0.1, 0.01) for _ in range(2000)]
    same = Comparison.of(times[:1000], times[1000:])
    assert abs(same.guessed - 0.5) < 0.03
    assert same.p_value > 0.05
    slower = Comparison.of([seconds + 0.005 for seconds in times[:1000]], times[1000:])
    assert slower.guessed > 0.6
    assert slower.p_value < 1e-9
    assert slower.median_difference == pytest.approx(0.005, abs=0.001)


def test_the_statistic_is_the_share_of_pairs() -> None:
    compared = Comparison.of([2.0, 4.0], [1.0, 3.0])
    assert compared.guessed == 0.75  # of 2>1, 2>3, 4>1, 4>3 three hold
    assert compared.median_difference == 1.0
