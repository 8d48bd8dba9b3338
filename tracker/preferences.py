"""What participants want of their weeks: the goals in force, and what they think of suggestions. Guidance and displays go by
it, scores never do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from backend.postgres.prepared import fetch_all
from tracker.scoring.weeks import Week
from tracker.week_records import StoredWeek

Key = tuple[UUID, Week]

# By the unique index on (user, uid). Only of the suggestions that there are: anybody may send feedback on any code.
_FEEDBACK = """
SELECT user_id, suggestion, verdict FROM tracker_suggestionfeedback
 WHERE user_id = ANY(%(users)s) AND suggestion = ANY(%(codes)s) AND deleted_at IS NULL AND verdict IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """`goals`: the participant's own, by practice, in its unit, for a week without excused days; a practice without one is
    absent, and the protocol's target stands for it. The others are codes of suggestions."""

    goals: Mapping[str, Fraction] = field(default_factory=dict)
    useful: frozenset[str] = frozenset()
    not_for_me: frozenset[str] = frozenset()


NO_PREFERENCES = Preferences()


def read_preferences(weeks: Mapping[Key, StoredWeek], codes: Collection[str]) -> dict[Key, Preferences]:
    """What holds in some participants' weeks, with their feedback on these suggestions: one query, however many there are.
    Feedback holds for every week."""
    if not weeks:
        return {}
    useful: dict[UUID, set[str]] = defaultdict(set)
    not_for_me: dict[UUID, set[str]] = defaultdict(set)
    parameters = {"users": list({user for user, _ in weeks}), "codes": list(codes)}
    for user, code, verdict in fetch_all(_FEEDBACK, parameters):
        (useful if verdict == "useful" else not_for_me)[user].add(code)
    return {
        (user, week): Preferences(stored.goals, frozenset(useful[user]), frozenset(not_for_me[user]))
        for (user, week), stored in weeks.items()
    }
