"""A wake-up is best effort: whatever Redis does, a write is not held up for long, and does not fail."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from celery import current_app
from kombu.pools import producers
from redis import Redis
from structlog.testing import capture_logs

from backend import wake
from tests.conftest import Phone, exercise, utc
from tracker.models import DueWeek
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks


@pytest.fixture
def hanging_server() -> Iterator[int]:
    """Accepts connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def broker_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def point(port: int) -> None:
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")
        wake._connection.cache_clear()

    yield point
    wake._connection.cache_clear()


@pytest.fixture
def dripping_server() -> Iterator[int]:
    """Accepts connections, and says one letter every 50 ms: no single wait for it is ever too long."""

    def drip() -> None:
        with suppress(OSError):  # the other side has gone, or the test is over
            connection, _ = server.accept()
            with connection:
                for _ in range(40):
                    connection.sendall(b"+")
                    time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threads = [threading.Thread(target=drip, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)


@pytest.mark.parametrize("kind", ["hanging", "dripping", "away"])
def test_a_wake_up_costs_a_fifth_of_a_second_at_most(
    hanging_server: int, dripping_server: int, broker_at: Any, kind: str
) -> None:
    broker_at({"hanging": hanging_server, "dripping": dripping_server, "away": 1}[kind])
    for _ in range(2):
        started = time.monotonic()
        with capture_logs() as logs:
            wake.wake("tracker.tasks.score_due_weeks")
        assert time.monotonic() - started <= 0.3
        assert [entry["event"] for entry in logs] == ["wake_up_lost"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["hanging", "away"])
def test_redis_holds_no_write_up(phone: Phone, last_week: Week, hanging_server: int, broker_at: Any, kind: str) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day))  # the first request of a process is slower
    broker_at(hanging_server if kind == "hanging" else 1)
    started = time.monotonic()
    answer = phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    assert answer.status_code == 201
    assert time.monotonic() - started <= 0.3
    assert DueWeek.objects.filter(user=phone.user).exists()


@pytest.mark.django_db(transaction=True)
def test_a_pool_that_is_used_up_fails_no_write(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    pool = producers[wake._connection()]
    held = [pool.acquire() for _ in range(pool.limit)]
    try:
        with capture_logs() as logs:
            answer = phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    finally:
        for producer in held:
            producer.release()
    assert answer.status_code == 201
    assert [entry["reason"] for entry in logs if entry["event"] == "wake_up_lost"] == ["LimitExceeded"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("module", ["due_weeks", "weekly_summaries"])
def test_what_nobody_foresaw_fails_no_write(
    phone: Phone, last_week: Week, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed is answered as such, and what is to follow follows."""

    def fail(task: str) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(f"tracker.{module}.wake", fail)
    assert phone.post("/v1/exercise-logs", exercise(last_week.first_day)).status_code == 201
    assert close_weeks(now=utc(f"{last_week.next().monday}T08:00:00Z")) == 1


def test_a_wake_up_arrives(settings: Any) -> None:
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete("celery")
        wake.wake("tracker.tasks.score_due_weeks")
        assert redis.llen("celery") == 1
        redis.delete("celery")
