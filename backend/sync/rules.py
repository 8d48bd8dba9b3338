"""The rules of writing, as one function: what becomes of a change, by what the server has. `docs/api/sync.md` has the table.

For each (participant, type, id) the app says which version it last saw. Equal to the current one: the change is made. Lower:
`duplicate` if the content is the same (a retry after a lost answer), else `conflict`, and nothing is overwritten unseen.
Higher: `invalid`, unless a restore of the server has undone that version. Deletes leave tombstones, also for ids never
seen, and a tombstone is final.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from backend.api.problems import FieldError
from backend.sync.epochs import epoch_of, next_version
from backend.sync.records import Change, OutcomeStatus

AHEAD = "ahead"


class Verdict(NamedTuple):
    """`version` is the one to store the change at; None: nothing is stored."""

    status: OutcomeStatus
    version: int | None = None
    errors: tuple[FieldError, ...] = ()


def judge(change: Change, row: Mapping[str, Any] | None, *, epoch: int, epoch_seq: int) -> Verdict:
    """`row` is what the server has under the change's id; origins are looked at afterwards, if the change creates something.
    A row with a `seq` above `epoch_seq` was written in this epoch."""
    if change.restores:
        return _judge_restored(change, row, epoch, epoch_seq)
    version = row["version"] if row else 0
    is_ahead = change.base_version > version
    if is_ahead and epoch_of(change.base_version) >= epoch:
        return Verdict("invalid", errors=(FieldError("/base_version", AHEAD, f"The server's version is {version}."),))
    if _deleted(row):
        return _final(change)
    if change.base_version < version:
        return Verdict("duplicate" if _same(change, row) else "conflict")
    # Ahead, the app saw a version that a restore has undone: its change comes after everything that the server still has.
    if is_ahead and row is not None and _may_not_have_known(change, row, epoch_seq):
        return Verdict("conflict")
    return _stored(change, row, next_version(change.base_version, epoch))


def _judge_restored(change: Change, row: Mapping[str, Any] | None, epoch: int, epoch_seq: int) -> Verdict:
    """A copy that the server acknowledged in an earlier epoch, at version `base_version`."""
    if epoch_of(change.base_version) >= epoch:
        return Verdict(
            "invalid", errors=(FieldError("/version", "not_restored", "This version is of the epoch that lasts."),)
        )
    if _deleted(row):
        return _final(change)
    if row is None or (row["version"] < change.base_version and not _may_not_have_known(change, row, epoch_seq)):
        return _stored(change, row, change.base_version)
    return Verdict("duplicate" if _same(change, row) else "conflict")


def _may_not_have_known(change: Change, row: Mapping[str, Any], epoch_seq: int) -> bool:
    """Whether somebody has given back a copy of another epoch, which says something else: after two restores whoever wrote the
    one may not have known the other."""
    its_own = epoch_of(row["version"]) == epoch_of(change.base_version)
    return not its_own and row["seq"] > epoch_seq and not _same(change, row)


def _deleted(row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["deleted_at"] is not None


def _final(change: Change) -> Verdict:
    return Verdict("duplicate" if change.parsed is None else "deleted")


def _same(change: Change, row: Mapping[str, Any] | None) -> bool:
    return change.parsed is not None and row is not None and change.parsed.content_hash() == bytes(row["content_hash"])


def _stored(change: Change, row: Mapping[str, Any] | None, version: int) -> Verdict:
    if change.parsed is None:
        return Verdict("deleted", version)
    return Verdict("replaced" if row else "created", version)
