"""When a log happened: what all three kinds of logs do with an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar

from backend.api.parameters import FIRST_YEAR, LAST_YEAR
from backend.api.problems import FieldError
from backend.sync.local_time import LocalTime, MalformedTime, TimeWithoutOffset, resolve_local_time
from backend.sync.wire import InvalidRecord
from tracker.scoring.weeks import Week

FUTURE_TOLERANCE = timedelta(minutes=15)
MAX_DURATION_SECONDS = 24 * 60 * 60

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Reference(Generic[Entry]):
    """What logs are read against: the home zone, catalogue entries by the code sent, and the server's clock (None when
    records are only explained, not received)."""

    home_zone: str
    entries: Mapping[str, Entry]
    now: datetime | None


def read_time(pointer: str, text: str, *, time_zone: str | None, home_zone: str) -> LocalTime:
    try:
        return resolve_local_time(text, time_zone=time_zone, home_zone=home_zone)
    except TimeWithoutOffset as error:
        raise InvalidRecord(FieldError(pointer, "time_without_offset", str(error))) from error
    except MalformedTime as error:
        raise InvalidRecord(FieldError(pointer, "malformed_time", str(error))) from error


def refuse_future(pointer: str, end: datetime, now: datetime | None) -> None:
    """More than 15 minutes ahead of the server's clock: refused for now, with the time from which it will be taken."""
    if now is not None and end > now + FUTURE_TOLERANCE:
        retry_at = (end - FUTURE_TOLERANCE).astimezone(UTC)
        raise InvalidRecord(
            FieldError(pointer, "in_future", "This ends in the future by the server's clock."),
            retry_at=retry_at.isoformat().replace("+00:00", "Z"),
        )


def read_week(text: str) -> Week:
    """A week of the years that logs can be of. Raises ValueError."""
    week = Week.parse(text)
    if not FIRST_YEAR <= week.iso_year <= LAST_YEAR:
        raise ValueError(f"Expected a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return week


def canonical_time(text: str, time: LocalTime) -> tuple[datetime, str]:
    """The instant and what was said of its offset: equal for two spellings of the same thing."""
    return time.instant, "Z" if text[-1] in "zZ" else text[-6:]


def local_datetime(instant: datetime, utc_offset: int) -> str:
    """With the offset in whole minutes, as RFC 3339 writes it: some zones had odd seconds until 1972."""
    return instant.astimezone(_offset(int(utc_offset / 60))).isoformat()


@cache
def _offset(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


@lru_cache(4096)
def week_name(day: date) -> str:
    return str(Week.of(day))


def log_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the documents of all logs have in common, in the order in which they show it."""
    origin = None
    if row["origin_platform"] is not None:
        origin = {
            "platform": row["origin_platform"],
            "app_id": row["origin_app_id"],
            "external_id": row["origin_external_id"],
        }
    return {
        "time_zone": row["time_zone"],
        "note": row["note"],
        "origin": origin,
        "version": row["version"],
        "local_date": row["local_date"],
        "week": week_name(row["local_date"]),
        "flags": row["flags"],
    }
