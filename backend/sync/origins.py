"""Where records come from: what the server holds of a platform, and letting go of all of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from backend.accounts.models import User
from backend.sync.records import Change, RecordType, registry
from backend.sync.writing import write_records

Place = tuple[date, UUID, str]
"""The day, id and type of an entry: ids are each type's own."""
AT_ONCE = 500
ROUNDS = 20


def list_origins(
    user: User, *, platform: str, first: date | None, last: date | None, after: Place | None, count: int
) -> list[dict[str, Any]]:
    """The external ids of live records of a platform by local date, newest first; `after` is the last one had already."""
    queries = [
        _of_type(record_type, user, platform, first, last, after)
        for record_type in registry
        if record_type.keeps_origin
    ]
    rows = queries[0].union(*queries[1:], all=True).order_by("-day", "-uid", "type")[:count]
    return [
        {
            "external_id": row["external_id"],
            "app_id": row["app_id"],
            "type": row["type"],
            "id": row["uid"],
            "local_date": row["day"],
        }
        for row in rows
    ]


def _of_type(
    record_type: RecordType,
    user: User,
    platform: str,
    first: date | None,
    last: date | None,
    after: Place | None,
) -> QuerySet[Any, Any]:
    assert record_type.date_column is not None, "what comes from somewhere happened on a day"
    rows = record_type.model._default_manager.filter(
        user=user, deleted_at=None, origin_platform=platform, origin_external_id__isnull=False
    ).annotate(day=F(record_type.date_column))
    if first:
        rows = rows.filter(day__gte=first)
    if last:
        rows = rows.filter(day__lte=last)
    if after:
        day, uid, name = after
        same = Q(day=day, uid__lte=uid) if record_type.name > name else Q(day=day, uid__lt=uid)
        rows = rows.filter(Q(day__lt=day) | same)
    return rows.order_by().values(
        "day", "uid", type=Value(record_type.name), app_id=F("origin_app_id"), external_id=F("origin_external_id")
    )


def remove_platform(user: User, platform: str, *, now: datetime) -> tuple[int, bool]:
    """Delete the records of a platform, some hundred at a time; returns how many, and whether to ask again for the rest.

    Their origins are free again: whoever connects anew gets the sessions back. One that is changed meanwhile is looked at
    again with its new version.
    """
    removed = 0
    for _ in range(ROUNDS):
        changes = _live_of(user, platform)
        outcomes = write_records(user_id=user.pk, changes=changes, now=now) if changes else []
        deleted = sum(outcome.status == "deleted" for outcome in outcomes)
        removed += deleted
        if not deleted or len(changes) < AT_ONCE:
            return removed, len(changes) > deleted
    return removed, True


def _live_of(user: User, platform: str) -> list[Change]:
    changes: list[Change] = []
    for record_type in registry:
        if record_type.keeps_origin:
            rows = record_type.model._default_manager.filter(user=user, deleted_at=None, origin_platform=platform)
            changes += [
                Change(record_type, uid, version, None, frees_origin=True)
                for uid, version in rows.order_by("id").values_list("uid", "version")[: AT_ONCE - len(changes)]
            ]
    return changes
