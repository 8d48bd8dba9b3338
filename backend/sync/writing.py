"""The one write path. REST, push and staff edits all come through `write_records`; `rules.py` says what becomes of a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction
from psycopg import errors as postgres

from backend.api.json import encode
from backend.api.problems import FieldError
from backend.postgres.prepared import execute, fetch_all
from backend.sync.epochs import CURRENT_EPOCH
from backend.sync.models import RemovedOrigin
from backend.sync.records import Change, OriginKey, OriginRemoval, Outcome, RecordType, Row, Written, registry
from backend.sync.working_set import WorkingSet, numbers_for

logger = structlog.get_logger(__name__)

NOT_STORABLE = "not_storable"


def write_records(*, user_id: UUID, changes: Sequence[Change | OriginRemoval], now: datetime) -> list[Outcome]:
    """Carry out an app's changes in order, in one transaction; one outcome for each.

    The number of queries does not depend on the number of changes. When this returns, the changes are committed, unless
    the caller holds a transaction of its own. What PostgreSQL refuses to store, though it passed every check of ours, costs
    none of the others: halves of the batch are then written by themselves, until it stands alone.
    """
    try:
        with transaction.atomic():
            return _write(user_id, changes, now)
    except (DataError, IntegrityError) as error:
        if isinstance(error.__cause__, postgres.ForeignKeyViolation):
            raise  # the participant is gone
        logger.exception("not_storable", count=len(changes))
        if len(changes) == 1:
            return [_not_storable(changes[0])]
    half = len(changes) // 2
    with transaction.atomic():
        return [
            *write_records(user_id=user_id, changes=changes[:half], now=now),
            *write_records(user_id=user_id, changes=changes[half:], now=now),
        ]


def _write(user_id: UUID, changes: Sequence[Change | OriginRemoval], now: datetime) -> list[Outcome]:
    count = numbers_for(changes)
    last_seq, epoch, epoch_seq = _lock(user_id, count)
    records = WorkingSet(user_id, changes, first_seq=last_seq - count + 1, epoch=epoch, epoch_seq=epoch_seq, now=now)
    outcomes = [records.apply(change) for change in changes]
    written = records.written()
    if not written and not records.removed_origins:
        transaction.set_rollback(True)  # nothing changed, and the counter says so too
        return outcomes
    store_written(user_id, written)
    _store_removed_origins(user_id, records.removed_origins)
    return outcomes


def store_written(user_id: UUID, written: Sequence[Written]) -> None:
    """Store rows, and whatever follows from them. Runs in a transaction that holds the participant's lock."""
    stored: list[Written] = []
    for record_type, items in _by_type(written).items():
        settled = record_type.settle(user_id, items) if record_type.settle else []
        stored += _store_all(user_id, record_type, [*items, *settled], unnumbered=settled)
    _tell_listeners(user_id, stored)


def store_derived(user_id: UUID, record_type: RecordType, changed: Sequence[Written]) -> None:
    """Store rows of which only derived columns have changed. They keep their versions: their owners' edits stay valid."""
    with transaction.atomic():
        _tell_listeners(user_id, _store_all(user_id, record_type, changed, unnumbered=changed))


def _store_all(
    user_id: UUID, record_type: RecordType, items: Sequence[Written], *, unnumbered: Sequence[Written]
) -> Sequence[Written]:
    if unnumbered:
        last = advance_counter(user_id, len(unnumbered))
        for seq, item in enumerate(unnumbered, start=last - len(unnumbered) + 1):
            item.after["seq"] = seq
    if items:
        _store(record_type, items)
    return items


def _tell_listeners(user_id: UUID, written: Sequence[Written]) -> None:
    if written:
        seq = max(item.after["seq"] for item in written)
        for listener in registry.listeners:
            listener(user_id=user_id, written=written, seq=seq)


def advance_counter(user_id: UUID, count: int) -> int:
    """Take the participant's lock and the next `count` change numbers; returns the last of them.

    Unused numbers leave gaps, which mean nothing. The lock is FOR NO KEY UPDATE and lasts until the commit.
    """
    return _lock(user_id, count)[0]


_ADVANCE = (
    "INSERT INTO sync_synccounter AS counter (user_id, seq) VALUES (%(user)s, %(count)s)"
    f" ON CONFLICT (user_id) DO UPDATE SET seq = counter.seq + EXCLUDED.seq RETURNING seq, {CURRENT_EPOCH}, epoch_seq"
)


def _lock(user_id: UUID, count: int) -> tuple[int, int, int]:
    """As `advance_counter`; also returns the server's epoch, and the last change number before it."""
    ((seq, epoch, epoch_seq),) = fetch_all(_ADVANCE, {"user": user_id, "count": count})
    return seq, epoch, epoch_seq


def _not_storable(change: Change | OriginRemoval) -> Outcome:
    """A defect of ours, not of the change: the app keeps it, and tries again."""
    error = FieldError("", NOT_STORABLE, "The database refuses this, and the server's operators have been told.")
    return Outcome("retry", change.uid if isinstance(change, Change) else None, 0, errors=(error,))


def _by_type(items: Sequence[Written]) -> Mapping[RecordType, list[Written]]:
    groups: dict[RecordType, list[Written]] = defaultdict(list)
    for item in items:
        groups[item.record_type].append(item)
    return groups


def _store_removed_origins(user_id: UUID, origins: Sequence[OriginKey]) -> None:
    if origins:
        RemovedOrigin.objects.bulk_create(
            [
                RemovedOrigin(user_id=user_id, platform=platform, external_id=external_id)
                for platform, external_id in origins
            ],
            ignore_conflicts=True,
        )


def _store(record_type: RecordType, written: Sequence[Written]) -> None:
    """Insert or replace the rows in one statement; PostgreSQL reads them from one JSON parameter."""
    execute(_upsert(record_type), {"rows": encode([_sent(item.after) for item in written]).decode()})


@cache
def _upsert(record_type: RecordType) -> str:
    columns, table = ", ".join(record_type.columns), record_type.table
    kept = ("user_id", "uid", "received_at")
    updates = ", ".join(f"{column} = EXCLUDED.{column}" for column in record_type.columns if column not in kept)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %(rows)s::json)"
        f" ON CONFLICT (user_id, uid) DO UPDATE SET {updates}"
    )


def _sent(row: Row) -> Row:
    """As JSON that PostgreSQL reads; what isn't there is null."""
    sent = {column: value for column, value in row.items() if value is not None}
    sent["content_hash"] = "\\x" + bytes(row["content_hash"]).hex()
    return sent
