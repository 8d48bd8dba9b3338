"""500 due weeks, 20 kills: afterwards everything must be as if nobody had been killed, and no mail is sent twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import redis
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import MailState, OutgoingMail
from tests.figures import Figures
from tests.population import grow_to
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

PARTICIPANTS = 500
KILLS = 20
FLUSH_AFTER = {4, 9, 16}
KILL_REDIS_AFTER = {6, 13}
DUE_AGAIN = 40  # weeks, after each kill, as late logs would make them
PATIENCE = 180  # seconds
IN_FLIGHT = (MailState.PENDING, MailState.CONNECTING, MailState.DATA_STARTED)
BOOKKEEPING = {"id", "revision", "seq", "scored_at", "closed_at"}


class CountingServer:
    """An SMTP server that remembers who got how many."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.update(envelope.rcpt_tos)
        return "250 Accepted"


def measure(figures: Figures, *, smtp_port: int) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1_000_000))
    print(f"\n{PARTICIPANTS} due weeks, {KILLS} kills, FAULT_SEED={seed}")
    week = Week.of(timezone.now().date()).previous()
    grow_to(PARTICIPANTS, week=week)
    expected = undisturbed(week)
    inbox = CountingServer()
    controller = Controller(inbox, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    try:
        started = time.monotonic()
        hits = disturbed(week, random.Random(seed))
        seconds = time.monotonic() - started
    finally:
        controller.stop()
    report(figures, expected, inbox, hits, seconds)


def reset(week: Week) -> None:
    """All weeks due, and everybody's hour come, with nothing done yet."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracker_dueweek, tracker_weeklyscore, outbox_outgoingmail")
        cursor.execute(
            "UPDATE accounts_user SET weekly_email_weekday = %s, weekly_email_hour = %s,"
            " next_weekly_email_at = date_trunc('hour', now())",
            [now.weekday(), now.hour],
        )
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT id, %s, 1 FROM accounts_user", [week.monday]
        )


def undisturbed(week: Week) -> dict[UUID, dict[str, Any]]:
    reset(week)
    score_due_weeks()
    assert close_weeks(now=timezone.now()) == PARTICIPANTS
    scores = stored_scores()
    assert len(scores) == PARTICIPANTS
    return scores


def stored_scores() -> dict[UUID, dict[str, Any]]:
    return {
        row["user_id"]: {
            name: bytes(value) if isinstance(value, memoryview) else value
            for name, value in row.items()
            if name not in BOOKKEEPING
        }
        for row in WeeklyScore.objects.values()
    }


def disturbed(week: Week, chance: random.Random) -> Counter[str]:
    """What the kills hit: claimed weeks, mails under way."""
    reset(week)
    hits: Counter[str] = Counter()
    version = 1
    for number in range(KILLS):
        with worker() as process:
            wait_until_at_work()
            time.sleep(chance.uniform(0, 0.6))
            os.killpg(process.pid, signal.SIGKILL)
        hits["claimed weeks"] += DueWeek.objects.filter(claim_token__isnull=False).exists()
        hits["mails under way"] += OutgoingMail.objects.filter(state__in=IN_FLIGHT[1:]).exists()
        if number in FLUSH_AFTER:
            broker().flushall()
            hits["Redis flushed"] += 1
        if number in KILL_REDIS_AFTER:
            kill_redis()
            hits["Redis killed"] += 1
        version += 1
        make_due_again(week, version, chance)
        print(f"  kill {number + 1}: {progress()}", flush=True)
    with worker():
        deadline = time.monotonic() + PATIENCE
        while not all_done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Not done after {PATIENCE} s: {progress()}")
            time.sleep(0.2)
    return hits


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with two processes, and the beat, in a process group of their own."""
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    process = subprocess.Popen(
        [*celery, "worker", "-I", "tests.faults.small_batches", "--concurrency=2", "--loglevel=CRITICAL", "--beat",
         "--schedule", str(settings.BASE_DIR / "build" / "fault-beat")],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_at_work() -> None:
    """Until the worker has changed something: its start-up is no work to interrupt."""
    before = progress()
    deadline = time.monotonic() + 30
    while progress() == before and time.monotonic() < deadline:
        time.sleep(0.01)


def make_due_again(week: Week, version: int, chance: random.Random) -> None:
    users = chance.sample(sorted(User.objects.values_list("pk", flat=True)), DUE_AGAIN)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT unnest(%s::uuid[]), %s, %s"
            " ON CONFLICT (user_id, week) DO UPDATE SET version = EXCLUDED.version, attempts = 0, quarantined_at = NULL",
            [users, week.monday, version],
        )


def broker() -> redis.Redis:
    client: redis.Redis = redis.Redis.from_url(settings.REDIS_URL)
    return client


def kill_redis() -> None:
    """Whoever started it starts it again; until then nobody can be woken."""
    before = broker().info("server")["run_id"]
    os.kill(broker().info("server")["process_id"], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if broker().info("server")["run_id"] != before:
                return
        except redis.ConnectionError:
            pass  # not back yet
        time.sleep(0.05)
    raise TimeoutError("Redis did not come back.")


def progress() -> dict[str, int]:
    return {
        "due": DueWeek.objects.count(),
        "scored": WeeklyScore.objects.count(),
        "closed": WeeklyScore.objects.filter(closed_at__isnull=False).count(),
        "mails": OutgoingMail.objects.count(),
        "settled": OutgoingMail.objects.exclude(state__in=IN_FLIGHT).count(),
    }


def all_done() -> bool:
    return (
        not DueWeek.objects.filter(quarantined_at=None).exists()
        and not User.objects.filter(Q(next_weekly_email_at=None) | Q(next_weekly_email_at__lte=timezone.now())).exists()
        and not OutgoingMail.objects.filter(state__in=IN_FLIGHT).exists()
    )


def report(
    figures: Figures, expected: dict[UUID, dict[str, Any]], inbox: CountingServer, hits: Counter[str], seconds: float
) -> None:
    found = stored_scores()
    states = Counter(OutgoingMail.objects.values_list("state", flat=True))
    twice = sum(count > 1 for count in inbox.received.values())
    unsent = states["unknown"] - sum(
        inbox.received[address] > 0
        for address in OutgoingMail.objects.filter(state="unknown").values_list("user__email", flat=True)
    )
    figures.note("seconds, kills and restarts included", seconds, "s")
    figures.at_least("workers killed with SIGKILL", KILLS, "kills", KILLS)
    figures.at_least("Redis flushed or killed", hits["Redis flushed"] + hits["Redis killed"], "times", 5)
    figures.at_least("kills that hit claimed weeks", hits["claimed weeks"], "kills", 1)
    figures.at_least("kills that hit a mail under way", hits["mails under way"], "kills", 1)
    figures.at_most("weeks without a score", len(expected.keys() - found.keys()), "weeks", 0)
    figures.at_most(
        "scores unlike the undisturbed run's", sum(found.get(k) != v for k, v in expected.items()), "weeks", 0
    )
    figures.at_most("weeks not closed", WeeklyScore.objects.filter(closed_at=None).count(), "weeks", 0)
    figures.at_most("weeks in quarantine", DueWeek.objects.count(), "weeks", 0)
    figures.at_least("participants with a mail in the outbox", OutgoingMail.objects.count(), "mails", PARTICIPANTS)
    figures.at_most("participants who got two mails", twice, "people", 0)
    figures.at_most(
        "mails in the inbox that the outbox takes for unsent", states["failed"] + states["cancelled"], "mails", 0
    )
    figures.at_least("mails sent", states["sent"], "mails", PARTICIPANTS - KILLS * 4)
    figures.note("mails unknown, for staff to look at", states["unknown"], "mails")
    figures.note("of these, never arrived", unsent, "mails")
