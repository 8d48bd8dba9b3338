"""Keeping `duplicate_of` of exercise logs in line, in the transaction of whatever changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from backend.accounts.models import User
from backend.sync.records import RecordType, Row, Written, registry
from backend.sync.stored_rows import rows_on_days
from backend.sync.writing import advance_counter, store_derived
from tracker.models import ExerciseLog
from tracker.sessions import Session, find_duplicates

NAME = "exercise_log"


def settle_sessions(user_id: UUID, written: Sequence[Written]) -> list[Written]:
    """Say in the written logs which are duplicates; returns the stored ones of the same dates for which that has changed."""
    rows = [row for item in written for row in (item.before, item.after) if row is not None]
    days = {row["local_date"] for row in rows if row["local_date"] is not None}
    after = {item.after["uid"]: item.after for item in written}
    record_type = written[0].record_type
    others = [row for row in rows_on_days(record_type, user_id, days) if row["uid"] not in after]
    live = [row for row in after.values() if row["deleted_at"] is None]
    return _settle(record_type, user_id, live, others)


def settle_all_sessions(user_id: UUID) -> None:
    """Look at all dates anew, because the participant prefers other origins now. Runs in a transaction."""
    advance_counter(user_id, 0)  # nobody writes meanwhile
    record_type = registry[NAME]
    logs = ExerciseLog.objects.filter(user_id=user_id, deleted_at=None)
    several = logs.values("local_date").annotate(count=Count("id")).filter(count__gt=1).values("local_date")
    others = list(logs.filter(local_date__in=several).values(*record_type.columns))
    store_derived(user_id, record_type, _settle(record_type, user_id, [], others))


def _settle(record_type: RecordType, user_id: UUID, live: Iterable[Row], others: Iterable[Row]) -> list[Written]:
    """`live` rows are changed in place, for they are about to be stored; of `others`, those that change are returned."""
    days: dict[date, list[Row]] = defaultdict(list)
    for row in (*live, *others):
        days[row["local_date"]].append(row)
    preferred = _preferred_origins(user_id) if any(_of_several_origins(rows) for rows in days.values()) else []
    duplicates: dict[UUID, UUID] = {}
    for rows in days.values():
        if _of_several_origins(rows):
            duplicates |= find_duplicates([Session.of_row(row) for row in rows], preferred)
    for row in live:
        row["duplicate_of"] = duplicates.get(row["uid"])
    return [
        Written(record_type, before=row, after={**row, "duplicate_of": duplicates.get(row["uid"])})
        for row in others
        if row["duplicate_of"] != duplicates.get(row["uid"])
    ]


def _of_several_origins(rows: Sequence[Row]) -> bool:
    return len({(row["origin_platform"], row["origin_app_id"]) for row in rows}) > 1


def _preferred_origins(user_id: UUID) -> Any:
    return User.objects.values_list("preferred_origins", flat=True).get(pk=user_id)
