"""Workers give weeks back while participants write to them: nobody waits for anybody in a circle, and nothing goes unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from tests.conftest import Phone
from tracker.due_weeks import MAX_ATTEMPTS, Claim, mark_weeks_due, record_failure, release_claim
from tracker.models import DueWeek
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_claim

WEEKS = [Week.parse("2026-W44"), Week.parse("2026-W45")]


def claimed(user_id: UUID) -> Claim:
    """Two weeks in a claim, both in the table and in the claim in the order opposite to the key's."""
    token = uuid4()
    for week in reversed(WEEKS):
        DueWeek.objects.create(user_id=user_id, week=week.monday, version=1, claim_token=token, attempts=1)
    return Claim(token, [(user_id, week.monday, 1) for week in reversed(WEEKS)])


def in_background(work: Callable[[], Any], errors: list[Exception]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_somebody_waits_for_us() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), pg_sleep(0.02) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits for a lock of ours.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("give_back", [release_claim, lambda claim: record_failure(claim, ValueError("broken"))])
def test_giving_back_waits_in_the_order_in_which_writers_lock(phone: Phone, give_back: Callable[[Claim], None]) -> None:
    claim = claimed(phone.user.pk)
    errors: list[Exception] = []
    with transaction.atomic():
        mark_weeks_due(user_id=phone.user.pk, weeks=WEEKS[:1], seq=2)
        worker = in_background(lambda: give_back(claim), errors)
        wait_until_somebody_waits_for_us()
        mark_weeks_due(user_id=phone.user.pk, weeks=WEEKS[1:], seq=2)
    worker.join(10)
    assert errors == []
    assert list(DueWeek.objects.values_list("version", "claim_token")) == [(2, None), (2, None)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_has_scored_waits_in_that_order_too(phone: Phone) -> None:
    """One of its weeks is due again, and only given back; the other it finishes. A writer wants both."""
    claim = claimed(phone.user.pk)
    mark_weeks_due(user_id=phone.user.pk, weeks=WEEKS[:1], seq=2)
    errors: list[Exception] = []
    with transaction.atomic():
        mark_weeks_due(user_id=phone.user.pk, weeks=WEEKS[:1], seq=3)
        worker = in_background(lambda: score_claim(claim), errors)
        wait_until_somebody_waits_for_us()
        mark_weeks_due(user_id=phone.user.pk, weeks=WEEKS[1:], seq=3)
    worker.join(10)
    assert errors == []
    assert list(DueWeek.objects.values_list("version", "claim_token")) == [(3, None), (3, None)]


@pytest.mark.django_db
@pytest.mark.parametrize(("attempts", "quarantined"), [(MAX_ATTEMPTS - 1, 0), (MAX_ATTEMPTS, 2)])
def test_a_quarantine_by_failure_is_reported(phone: Phone, attempts: int, quarantined: int) -> None:
    claim = claimed(phone.user.pk)
    DueWeek.objects.update(attempts=attempts)
    with capture_logs() as logs:
        record_failure(claim, ValueError("broken"))
    assert DueWeek.objects.filter(quarantined_at__isnull=False).count() == quarantined
    events = [{"event": "weeks_quarantined", "count": quarantined, "log_level": "error"}]
    assert logs == (events if quarantined else [])
