"""Which exercise logs are one session, seen by several sources.

Two logs of different origin on one local date that share at least half of the shorter one's time are one session. One of them
stays; the others are its duplicates, are kept, and count for nothing. What comes out depends on the logs and on what the
participant prefers, never on the order in which the logs came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

MANUAL = "manual"
"""How a participant's preferences name what was typed in."""
MOST_A_DAY = 50
"""On a date with more logs than this nothing is compared: it is no day of exercise, and comparing takes a square of them."""


@dataclass(frozen=True, slots=True)
class Session:
    """`origin` is (platform, app); ("manual", "") for what was typed in. `separate`: real, says the participant."""

    uid: UUID
    start: datetime
    end: datetime
    origin: tuple[str, str]
    separate: bool

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Session:
        """It ends when it is said to, or after its active time if that is later."""
        start: datetime = row["started_at"]
        end = start + timedelta(seconds=row["duration_seconds"])
        return cls(
            uid=row["uid"],
            start=start,
            end=max(end, row["ended_at"] or end),
            origin=(row["origin_platform"] or MANUAL, row["origin_app_id"] or ""),
            separate=row["separate_session"],
        )

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def is_one_with(self, other: Session) -> bool:
        if self.separate or other.separate or self.origin == other.origin:
            return False
        shared = min(self.end, other.end) - max(self.start, other.start)
        return 2 * shared >= min(self.length, other.length)


def find_duplicates(sessions: Sequence[Session], preferred: Sequence[str]) -> dict[UUID, UUID]:
    """Of the sessions of one local date, which repeats which.

    The first is kept: of the origin that the participant prefers, then the longer, then of the smaller id. Each following
    one repeats the first of those kept that it is one session with, or is kept itself.
    """
    if len(sessions) > MOST_A_DAY:
        return {}
    kept: list[Session] = []
    duplicates: dict[UUID, UUID] = {}
    for session in sorted(sessions, key=lambda session: (_rank(session, preferred), -session.length, session.uid)):
        first = next((other for other in kept if session.is_one_with(other)), None)
        if first is None:
            kept.append(session)
        else:
            duplicates[session.uid] = first.uid
    return duplicates


def _rank(session: Session, preferred: Sequence[str]) -> int:
    platform, app = session.origin
    names = (platform, f"{platform}/{app}")
    return next((rank for rank, name in enumerate(preferred) if name in names), len(preferred))
