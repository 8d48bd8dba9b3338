"""What participants want of their weeks: the goals in force, and what they think of suggestions. Guidance and displays go by
it, scores never do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from backend.postgres.prepared import fetch_all
from tracker.goals import Goal, goals_in
from tracker.scoring.weeks import Week

# By the unique indexes on (user, uid). One row shape for both, so that one query reads them.
_PREFERENCES = """
SELECT user_id, uid, practice, from_week, amount, weekly_step, until_amount
  FROM tracker_practicegoal WHERE user_id = ANY(%(users)s) AND deleted_at IS NULL AND from_week <= %(last)s
UNION ALL
SELECT user_id, NULL, suggestion, NULL, NULL, NULL, (verdict = 'useful')::int
  FROM tracker_suggestionfeedback WHERE user_id = ANY(%(users)s) AND deleted_at IS NULL AND verdict IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """`goals`: the participant's own, by practice, in its unit, for a week without excused days; a practice without one is
    absent, and the protocol's target stands for it. The others are codes of suggestions."""

    goals: Mapping[str, Fraction] = field(default_factory=dict)
    useful: frozenset[str] = frozenset()
    not_for_me: frozenset[str] = frozenset()


NO_PREFERENCES = Preferences()


def read_preferences(keys: Sequence[tuple[UUID, Week]]) -> dict[tuple[UUID, Week], Preferences]:
    """What holds in some participants' weeks: one query, however many there are. Feedback holds for every week."""
    if not keys:
        return {}
    goals: dict[UUID, list[Goal]] = defaultdict(list)
    useful: dict[UUID, set[str]] = defaultdict(set)
    not_for_me: dict[UUID, set[str]] = defaultdict(set)
    parameters = {"users": list({user for user, _ in keys}), "last": max(week.monday for _, week in keys)}
    for user, uid, code, *columns in fetch_all(_PREFERENCES, parameters):
        if uid is None:
            (useful if columns[-1] else not_for_me)[user].add(code)
        else:
            goals[user].append(Goal.stored(uid, code, *columns))
    return {
        (user, week): Preferences(goals_in(week, goals[user]), frozenset(useful[user]), frozenset(not_for_me[user]))
        for user, week in keys
    }
