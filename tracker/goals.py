"""Goals: what somebody wants a practice to come to in a week. They steer guidance and displays, never the score.

Without a goal, the protocol's target stands for it. As targets are, a goal is that of a week without excused days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from tracker.scoring.protocol import PRACTICES, Practice
from tracker.scoring.weekly import PracticeScore
from tracker.scoring.weeks import Week

MOST_TARGETS = 10


@dataclass(frozen=True, slots=True)
class Goal:
    """`amount` holds for `from_week`, in the practice's unit; each following week has `weekly_step` more, until
    `until_amount`."""

    uid: UUID
    practice: str
    from_week: Week
    amount: Fraction
    weekly_step: Fraction = Fraction(0)
    until_amount: Fraction | None = None

    @classmethod
    def stored(
        cls,
        uid: UUID,
        practice: str,
        monday: date,
        amount: Decimal | str,
        weekly_step: Decimal | str | None,
        until_amount: Decimal | str | None,
    ) -> Goal:
        """From its columns."""
        until = None if until_amount is None else Fraction(until_amount)
        return cls(uid, practice, Week(monday), Fraction(amount), Fraction(weekly_step or 0), until)

    def amount_in(self, week: Week) -> Fraction:
        """The ramp's amount in a week that isn't before its first. Without an end of its own, it stops at its last step that
        may be a goal: above 0, and not above the most."""
        weeks, step = week.weeks_since(self.from_week), self.weekly_step
        if not step:
            return self.amount
        if self.until_amount is not None:
            reached = self.amount + weeks * step
            return min(reached, self.until_amount) if step > 0 else max(reached, self.until_amount)
        room = most(PRACTICES[self.practice]) - self.amount
        steps = room // step if step > 0 else -(self.amount // step) - 1
        return self.amount + min(weeks, steps) * step


def target(practice: Practice) -> Fraction:
    """The protocol's, for a week without excused days, in the practice's unit."""
    return Fraction(practice.target, practice.base_per_unit)


def most(practice: Practice) -> Fraction:
    """The largest amount that may be a goal."""
    return MOST_TARGETS * target(practice)


def goals_in(week: Week, goals: Iterable[Goal]) -> dict[str, Fraction]:
    """The goals in force in a week, by practice: of each that has any, the one of the latest week that isn't after it, and of
    two of the same week the one with the larger id."""
    in_force: dict[str, Goal] = {}
    for goal in goals:
        if goal.from_week <= week:
            other = in_force.get(goal.practice)
            if other is None or (other.from_week, other.uid) < (goal.from_week, goal.uid):
                in_force[goal.practice] = goal
    return {practice: goal.amount_in(week) for practice, goal in in_force.items()}


def goal_of(practice: PracticeScore, goals: Mapping[str, Fraction]) -> Fraction:
    """What a scored practice was to come to, from the goals in force: as its target, less with excused days."""
    goal = goals.get(practice.practice.code)
    return practice.target if goal is None else goal * practice.target / target(practice.practice)


def goal_in(week: Week, practice: Practice, goals: Iterable[Goal]) -> Fraction:
    """A practice's goal in a week; the protocol's target where there is none."""
    return goals_in(week, goals).get(practice.code, target(practice))
