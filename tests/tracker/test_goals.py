"""Which goal is in force in a week, and how far a ramp has come: exact, and without a database."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.goals import Goal, goal_in, goals_in, most
from tracker.scoring.protocol import PRACTICES
from tracker.scoring.weeks import Week

FIRST = Week.parse("2026-W48")


def week(number: int) -> Week:
    """So many weeks after the first."""
    return FIRST.minus(-number)


def goal(
    amount: int | str, step: int | str = 0, until: int | str | None = None, *, number: int = 1, after: int = 0
) -> Goal:
    end = None if until is None else Fraction(until)
    return Goal(UUID(int=number), "berries", week(after), Fraction(amount), Fraction(step), end)


RAMPS = [
    # Berries: the target is 2 servings, so that 20 are the most.
    (goal(3), [3, 3, 3, 3]),
    (goal(3, 1), [3, 4, 5, 6]),
    (goal(3, 1, 5), [3, 4, 5, 5]),
    (goal(3, 1, 3), [3, 3, 3, 3]),
    (goal(3, "3/4", 5), [3, "15/4", "9/2", 5]),
    (goal(3, -1, 2), [3, 2, 2, 2]),
    (goal(3, "-1/3"), [3, "8/3", "7/3", 2]),
    # Without an end, the last step that may be a goal is the end.
    (goal(3, -1), [3, 2, 1, 1]),
    (goal("5/2", -1), ["5/2", "3/2", "1/2", "1/2"]),
    (goal(3, -5), [3, 3, 3, 3]),
    (goal(18, 1), [18, 19, 20, 20]),
    (goal(19, 2), [19, 19, 19, 19]),
]


@pytest.mark.parametrize(("ramp", "amounts"), RAMPS)
def test_a_ramp_goes_its_way_and_stops(ramp: Goal, amounts: list[int | str]) -> None:
    assert [ramp.amount_in(week(number)) for number in range(4)] == [Fraction(amount) for amount in amounts]


def test_the_latest_goal_that_has_begun_is_in_force() -> None:
    goals = [goal(3, 1, after=0), goal(10, after=2), goal(1, after=3, number=8), goal(7, after=3, number=9)]
    berries = PRACTICES["berries"]
    assert [goal_in(week(number), berries, goals) for number in range(-1, 5)] == [2, 3, 4, 10, 7, 7]
    assert goals_in(week(-1), goals) == {}
    assert goals_in(week(1), goals) == {"berries": 4}
    assert goal_in(week(1), PRACTICES["aerobic_minutes"], goals) == 150


amounts = st.fractions(Fraction(1, 100), 20, max_denominator=100)
steps = st.fractions(-20, 20, max_denominator=100)
goals_strategy = st.builds(
    Goal,
    uid=st.uuids(),
    practice=st.just("berries"),
    from_week=st.integers(0, 5).map(week),
    amount=amounts,
    weekly_step=steps,
)


@given(st.lists(goals_strategy, max_size=6, unique_by=lambda item: item.uid), st.integers(0, 2000), st.randoms())
def test_any_order_gives_the_same_goal_and_no_ramp_leaves_what_a_goal_may_be(goals, number, random) -> None:  # type: ignore[no-untyped-def]
    found = goal_in(week(number), PRACTICES["berries"], goals)
    assert 0 < found <= most(PRACTICES["berries"])
    random.shuffle(goals)
    assert goal_in(week(number), PRACTICES["berries"], goals) == found
