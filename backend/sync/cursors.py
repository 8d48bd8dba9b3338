"""Pull cursors: an opaque, signed place in a participant's changes, good for 90 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.api import parameters
from backend.api.problems import FieldError, Problem

LIFETIME = timedelta(days=90)
"""Shorter than tombstones are kept: they are kept for good."""
SALT = "sync.pull"
Place = tuple[int, int, int]
"""The last thing that was delivered: its change number, kind and day. Things of one number follow each other by the others."""


class CursorExpired(Problem):
    """`reason`: `age`; `restored`, the server has a new epoch; `ahead`, it has forgotten changes and nobody has told it so."""

    status, code = 410, "cursor_expired"
    detail = "This cursor leads nowhere any more. Pull without one."

    def __init__(self, reason: str, *, epoch: int) -> None:
        super().__init__(reason=reason, epoch=epoch)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`snapshot_of`: the change number that a snapshot under way began at, and goes down from. None: changes, upwards."""

    types: tuple[str, ...]
    place: Place
    snapshot_of: int | None = None

    def sign(self, user_id: UUID, *, epoch: int, now: datetime) -> str:
        value = [epoch, int(now.timestamp()), self.types, self.place, self.snapshot_of]
        return parameters.make_cursor(f"{SALT}:{user_id}", value)


def read_cursor(text: str, user_id: UUID, *, epoch: int, seq: int, now: datetime) -> Cursor:
    """Raises `Invalid` for what we never gave to this participant, `CursorExpired` for what doesn't hold any more.

    `seq` is the participant's newest change number: a cursor that is past it comes from a future that was undone.
    """
    try:
        value = parameters.read_cursor(f"{SALT}:{user_id}", text)
    except ValueError as error:
        raise parameters.unacceptable(FieldError("?cursor", "malformed", str(error))) from error
    of_epoch, signed_at, types, place, snapshot_of = value
    if of_epoch != epoch:
        raise CursorExpired("restored", epoch=epoch)
    if now.timestamp() - signed_at > LIFETIME.total_seconds():
        raise CursorExpired("age", epoch=epoch)
    if max(snapshot_of or 0, place[0] if snapshot_of is None else 0) > seq:
        raise CursorExpired("ahead", epoch=epoch)
    return Cursor(tuple(types), _place(place), snapshot_of)


def _place(place: Sequence[int]) -> Place:
    seq, kind, day = place
    return (seq, kind, day)
