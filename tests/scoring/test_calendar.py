"""Weeks and local dates: they tile the calendar, in every zone, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sync.local_time import MalformedTime, TimeWithoutOffset, resolve_local_time
from tracker.scoring.weeks import Week

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@given(st.dates())
def test_every_date_is_in_exactly_one_week(day: date) -> None:
    if day > date.max - timedelta(days=14) or day < date.min + timedelta(days=14):
        return
    week = Week.of(day)
    assert week.contains(day)
    assert week.days[week.day_index(day)] == day
    assert not week.next().contains(day)
    assert not week.previous().contains(day)
    assert week.last_day + timedelta(days=1) == week.next().first_day
    assert Week.parse(str(week)) == week
    year, number, _ = day.isocalendar()
    assert str(week) == f"{year:04d}-W{number:02d}"


@pytest.mark.parametrize(
    "text", ["2026-W54", "2025-W53", "2026-W00", "2026W47", "2026-47", "", "٢٠٢٦-W47", "2026-W47 "]
)
def test_what_is_not_a_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Week.parse(text)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2020-12-31", "2020-W53"),
        ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"),
        ("2024-02-29", "2024-W09"),
        ("2026-12-31", "2026-W53"),
        ("2018-12-31", "2019-W01"),
    ],
)
def test_week_53_and_leap_days(day: str, week: str) -> None:
    assert str(Week.of(date.fromisoformat(day))) == week


@pytest.mark.parametrize(
    ("text", "zone", "home", "day", "flags"),
    [
        ("2026-03-29T22:30:00Z", "Europe/Helsinki", "UTC", "2026-03-30", ()),
        ("2026-03-29T22:30:00Z", None, "America/New_York", "2026-03-29", ()),
        ("2026-03-29T22:30:00+00:00", "Europe/Helsinki", "UTC", "2026-03-29", ("offset_disagrees_with_zone",)),
        ("2026-03-29t22:30:00.5z", "Nowhere/Land", "Europe/Helsinki", "2026-03-30", ("unknown_time_zone",)),
        ("2026-03-29T22:30:00-00:00", "Europe/Helsinki", "UTC", "2026-03-30", ()),
        # Apia went from 29 to 31 December 2011: no instant falls on the 30th there.
        ("2011-12-30T09:59:59Z", "Pacific/Apia", "UTC", "2011-12-29", ()),
        ("2011-12-30T10:00:00Z", "Pacific/Apia", "UTC", "2011-12-31", ()),
        ("2024-02-29T23:59:59-05:00", "America/New_York", "UTC", "2024-02-29", ()),
        ("2026-11-01T01:30:00-05:00", "America/New_York", "UTC", "2026-11-01", ()),
        ("2026-11-01T01:30:00-04:00", "America/New_York", "UTC", "2026-11-01", ()),
    ],
)
def test_the_local_date(text: str, zone: str | None, home: str, day: str, flags: tuple[str, ...]) -> None:
    time = resolve_local_time(text, time_zone=zone, home_zone=home)
    assert (time.local_date.isoformat(), time.flags) == (day, flags)
    assert (time.instant + timedelta(seconds=time.utc_offset_seconds)).date() == time.local_date


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2026-03-29T22:30:00", TimeWithoutOffset),
        ("2026-03-29", MalformedTime),
        ("2026-02-30T10:00:00Z", MalformedTime),
        ("2026-W14-1T10:00:00Z", MalformedTime),
        ("2026-03-29T24:30:00Z", MalformedTime),
        ("1850-01-01T00:00:00Z", MalformedTime),
        ("2026-03-29T22:30:00+25:00", MalformedTime),
        ("9999-12-31T23:59:59-14:00", MalformedTime),
    ],
)
def test_what_is_no_time_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        resolve_local_time(text, time_zone=None, home_zone="UTC")


def offset_changes(zone: ZoneInfo) -> list[datetime]:
    """The instants from 1970 to 2037 around which a zone's offset changes, to the second."""
    changes = []
    step = timedelta(days=20)
    start = FIRST
    while start < LAST:
        end = min(start + step, LAST)
        if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            low, high = start, end
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                same = low.astimezone(zone).utcoffset() == middle.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            changes.append(high)
        start = end
    return changes


def test_weeks_tile_the_time_line_in_every_zone() -> None:
    """Between two changes of its offset a zone's local time runs evenly, so its weeks tile; at each change, the date goes on
    or repeats within the same day, and never belongs to two weeks."""
    zones = sorted(available_timezones())
    assert len(zones) > 400
    seen: dict[tuple[tuple[datetime, int], ...], str] = {}
    for name in zones:
        zone = ZoneInfo(name)
        changes = offset_changes(zone)
        key = tuple((at, int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())) for at in changes)
        if key in seen:
            continue
        seen[key] = name
        for at in changes:
            before, after = (
                resolve_local_time(f"{moment:%Y-%m-%dT%H:%M:%SZ}", time_zone=name, home_zone="UTC").local_date
                for moment in (at - timedelta(seconds=1), at)
            )
            # What the wall clock shows, worked out from the offset alone; its week is counted from a Monday long ago.
            for moment, day in ((at - timedelta(seconds=1), before), (at, after)):
                wall = moment.replace(tzinfo=None) + (moment.astimezone(zone).utcoffset() or timedelta())
                assert day == wall.date(), (name, at)
                assert Week.of(day).monday == date(1969, 12, 29) + timedelta(
                    days=(wall.date() - date(1969, 12, 29)).days // 7 * 7
                )
            # Clocks go back by an hour or skip a day: a date may come twice or never, and never before the one before.
            assert -1 <= (after - before).days <= 2, (name, at)
    assert len(seen) > 200
