"""Pull cursors: an opaque, signed place in a participant's changes, good for 90 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from backend.api import parameters
from backend.api.problems import FieldError, Problem

logger = structlog.get_logger(__name__)
LIFETIME = timedelta(days=90)
"""Shorter than tombstones are kept: they are kept for good."""
BEHIND_SECONDS = 300
SALT = "sync.pull"
Place = tuple[int, int, int]
"""The last thing that was delivered: its change number, kind and day. Things of one number follow each other by the others."""


class CursorExpired(Problem):
    """`reason`: `age`; `restored`, the server has a new epoch; `types`, this was for all of them, and there are others now."""

    status, code = 410, "cursor_expired"
    detail = "This cursor leads nowhere any more. Pull without one."

    def __init__(self, reason: str, *, epoch: int) -> None:
        super().__init__(reason=reason, epoch=epoch)


class ServerBehind(Problem):
    """The database has less than it acknowledged: it was restored, or a standby took over, and nobody has begun a new epoch.
    Phones may hold the only copy: they are to wait, and not to take what is here for all that there is."""

    status, code = 503, "server_behind"
    detail = "The server has forgotten changes that it acknowledged. Keep everything: its operators have to begin a new epoch."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(BEHIND_SECONDS)})


@dataclass(frozen=True, slots=True)
class Cursor:
    """`snapshot_of`: the change number that a snapshot under way began at, and goes down from. None: changes, upwards.

    `of_all`: these types were all that there were.
    """

    types: tuple[str, ...]
    place: Place
    snapshot_of: int | None = None
    of_all: bool = False

    def sign(self, user_id: UUID, *, epoch: int, now: datetime) -> str:
        value = [epoch, int(now.timestamp()), self.types, self.place, self.snapshot_of, self.of_all]
        return parameters.make_cursor(f"{SALT}:{user_id}", value)


def read_cursor(text: str, user_id: UUID, *, epoch: int, seq: int, now: datetime) -> Cursor:
    """Raises `Invalid` for what we never gave to this participant, `CursorExpired` for what doesn't hold any more, and
    `ServerBehind`.

    `seq` is the participant's newest change number: a cursor that is past it comes from a future that was undone.
    """
    try:
        value = parameters.read_cursor(f"{SALT}:{user_id}", text)
    except ValueError as error:
        raise parameters.unacceptable(FieldError("?cursor", "malformed", str(error))) from error
    of_epoch, signed_at, types, place, snapshot_of, *of_all = value
    if of_epoch != epoch:
        raise CursorExpired("restored", epoch=epoch)
    if now.timestamp() - signed_at > LIFETIME.total_seconds():
        raise CursorExpired("age", epoch=epoch)
    if max(snapshot_of or 0, place[0] if snapshot_of is None else 0) > seq:
        logger.error("server_behind", user=str(user_id))
        raise ServerBehind()
    return Cursor(tuple(types), _place(place), snapshot_of, of_all == [True])


def _place(place: Sequence[int]) -> Place:
    seq, kind, day = place
    return (seq, kind, day)
