"""What a participant logs often and of late, and how: so that the usual is found first and is one tap away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.postgres.prepared import fetch_all

DAYS = 60
"""How far back to look."""
HALF_LIFE_DAYS = 14
"""After which a log counts for half as much. As `HABIT_BONUS`, a choice of ours."""
HABIT_BONUS = 0.2
"""The most that a habit adds to what an answer of a search is worth, out of 1."""

NEWEST = 300
"""Logs of a kind, at the most: more would be no habit, and somebody can log very much."""

_WORTH = "sum(power(0.5, (%(today)s::date - local_date) / %(half_life)s::float8))"
_LATELY = (
    "user_id = %(user)s AND deleted_at IS NULL AND local_date > %(today)s::date - %(days)s"
    " ORDER BY local_date DESC LIMIT %(newest)s"
)
_LOGS = """
SELECT 'exercise_activities', activity, {worth}, count(*), max(started_at),
       (array_agg(jsonb_build_object('duration_seconds', duration_seconds, 'effort', effort) ORDER BY started_at DESC))[1]
  FROM (SELECT * FROM tracker_exerciselog WHERE {lately}) AS log WHERE duplicate_of IS NULL GROUP BY activity
UNION ALL
SELECT 'cognitive_activities', activity, {worth}, count(*), max(started_at),
       (array_agg(jsonb_build_object('duration_seconds', duration_seconds, 'social', social) ORDER BY started_at DESC))[1]
  FROM (SELECT * FROM tracker_cognitivelog WHERE {lately}) AS log GROUP BY activity
UNION ALL
SELECT CASE WHEN item ->> 'food' IS NULL THEN 'own_foods' ELSE 'foods' END,
       COALESCE(item ->> 'food', item ->> 'own_food') AS which, {worth}, count(*), max(eaten_at),
       (array_agg(jsonb_build_object('servings', item -> 'servings', 'measures', item -> 'measures') ORDER BY eaten_at DESC))[1]
  FROM (SELECT * FROM tracker_dietlog WHERE {lately}) AS log, jsonb_array_elements(items) AS item
 WHERE COALESCE(item ->> 'food', item ->> 'own_food') IS NOT NULL GROUP BY 1, which
"""


@dataclass(frozen=True, slots=True)
class Habit:
    """An entry of a list of the catalogue, or an own food by its id: how often it was logged lately, how much that is worth (a
    log of today 1, of two weeks ago ½), and what was said of it the last time."""

    list: str
    code: str
    worth: float
    times: int
    usual: dict[str, Any]

    @property
    def bonus(self) -> float:
        return HABIT_BONUS * self.worth / (1 + self.worth)


def read_habits(user_id: UUID, today: date) -> list[Habit]:
    """The habits of the last weeks, the strongest first."""
    rows = fetch_all(
        _LOGS.format(worth=_WORTH, lately=_LATELY),
        {"user": user_id, "today": today, "days": DAYS, "newest": NEWEST, "half_life": HALF_LIFE_DAYS},
    )
    rows.sort(key=lambda row: (-row[2], -row[4].timestamp(), row[1]))
    return [Habit(which, code, worth, times, _said(usual)) for which, code, worth, times, _, usual in rows]


def _said(usual: Any) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.json.decode(usual) if isinstance(usual, str | bytes) else usual
    return {name: value for name, value in said.items() if value is not None}
