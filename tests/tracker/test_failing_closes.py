"""One participant whose close fails keeps nobody else from theirs, and is tried again ever more rarely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from structlog.testing import capture_logs

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from tests.conftest import Phone, exercise, make_phone, utc
from tracker.models import ExerciseLog, WeeklyScore
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db

HOUR = utc("2026-11-09T08:00:00Z")


@pytest.fixture
def people(catalogue: None) -> list[Phone]:
    """Seven participants with a log in 2026-W45."""
    phones = [make_phone() for _ in range(7)]
    for phone in phones:
        phone.post("/v1/exercise-logs", exercise(utc("2026-11-04T12:00:00Z").date()))
    ExerciseLog.objects.update(received_at=utc("2026-11-04T12:00:00Z"))
    return phones


@pytest.fixture
def refused(people: list[Phone]) -> Phone:
    """PostgreSQL itself refuses this participant's closed weeks."""
    refuse(people[3], "P0001")
    return people[3]


@contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """With the rights of the tables' owner: a test has the application's, which change no table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone() or ("",)
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor
        cursor.execute(f'SET LOCAL ROLE "{role}"')


def refuse(phone: Phone, sql_state: str) -> None:
    with as_owner() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{sql_state}'; END $$;"
            " CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON tracker_weeklyscore FOR EACH ROW"
            f" WHEN (NEW.user_id = '{phone.user.pk}') EXECUTE FUNCTION refuse()"
        )


def heal() -> None:
    with as_owner() as cursor:
        cursor.execute("DROP TRIGGER refuse ON tracker_weeklyscore")


def failures(logs: Any) -> list[str]:
    return [entry["user"] for entry in logs if entry["event"] == "close_failed"]


def test_the_others_are_closed_and_mailed(people: list[Phone], refused: Phone) -> None:
    with capture_logs() as logs:
        assert close_weeks(now=HOUR) == 6
    assert failures(logs) == [str(refused.user.pk)]
    assert all(entry["log_level"] == "error" for entry in logs if entry["event"] == "close_failed")
    others = {phone.user.pk for phone in people} - {refused.user.pk}
    assert set(WeeklyScore.objects.values_list("user", flat=True)) == others
    assert set(OutgoingMail.objects.values_list("user", flat=True)) == others
    refused.user.refresh_from_db()
    assert refused.user.next_weekly_email_at == HOUR + timedelta(minutes=1)


def test_the_pause_grows_and_the_week_stays_owed(people: list[Phone], refused: Phone) -> None:
    tries = []
    now = HOUR
    with capture_logs() as logs:
        while now < HOUR + timedelta(hours=30):
            before = len(failures(logs))
            close_weeks(now=now)
            if len(failures(logs)) > before:
                tries.append((now - HOUR) // timedelta(minutes=1))
            now += timedelta(minutes=1)
    assert tries == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 872, 1232, 1592]
    heal()
    assert close_weeks(now=now) == 0
    assert close_weeks(now=now + timedelta(hours=6)) == 1
    assert WeeklyScore.objects.get(user=refused.user).week == utc("2026-11-02T00:00:00Z").date()
    assert OutgoingMail.objects.filter(user=refused.user).count() == 1


def test_a_home_zone_that_is_none_fails_alone(people: list[Phone]) -> None:
    User.objects.filter(pk=people[0].user.pk).update(home_time_zone="Nowhere/Gone")
    with capture_logs() as logs:
        assert close_weeks(now=HOUR) == 6
        assert close_weeks(now=HOUR + timedelta(hours=5)) == 0
    assert failures(logs) == [str(people[0].user.pk)]


@pytest.mark.parametrize("sql_state", ["40P01", "57P01"])  # a deadlock; PostgreSQL shuts down
def test_what_is_no_participants_fault_puts_nobody_off(people: list[Phone], sql_state: str) -> None:
    refuse(people[3], sql_state)
    with pytest.raises(OperationalError, match="refused"):
        close_weeks(now=HOUR)
    assert User.objects.filter(next_weekly_email_at=None).count() == len(people)
