"""Keeping `duplicate_of` of exercise logs in line, in the transaction of whatever changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from backend.accounts.models import User
from backend.postgres.prepared import fetch_all
from backend.sync.models import SyncCounter
from backend.sync.records import RecordType, Row, Written, registry
from backend.sync.stored_rows import live_rows
from backend.sync.writing import advance_counter, store_derived
from tracker.sessions import MOST_A_DAY, Session, find_duplicates

NAME = "exercise_log"
DAYS_AT_ONCE = 200

# What is on a date besides the logs that are being written: enough to know whether its logs have to be read at all.
_DAYS = """
SELECT local_date, count(*), min(origin), max(origin), bool_or(duplicate_of IS NOT NULL) FROM (
    SELECT local_date, duplicate_of, concat_ws('/', origin_platform, origin_app_id) AS origin FROM tracker_exerciselog
     WHERE user_id = %(user)s AND deleted_at IS NULL AND uid <> ALL(%(written)s) AND {chosen}) AS logs GROUP BY local_date"""
_THESE_DAYS = _DAYS.format(chosen="local_date = ANY(%(days)s)")
_ALL_DAYS = _DAYS.format(chosen="true")
# Of a date with more logs than anybody has, only those that said they repeat another.
_LOGS = "local_date = ANY(%(compared)s) OR (local_date = ANY(%(crowded)s) AND duplicate_of IS NOT NULL)"


@dataclass
class _Day:
    logs: int = 0
    origins: set[str] = field(default_factory=set)
    has_duplicates: bool = False
    live: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.logs += 1
        self.live.append(row)
        self.origins.add("/".join(filter(None, (row["origin_platform"], row["origin_app_id"]))))

    @property
    def is_crowded(self) -> bool:
        return self.logs > MOST_A_DAY

    @property
    def matters(self) -> bool:
        return self.has_duplicates or (len(self.origins) > 1 and not self.is_crowded)


def settle_sessions(user_id: UUID, written: Sequence[Written]) -> list[Written]:
    """Say in the written logs which are duplicates; returns the stored ones of the same dates for which that has changed."""
    rows = [row for item in written for row in (item.before, item.after) if row is not None]
    dates = {row["local_date"] for row in rows if row["local_date"] is not None}
    after = {item.after["uid"]: item.after for item in written}
    days = _days(_THESE_DAYS, {"user": user_id, "written": list(after), "days": list(dates)})
    for row in after.values():
        if row["deleted_at"] is None:
            row["duplicate_of"] = None
            days[row["local_date"]].add(row)
    return _settle(written[0].record_type, user_id, days, after)


def settle_all_sessions(user_id: UUID) -> None:
    """Look at all dates anew, because the participant prefers other origins now. Runs in a transaction."""
    if not SyncCounter.objects.filter(user=user_id).exists():
        return  # nothing was ever logged
    advance_counter(user_id, 0)  # nobody writes meanwhile
    record_type = registry[NAME]
    days = _days(_ALL_DAYS, {"user": user_id, "written": []})
    dates = sorted(day for day, seen in days.items() if seen.matters)
    for first in range(0, len(dates), DAYS_AT_ONCE):
        chosen = {day: days[day] for day in dates[first : first + DAYS_AT_ONCE]}
        store_derived(user_id, record_type, _settle(record_type, user_id, chosen, ()))


def _days(query: str, parameters: Mapping[str, Any]) -> dict[date, _Day]:
    days: dict[date, _Day] = defaultdict(_Day)
    for day, logs, first, last, has_duplicates in fetch_all(query, parameters):
        days[day] = _Day(logs, {first, last}, has_duplicates)
    return days


def _settle(
    record_type: RecordType, user_id: UUID, days: Mapping[date, _Day], written: Collection[UUID]
) -> list[Written]:
    """Rows that are about to be stored are changed in place; of the others, those that change are returned."""
    dates = {day: seen for day, seen in days.items() if seen.matters}
    if not dates:
        return []
    parameters = {
        "compared": [day for day, seen in dates.items() if not seen.is_crowded],
        "crowded": [day for day, seen in dates.items() if seen.is_crowded],
    }
    others = [row for row in live_rows(record_type, user_id, _LOGS, parameters) if row["uid"] not in written]
    preferred = User.objects.values_list("preferred_origins", flat=True).get(pk=user_id)
    duplicates = _duplicates(dates, others, preferred)
    for seen in dates.values():
        for row in seen.live:
            row["duplicate_of"] = duplicates.get(row["uid"])
    return [
        Written(record_type, before=row, after={**row, "duplicate_of": duplicates.get(row["uid"])})
        for row in others
        if row["duplicate_of"] != duplicates.get(row["uid"])
    ]


def _duplicates(days: Mapping[date, _Day], others: Iterable[Row], preferred: Sequence[str]) -> dict[UUID, UUID]:
    rows = defaultdict(list, {day: list(seen.live) for day, seen in days.items() if not seen.is_crowded})
    for row in others:
        if not days[row["local_date"]].is_crowded:
            rows[row["local_date"]].append(row)
    duplicates: dict[UUID, UUID] = {}
    for logs in rows.values():
        duplicates |= find_duplicates([Session.of_row(row) for row in logs], preferred)
    return duplicates
