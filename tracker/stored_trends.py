"""Reading what a list of weeks shows: the stored scores, and the days in a row on which something was logged."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.postgres.prepared import fetch_all
from tracker.scoring.weeks import Week
from tracker.week_trends import Streak

MOST_DAYS = 3660
"""So many days back a row of days is followed: ten years."""


def _state(day: str) -> str:
    """Of a day: `paused` if it is excused, else `logged` if there is a log or a mark of nothing to log, else `empty`."""
    live = f"user_id = %(user)s AND local_date = {day} AND deleted_at IS NULL"
    logs = " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE {live})"
        for table in ("tracker_exerciselog", "tracker_cognitivelog", "tracker_dietlog")
    )
    excused = f"EXISTS (SELECT FROM tracker_daymark WHERE {live} AND excused)"
    nothing = f"EXISTS (SELECT FROM tracker_daymark WHERE {live} AND nothing <> '{{}}')"
    return f"CASE WHEN {excused} THEN 'paused' WHEN {logs} OR {nothing} THEN 'logged' ELSE 'empty' END"


# Day by day backwards, each by the indexes on (user, local_date), no further than the first empty day before today. In one
# query with the scores, because a request has few.
_READ = """
WITH RECURSIVE back AS (
    SELECT %(today)s::date AS day, 0 AS ago, {today} AS state
    UNION ALL
    SELECT day - 1, ago + 1, {day_before} FROM back
     WHERE (ago = 0 OR state <> 'empty') AND ago < {most_days}
), streak AS (SELECT count(*) AS days, min(day) AS since FROM back WHERE state = 'logged')
SELECT since, days, (SELECT count(*) FROM back WHERE state = 'paused' AND day > since), NULL FROM streak
UNION ALL
SELECT week, NULL, NULL, to_jsonb(stored) FROM tracker_weeklyscore AS stored
 WHERE user_id = %(user)s AND week BETWEEN %(first)s AND %(last)s
""".format(today=_state("%(today)s::date"), day_before=_state("back.day - 1"), most_days=MOST_DAYS)


def read_trend(user_id: UUID, first: Week, last: Week, today: date) -> tuple[Streak, dict[date, dict[str, Any]]]:
    """The streak up to `today`, the date at home, and the stored scores of these weeks by their Mondays: one query."""
    asked = {"user": user_id, "first": first.monday, "last": last.monday, "today": today}
    streak = Streak(0, None, 0)
    scores = {}
    for day, days, paused_days, score in fetch_all(_READ, asked):
        if score is None:
            streak = Streak(days, day, paused_days)
        else:
            scores[day] = msgspec.json.decode(score)
    return streak, scores
