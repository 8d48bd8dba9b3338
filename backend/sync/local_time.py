"""The local date of an instant: the wall-clock date where the participant was, worked out once and then frozen.

A numeric UTC offset decides it; for `Z` the time zone that the app gives does, and without a known one the home zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from backend.api.parameters import FIRST_YEAR, LAST_YEAR

UNKNOWN_ZONE = "unknown_time_zone"
OFFSET_DISAGREES = "offset_disagrees_with_zone"
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?P<offset>[Zz]|[+-]\d\d:\d\d)?", re.ASCII)


class MalformedTime(ValueError):
    pass


class TimeWithoutOffset(MalformedTime):
    pass


class LocalTime(msgspec.Struct, frozen=True):
    """`instant` is in UTC; `time_zone` is the name as given, known or not."""

    instant: datetime
    utc_offset_seconds: int
    time_zone: str | None
    local_date: date
    flags: tuple[str, ...]


@cache
def zone_names() -> frozenset[str]:
    """The names of the pinned tzdata package: read once, for it reads a folder."""
    return frozenset(available_timezones())


def known_zone(name: str | None) -> ZoneInfo | None:
    """The zone of that name, None if there is none. Looked up by name first: anybody can send one."""
    return ZoneInfo(name) if name in zone_names() else None


def _minutes(time: datetime) -> int:
    """The offset as RFC 3339 can write it: some zones had odd seconds until 1972."""
    return int((time.utcoffset() or timedelta(0)).total_seconds() / 60)


def resolve_local_time(text: str, *, time_zone: str | None, home_zone: str) -> LocalTime:
    """Read an RFC 3339 time. Raises TimeWithoutOffset, or MalformedTime for anything else that is not one."""
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise MalformedTime("Expected a time such as 2026-11-16T08:00:00+01:00.")
    if match["offset"] is None:
        raise TimeWithoutOffset("Give the offset from UTC, such as +01:00, or Z.")
    try:
        given = datetime.fromisoformat(text.upper())
        instant = given.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedTime("There is no such time.") from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise MalformedTime(f"Expected a year from {FIRST_YEAR} to {LAST_YEAR}.")
    zone = known_zone(time_zone)
    flags: tuple[str, ...] = () if zone or time_zone is None else (UNKNOWN_ZONE,)
    if match["offset"] in ("Z", "z", "-00:00"):
        local = given.astimezone(zone or known_zone(home_zone) or UTC)
    else:
        local = given
        if zone is not None and _minutes(given.astimezone(zone)) != _minutes(given):
            flags += (OFFSET_DISAGREES,)
    offset = local.utcoffset() or timedelta(0)
    return LocalTime(instant, int(offset.total_seconds()), time_zone, local.date(), flags)
