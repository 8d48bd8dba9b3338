"""The state that the catalogue is in: what downloads are cached by, and what apps ask for changes since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from backend.postgres.prepared import fetch_all
from backend.sync.epochs import CURRENT_EPOCH

# The one row, and the epoch: a restored backup has given its numbers out before.
_STATE = " ".join(("SELECT number, changed_at,", CURRENT_EPOCH, "FROM tracker_catalogueversion"))


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """Equal for two moments exactly when nothing has changed between them."""

    number: int = 0
    changed_at: datetime | None = None
    epoch: int = 0

    @property
    def version(self) -> str:
        """As apps know it."""
        return f"{self.epoch}.{self.number}"

    def changes_since(self, version: str) -> int | None:
        """The number after which to look for changes; None if the whole list is the answer, because that version is of another
        epoch or none that has been. Raises ValueError for what is no version."""
        epoch, dot, number = version.partition(".")
        for part in (epoch, number):
            if not (dot and part.isascii() and part.isdigit() and len(part) < 19):
                raise ValueError("Expected the version of an earlier answer.")
        return int(number) if int(epoch) == self.epoch and int(number) <= self.number else None


def current_state() -> CatalogueState:
    rows = fetch_all(_STATE, {})
    return CatalogueState(*rows[0]) if rows else CatalogueState()


def next_version() -> int:
    """Take the catalogue's lock until the commit, and its next version. Runs in the transaction of the change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_catalogueversion AS version (id, number, changed_at) VALUES (1, 1, clock_timestamp())"
            " ON CONFLICT (id) DO UPDATE SET number = version.number + 1, changed_at = clock_timestamp() RETURNING number"
        )
        row: tuple[Any, ...] = cursor.fetchone()
    return int(row[0])
