"""The state that the catalogue is in: what downloads are cached by, and what apps ask for changes since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from backend.postgres.prepared import fetch_all
from backend.sync.epochs import CURRENT_EPOCH

FORM = 1
"""Of the documents: grows when a release changes what they hold, so that every app gets all of them anew."""

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
        return f"{FORM}.{self.epoch}.{self.number}"

    def changes_since(self, version: str) -> int | None:
        """The number after which to look for changes; None if the whole list is the answer, because that version is of another
        epoch or none that has been. Raises ValueError for what is no version."""
        parts = version.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise ValueError("Expected the version of an earlier answer.")
        form, epoch, number = map(int, parts)
        return number if (form, epoch) == (FORM, self.epoch) and number <= self.number else None


def current_state() -> CatalogueState:
    rows = fetch_all(_STATE, {})
    return CatalogueState(*rows[0]) if rows else CatalogueState()


def lock_catalogue() -> int:
    """Take the catalogue's lock until the commit, before reading what is to be changed; returns the number it stands at."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tracker_catalogueversion (id, number) VALUES (1, 0) ON CONFLICT DO NOTHING")
        cursor.execute("SELECT number FROM tracker_catalogueversion FOR UPDATE")
        row: tuple[Any, ...] = cursor.fetchone()
    return int(row[0])


def next_version() -> int:
    """The catalogue's next version. Runs in the transaction of the change, under the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracker_catalogueversion SET number = number + 1, changed_at = clock_timestamp() RETURNING number"
        )
        row: tuple[Any, ...] = cursor.fetchone()
    return int(row[0])
