"""A wake-up is best effort: whatever Redis does, a write is not held up for long, and does not fail."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app

from backend import wake
from tests.conftest import Phone, exercise
from tracker.models import DueWeek
from tracker.scoring.weeks import Week


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["hanging", "away"])
def test_redis_holds_no_write_up(phone: Phone, last_week: Week, hanging_server: int, broker_at: Any, kind: str) -> None:
    broker_at(hanging_server if kind == "hanging" else 1)
    started = time.monotonic()
    answer = phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    assert answer.status_code == 201
    assert time.monotonic() - started < 1.5
    assert DueWeek.objects.filter(user=phone.user).exists()
