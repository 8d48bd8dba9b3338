"""The one write path. REST, push and staff edits all come through `write_records`.

For each (participant, type, id) the app says which version it last saw. Equal to the current one: the change is made.
Lower: `duplicate` if the content is the same (a retry after a lost answer), else `conflict`, and nothing is overwritten
unseen. Higher: `invalid`. Deletes leave tombstones, also for ids never seen, and a tombstone is final.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from psycopg import sql

from backend.api.json import encode
from backend.api.problems import FieldError
from backend.sync.records import (
    Change,
    Outcome,
    RecordType,
    Row,
    Written,
    received_row,
    registry,
    tombstone_row,
)

OriginKey = tuple[str | None, str]
T = TypeVar("T", Change, Written)


def write_records(*, user_id: UUID, changes: Sequence[Change], now: datetime) -> list[Outcome]:
    """Carry out an app's changes in order, in one transaction; one outcome for each.

    The number of queries does not depend on the number of changes. When this returns, the changes are committed, unless
    the caller holds a transaction of its own.
    """
    with transaction.atomic():
        seq = advance_counter(user_id, len(changes)) - len(changes)
        records = _Records(user_id, changes, now)
        outcomes = []
        for seq, change in enumerate(changes, start=seq + 1):  # noqa: B020
            outcomes.append(records.apply(change, seq))
        written = records.written()
        if not written:
            transaction.set_rollback(True)  # nothing changed, and the counter says so too
            return outcomes
        for record_type, rows in _by_type(written).items():
            _store(record_type, rows)
        for listener in registry.listeners:
            listener(user_id=user_id, written=written, seq=seq)
    return outcomes


def advance_counter(user_id: UUID, count: int) -> int:
    """Take the participant's lock and the next `count` change numbers; returns the last of them.

    Unused numbers leave gaps, which mean nothing. The lock is FOR NO KEY UPDATE and lasts until the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_synccounter AS counter (user_id, seq) VALUES (%s, %s)"
            " ON CONFLICT (user_id) DO UPDATE SET seq = counter.seq + EXCLUDED.seq RETURNING seq",
            [user_id, count],
        )
        return int(cursor.fetchone()[0])


class _Records:
    """The records that a batch touches, as they stand while its changes are applied one after the other."""

    def __init__(self, user_id: UUID, changes: Sequence[Change], now: datetime) -> None:
        self.user_id = user_id
        self.now = now
        self.current: dict[tuple[str, UUID], Row] = {}
        self.by_origin: dict[tuple[str, OriginKey], UUID] = {}
        self.before: dict[tuple[str, UUID], tuple[RecordType, Row | None]] = {}
        for record_type, group in _by_type(changes).items():
            for row in _stored_rows(user_id, record_type, group):
                self._put(record_type, row)

    def apply(self, change: Change, seq: int) -> Outcome:
        row = self.current.get((change.record_type.name, change.uid))
        version = row["version"] if row else 0
        if change.base_version > version:
            return _ahead(change, version, row)
        if row is not None and row["deleted_at"] is not None:
            return Outcome("deleted" if change.parsed else "duplicate", change.uid, version, row)
        if change.base_version < version:
            same = change.parsed is not None and change.parsed.content_hash() == bytes(row["content_hash"])  # type: ignore[index]
            return Outcome("duplicate" if same else "conflict", change.uid, version, row)
        if row is None and (first := self._same_origin(change)):
            return Outcome("duplicate", first["uid"], first["version"], first)
        return self._change(change, row, seq)

    def _change(self, change: Change, row: Row | None, seq: int) -> Outcome:
        version = (row["version"] if row else 0) + 1
        if change.parsed is None:
            after = tombstone_row(change, user_id=self.user_id, version=version, now=self.now)
        else:
            after = received_row(change, change.parsed, user_id=self.user_id, version=version, now=self.now)
        after["seq"] = seq
        if row is not None:
            for column in ("origin_platform", "origin_app_id", "origin_external_id"):
                after[column] = row[column]
        self.before.setdefault((change.record_type.name, change.uid), (change.record_type, row))
        self._put(change.record_type, after)
        status = "deleted" if change.parsed is None else "replaced" if row else "created"
        return Outcome(status, change.uid, version, after)  # type: ignore[arg-type]

    def _same_origin(self, change: Change) -> Row | None:
        key = _origin_key(change)
        uid = self.by_origin.get((change.record_type.name, key)) if key else None
        return self.current[change.record_type.name, uid] if uid else None

    def _put(self, record_type: RecordType, row: Row) -> None:
        self.current[record_type.name, row["uid"]] = row
        if row["origin_external_id"] is not None:
            origin = (row["origin_platform"], row["origin_external_id"])
            self.by_origin[record_type.name, origin] = row["uid"]

    def written(self) -> list[Written]:
        return [Written(kind, before, self.current[key]) for key, (kind, before) in self.before.items()]


def _ahead(change: Change, version: int, row: Row | None) -> Outcome:
    error = FieldError("/base_version", "ahead", f"The server's version is {version}.")
    return Outcome("invalid", change.uid, version, row, errors=(error,))


def _origin_key(change: Change) -> OriginKey | None:
    origin = change.parsed.origin if change.parsed else None
    return (origin.platform, origin.external_id) if origin and origin.external_id else None


def _by_type(items: Sequence[T]) -> dict[RecordType, list[T]]:
    groups: dict[RecordType, list[T]] = defaultdict(list)
    for item in items:
        groups[item.record_type].append(item)
    return groups


def _stored_rows(user_id: UUID, record_type: RecordType, changes: Sequence[Change]) -> list[Row]:
    """What is stored under the ids and origins that these changes name: one query."""
    wanted = Q(uid__in={change.uid for change in changes})
    for platform, ids in _external_ids(changes).items():
        wanted |= Q(origin_platform=platform, origin_external_id__in=ids)
    return list(record_type.model._default_manager.filter(wanted, user_id=user_id).values(*record_type.columns))


def _external_ids(changes: Sequence[Change]) -> dict[str | None, list[str]]:
    by_platform: dict[str | None, list[str]] = defaultdict(list)
    for change in changes:
        if key := _origin_key(change):
            by_platform[key[0]].append(key[1])
    return by_platform


def _store(record_type: RecordType, written: Sequence[Written]) -> None:
    """Insert or replace the rows in one statement; PostgreSQL reads them from one JSON parameter."""
    columns = sql.SQL(", ").join(map(sql.Identifier, record_type.columns))
    kept = ("user_id", "uid", "received_at")
    updates = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column))
        for column in record_type.columns
        if column not in kept
    )
    table = sql.Identifier(record_type.table)
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
        " ON CONFLICT (user_id, uid) DO UPDATE SET {updates}"
    ).format(table=table, columns=columns, updates=updates)
    rows = [{**item.after, "content_hash": "\\x" + bytes(item.after["content_hash"]).hex()} for item in written]
    with connection.cursor() as cursor:
        cursor.execute(statement, [encode(rows).decode()])
