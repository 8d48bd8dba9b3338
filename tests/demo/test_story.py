"""The demo's story holds at any hour of the week, wherever its participants are at home."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from backend.accounts.models import User
from config.demo.diaries import Diary, read_diaries
from tests.conftest import utc
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import HOUR, occurrence_after

DIARIES = read_diaries()
# Each hour of a week, and the clock around it; one week has the change of the clocks in Europe, one in New York.
STARTS = [utc("2026-11-23T00:00:00Z"), utc("2026-10-24T00:00:00Z"), utc("2026-10-31T00:00:00Z")]
TOLERANCE = timedelta(minutes=15)
MINUTES = (0, 1, 59)
AT_ONCE = timedelta(seconds=5)


def moments() -> list[datetime]:
    hours = [start + timedelta(hours=number) for start in STARTS for number in range(7 * 24)]
    return [hour + timedelta(minutes=minute) for hour in hours for minute in MINUTES]


@pytest.mark.parametrize("diary", DIARIES, ids=lambda diary: str(diary.name))
def test_no_log_is_in_the_future(diary: Diary) -> None:
    for now in moments():
        week = diary.last_week(now)
        assert week.next() == Week.of(now.astimezone(diary.zone).date())
        for _, body in diary.requests(week):
            start = body.get("started_at") or body.get("eaten_at")
            if start is not None:
                end = datetime.fromisoformat(start) + timedelta(seconds=body.get("duration_seconds", 0))
                assert end <= now + TOLERANCE, (now, start)


@pytest.mark.parametrize("seconds", [0, 20, 56, 59])
@pytest.mark.parametrize("diary", DIARIES, ids=lambda diary: str(diary.name))
def test_the_hour_that_it_asks_for_has_come_or_comes_at_once_and_closes_its_week(diary: Diary, seconds: int) -> None:
    for moment in moments():
        now = moment + timedelta(seconds=seconds)
        if (now + AT_ONCE).astimezone(diary.zone).fold:
            continue  # the hour comes a second time, once a year: only the first one counts, for everybody
        choice = diary.weekly_email(now)
        user = User(
            home_time_zone=str(diary.zone), weekly_email_weekday=choice["weekday"], weekly_email_hour=choice["hour"]
        )
        looked = now + AT_ONCE  # a worker looks within two seconds, and once more two seconds later
        occurrence = occurrence_after(user, looked - HOUR)
        assert occurrence.at <= looked
        if Week.of(now.astimezone(diary.zone).date()) == Week.of(looked.astimezone(diary.zone).date()):
            assert occurrence.week == diary.last_week(now)
