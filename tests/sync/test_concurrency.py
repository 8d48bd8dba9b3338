"""Many write at once; a reader who follows by cursor gets every change, in order, and nobody waits for anybody in a circle."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from backend.sync import writing
from tests.conftest import Phone
from tests.security.unlimited import UNLIMITED
from tests.sync.crowd import WRITERS, crowd

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = 2000


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    settings.RATE_LIMITS = UNLIMITED


def test_a_reader_skips_nothing_that_thirty_two_writers_write(phone: Phone, record_property: Any) -> None:
    changes = int(os.environ.get("SYNC_CHANGES") or CHANGES)
    report = crowd(phone, changes=changes)
    told = f"{report.changes} changes by {WRITERS} writers, {report.pages} pages, {report.scored} weeks scored"
    record_property("told", f"{told}, {report.busy} times too busy, {report.seconds:.0f} s")
    assert report.errors == []
    assert (report.skipped, report.twice) == ({}, [])
    assert report.seen == report.acknowledged
    assert set(report.outcomes) == {"created", "replaced", "deleted", "conflict"}
    assert report.changes >= changes
    assert (report.deadlocks, report.not_scored) == (0, 0)
    assert report.scored


@contextmanager
def a_counter_that_nobody_holds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each number is given out in a transaction of its own, which is over before the write's is."""
    own = threading.local()
    opened = []

    def take(user_id: UUID, count: int) -> tuple[int, int, int]:
        if not hasattr(own, "connection"):
            own.connection = connection.copy()
            own.connection.inc_thread_sharing()  # closed by the test's thread
            opened.append(own.connection)
        with own.connection.cursor() as cursor:
            cursor.execute(writing._ADVANCE, {"user": user_id, "count": count})
            seq, epoch, epoch_seq = cursor.fetchone()
            return int(seq), int(epoch), int(epoch_seq)

    monkeypatch.setattr(writing, "_lock", take)
    try:
        yield
    finally:
        for other in opened:
            other.close()


def test_the_test_above_shows_a_counter_that_is_not_held_until_the_commit(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_counter_that_nobody_holds(monkeypatch):
        report = crowd(phone, changes=CHANGES // 2)
    assert report.skipped
