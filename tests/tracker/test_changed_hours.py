"""Whatever somebody chooses, and whenever the workers look: each week is closed once, and mailed at most once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from tests.conftest import Phone, exercise, make_phone, utc
from tracker.models import DueWeek, ExerciseLog, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db

# Monday, 2 November 2026, and with that the week 2026-W45.
FIRST = Week.parse("2026-W45")


def begin(phone: Phone, received: datetime, **choices: Any) -> int:
    """Somebody whose first log came in then, with these choices; how many weeks that closed."""
    phone.post("/v1/exercise-logs", exercise(received.date()))
    ExerciseLog.objects.filter(user=phone.user).update(received_at=received)
    joined = received - timedelta(days=1)
    User.objects.filter(pk=phone.user.pk).update(date_joined=joined, next_weekly_email_at=None, **choices)
    return close_weeks(now=received)


def closed(phone: Phone) -> list[str]:
    weeks = WeeklyScore.objects.filter(user=phone.user, closed_at__isnull=False).order_by("week")
    return [str(Week(monday)) for monday in weeks.values_list("week", flat=True)]


def mailed(phone: Phone) -> list[str]:
    return sorted(mail.dedupe_key[-8:] for mail in OutgoingMail.objects.filter(user=phone.user))


def last_week_due(user: User, now: datetime) -> Week:
    """Looked for day by day: the week before the last chosen weekday whose hour has come."""
    zone = ZoneInfo(user.home_time_zone)
    day = now.astimezone(zone).date()
    hour = time(user.weekly_email_hour, tzinfo=zone)
    while day.weekday() != user.weekly_email_weekday or datetime.combine(day, hour) > now:
        day -= timedelta(days=1)
    return Week.of(day).previous()


def test_a_week_is_closed_when_the_weekday_moves_to_one_that_has_passed(phone: Phone) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z"), weekly_email_weekday=6, weekly_email_hour=20) == 0
    assert close_weeks(now=utc("2026-11-08T20:00:00Z")) == 1
    assert closed(phone) == ["2026-W44"]
    phone.patch("/v1/me", {"weekly_email": {"weekday": 0}})  # on Tuesday: the next Monday would close W46
    assert close_weeks(now=utc("2026-11-10T09:00:00Z")) == 1
    assert closed(phone) == ["2026-W44", "2026-W45"]
    assert mailed(phone) == ["2026-W45"]  # the account is younger than W44
    assert close_weeks(now=utc("2026-11-16T20:00:00Z")) == 1
    assert closed(phone) == ["2026-W44", "2026-W45", "2026-W46"]
    assert mailed(phone) == ["2026-W45", "2026-W46"]


@pytest.mark.parametrize(("hour", "comes"), [(6, "2026-11-09T09:31:00Z"), (12, "2026-11-09T12:00:00Z")])
def test_a_week_is_closed_when_the_hour_moves_while_nobody_looks(phone: Phone, hour: int, comes: str) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z")) == 0
    phone.patch("/v1/me", {"weekly_email": {"hour": hour}})  # on Monday at 09:30; at 08:00 no worker looked
    assert close_weeks(now=utc(comes) - timedelta(minutes=1)) == (hour == 6)
    assert close_weeks(now=utc(comes)) == (hour == 12)
    assert closed(phone) == mailed(phone) == ["2026-W45"]


def test_a_week_is_closed_when_home_moves_to_where_the_hour_has_passed(phone: Phone) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z"), home_time_zone="Pacific/Honolulu") == 0
    assert close_weeks(now=utc("2026-11-09T15:00:00Z")) == 0
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Auckland"})
    assert close_weeks(now=utc("2026-11-09T15:01:00Z")) == 1
    assert closed(phone) == mailed(phone) == ["2026-W45"]


def test_every_week_is_closed_after_a_change_that_nobody_saw_for_weeks(phone: Phone) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z")) == 0
    phone.patch("/v1/me", {"weekly_email": {"hour": 9}})
    assert close_weeks(now=utc("2026-11-24T12:00:00Z")) == 3
    assert closed(phone) == ["2026-W45", "2026-W46", "2026-W47"]
    assert mailed(phone) == ["2026-W47"]  # the others are stale


@pytest.mark.parametrize("change", [{"weekly_email": {"hour": 7}}, {"home_time_zone": "Asia/Tokyo"}])
def test_a_first_log_after_the_hour_closes_no_week_before_it(phone: Phone, change: dict[str, Any]) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z")) == 0
    User.objects.filter(pk=phone.user.pk).update(date_joined=utc("2026-10-01T12:00:00Z"))
    phone.patch("/v1/me", change)
    assert close_weeks(now=utc("2026-11-04T12:01:00Z")) == 0
    assert (closed(phone), mailed(phone)) == ([], [])


def test_a_week_whose_hour_comes_again_keeps_its_close(phone: Phone) -> None:
    assert begin(phone, utc("2026-11-04T12:00:00Z")) == 0
    assert close_weeks(now=utc("2026-11-09T08:00:00Z")) == 1
    phone.patch("/v1/me", {"weekly_email": {"weekday": 6}})  # so that Sunday, too, is the hour for W45
    for day in ("2026-11-10", "2026-11-15", "2026-11-16"):
        assert close_weeks(now=utc(f"{day}T08:00:00Z")) == 0
    assert WeeklyScore.objects.get(user=phone.user).closed_at == utc("2026-11-09T08:00:00Z")
    assert mailed(phone) == ["2026-W45"]


ZONES = ["UTC", "Pacific/Honolulu", "Pacific/Auckland", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]
CHANGES = st.one_of(
    st.builds(lambda zone: {"home_time_zone": zone}, st.sampled_from(ZONES)),
    st.builds(lambda day: {"weekly_email": {"weekday": day}}, st.integers(0, 6)),
    st.builds(lambda hour: {"weekly_email": {"hour": hour}}, st.integers(0, 23)),
    st.builds(lambda enabled: {"weekly_email": {"enabled": enabled}}, st.booleans()),
)
# Hours until it happens, and what: a change, or (None) a look of the workers, which may come twice or not for weeks.
EVENTS = st.lists(st.tuples(st.integers(0, 200), st.none() | CHANGES), max_size=14)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zone=st.sampled_from(ZONES), weekday=st.integers(0, 6), hour=st.integers(0, 23), events=EVENTS)
def test_every_week_is_closed_once_and_mailed_at_most_once(
    catalogue: None, zone: str, weekday: int, hour: int, events: list[tuple[int, dict[str, Any] | None]]
) -> None:
    User.objects.all().delete()  # of the example before
    phone = make_phone(home_time_zone=zone, weekly_email_weekday=weekday, weekly_email_hour=hour)
    now = utc("2026-11-04T12:00:00Z")
    count = begin(phone, now)
    for hours, change in events:
        now += timedelta(hours=hours)
        if change is None:
            count += close_weeks(now=now)
        else:
            phone.patch("/v1/me", change)
    now += timedelta(days=15)  # so that the first week's hour has come, wherever and whenever that is
    count += close_weeks(now=now)
    assert close_weeks(now=now) == 0
    phone.user.refresh_from_db()
    last = last_week_due(phone.user, now)
    weeks = closed(phone)
    expected = [FIRST.minus(-number) for number in range(last.weeks_since(FIRST) + 1)]
    assert weeks[-len(expected) :] == [str(week) for week in expected]
    assert weeks[: -len(expected)] in (
        [],
        [str(FIRST.previous())],
    )  # who chose a day of the first week gets the one before
    assert count == len(weeks)
    assert len(set(mailed(phone))) == len(mailed(phone))
    assert set(mailed(phone)) <= set(weeks)
    assert not DueWeek.objects.filter(user=phone.user, week__in=[Week.parse(week).monday for week in weeks]).exists()
