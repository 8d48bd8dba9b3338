"""The records that a batch of changes touches, as they stand while the changes are carried out one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.sync.records import (
    Change,
    OriginKey,
    OriginRemoval,
    Outcome,
    RecordType,
    Row,
    Written,
    received_row,
    registry,
    tombstone_row,
)
from backend.sync.rules import judge
from backend.sync.stored_rows import removed_origins, rows_by_id, rows_by_origin

ORIGIN_COLUMNS = ("origin_platform", "origin_app_id", "origin_external_id")
Key = tuple[str, UUID]


class WorkingSet:
    """Read by one query a type, applied in memory; `written` and `removed_origins` are what is then to be stored.

    Runs under the participant's lock, so nobody changes these rows meanwhile. `first_seq` is the first of the change numbers
    that it may give out: `numbers_for` says how many it can need. `epoch_seq` is the last one before the epoch that lasts.
    """

    def __init__(
        self,
        user_id: UUID,
        changes: Sequence[Change | OriginRemoval],
        *,
        first_seq: int,
        epoch: int,
        epoch_seq: int,
        now: datetime,
    ) -> None:
        self.user_id = user_id
        self.epoch = epoch
        self.epoch_seq = epoch_seq
        self.now = now
        self.next_seq = first_seq
        self.removed_origins: list[OriginKey] = []
        self._current: dict[Key, Row] = {}
        self._by_origin: dict[OriginKey, dict[str, UUID]] = defaultdict(dict)
        self._before: dict[Key, tuple[RecordType, Row | None]] = {}
        removals = [change for change in changes if isinstance(change, OriginRemoval)]
        by_type: dict[RecordType, list[Change]] = defaultdict(list)
        self._by_uid: dict[Key, list[Change]] = defaultdict(list)
        for change in changes:
            if isinstance(change, Change):
                by_type[change.record_type].append(change)
                self._by_uid[change.record_type.name, change.uid].append(change)
        for record_type in registry if removals else by_type:
            if by_type[record_type] or record_type.keeps_origin:
                self._read(record_type, by_type[record_type], removals)
        origins = {key for change in changes if (key := change.origin_key)}
        self._already_removed = removed_origins(user_id, origins) if origins else set()

    def apply(self, change: Change | OriginRemoval) -> Outcome:
        if isinstance(change, OriginRemoval):
            return self._remove_origin(change)
        row = self._current.get((change.record_type.name, change.uid))
        verdict = judge(change, row, epoch=self.epoch, epoch_seq=self.epoch_seq)
        if verdict.status == "conflict" and row is not None and self._is_retry(change, row):
            return Outcome("duplicate", change.uid, row["version"], row)
        if verdict.version is None:
            return Outcome(verdict.status, change.uid, row["version"] if row else 0, row, errors=verdict.errors)
        if row is None and (key := change.origin_key):
            if first := self._by_origin[key].get(change.record_type.name):
                return _of_same_origin(self._current[change.record_type.name, first])
            if key in self._already_removed:
                return Outcome("deleted", change.uid, 0)
        after = self._change(change, row, verdict.version)
        return Outcome(verdict.status, change.uid, verdict.version, after)

    def _is_retry(self, change: Change, row: Row) -> bool:
        """Whether this push, sent again, leads on from this change without a gap to what is stored: it has been made before."""
        if change.restores:
            return False
        chain = [other for other in self._by_uid[change.record_type.name, change.uid] if not other.restores]
        last = chain[-1]
        bases = [other.base_version for other in chain]
        return (
            bases == list(range(bases[0], bases[0] + len(bases)))
            and bases[-1] + 1 == row["version"]
            and last.parsed is not None
            and last.parsed.content_hash() == bytes(row["content_hash"])
        )

    def written(self) -> list[Written]:
        return [Written(kind, before, self._current[key]) for key, (kind, before) in self._before.items()]

    def _read(self, record_type: RecordType, changes: Sequence[Change], removals: Sequence[OriginRemoval]) -> None:
        for row in rows_by_id(record_type, self.user_id, [change.uid for change in changes]) if changes else ():
            self._put(record_type, row)
        keys = [*(change.origin_key for change in changes), *(removal.origin_key for removal in removals)]
        origins = {key for key in keys if key}
        for row in rows_by_origin(record_type, self.user_id, origins) if origins else ():
            self._put(record_type, row)

    def _put(self, record_type: RecordType, row: Row) -> None:
        self._current[record_type.name, row["uid"]] = row
        if row["origin_external_id"] is not None:
            self._by_origin[row["origin_platform"], row["origin_external_id"]][record_type.name] = row["uid"]

    def _change(self, change: Change, row: Row | None, version: int) -> Row:
        if change.parsed is None:
            after = tombstone_row(change, user_id=self.user_id, version=version, now=self.now)
        else:
            after = received_row(change, change.parsed, user_id=self.user_id, version=version, now=self.now)
        after["seq"] = self.next_seq
        self.next_seq += 1
        if row is not None and not change.frees_origin:
            for column in ORIGIN_COLUMNS:
                after[column] = row[column]
        self._before.setdefault((change.record_type.name, change.uid), (change.record_type, row))
        self._put(change.record_type, after)
        return after

    def _remove_origin(self, change: OriginRemoval) -> Outcome:
        key = change.origin_key
        removed = []
        known = self._by_origin[key]
        for name, uid in sorted(known.items()):
            row = self._current[name, uid]
            if row["deleted_at"] is None:
                record_type = registry[name]
                delete = Change(record_type, uid, row["version"], None)
                version = judge(delete, row, epoch=self.epoch, epoch_seq=self.epoch_seq).version
                assert version is not None  # it is live, and this is its version
                removed.append((record_type, self._change(delete, row, version)))
        is_news = bool(removed) or (not known and key not in self._already_removed)
        if key not in self._already_removed:  # whatever type a record of it may come as later
            self._already_removed.add(key)
            self.removed_origins.append(key)
        return Outcome("deleted" if is_news else "duplicate", None, 0, removed=tuple(removed))


def numbers_for(changes: Sequence[Change | OriginRemoval]) -> int:
    """How many change numbers these can need: one each, and one for each type that an origin can have records of."""
    removals = sum(isinstance(change, OriginRemoval) for change in changes)
    return len(changes) - removals + removals * sum(record_type.keeps_origin for record_type in registry)


def _of_same_origin(first: Row) -> Outcome:
    status = "duplicate" if first["deleted_at"] is None else "deleted"
    return Outcome(status, first["uid"], first["version"], first)  # type: ignore[arg-type]
