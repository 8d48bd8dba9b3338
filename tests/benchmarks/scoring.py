"""Scoring due weeks, claim to commit, against the floor: three GROUP BYs over the same logs and COPY of as many results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tests.benchmarks.naive import BENCH_QUEUE, score_participant
from tests.figures import Figures
from tests.population import WEEK, grow_to, make_all_due
from tracker.models import DueWeek, WeeklyScore

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "10000 100000 200000").split())
COMPARED = 100_000
NAIVE_SAMPLE = 400
RUNS = 2
START_SECONDS = 4  # for a worker to start and connect
PATIENCE = 180  # seconds

GROUP_BYS = (
    "SELECT user_id, sum(duration_seconds) FILTER (WHERE intensity = 'moderate'),"
    " sum(duration_seconds) FILTER (WHERE intensity = 'vigorous'), count(*) FILTER (WHERE strength)"
    " FROM tracker_exerciselog WHERE local_date BETWEEN %s AND %s AND deleted_at IS NULL GROUP BY user_id",
    "SELECT user_id, sum(duration_seconds), count(DISTINCT category), count(*) FILTER (WHERE social)"
    " FROM tracker_cognitivelog WHERE local_date BETWEEN %s AND %s AND deleted_at IS NULL GROUP BY user_id",
    "SELECT user_id, sum(servings[1]), sum(servings[2]), sum(servings[3]), sum(servings[6]), count(*)"
    " FROM tracker_dietlog WHERE local_date BETWEEN %s AND %s AND deleted_at IS NULL GROUP BY user_id",
)


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(figures: Figures) -> None:
    per_week: dict[int, float] = {}
    memory: dict[int, float] = {}
    for size in SIZES:
        grow_to(size)
        # The better of two runs each, taken in turns: a pause of the machine must not decide.
        runs = [(one_run(size), the_floor()) for _ in range(RUNS)]
        ours, floor = min(run.seconds for run, _ in runs), min(seconds for _, seconds in runs)
        per_week[size] = ours / size
        memory[size] = max(run.peak_mib for run, _ in runs)
        figures.note(f"score {size:,} due weeks of 35 logs", ours, "s")
        figures.note(f"floor for {size:,} weeks", floor, "s")
        name = f"ratio to the floor at {size:,}, one worker"
        if size == COMPARED:
            figures.at_most(name, ours / floor, "x", 3)
            two = min(two_workers(size) for _ in range(RUNS))
            figures.note(f"score {size:,} due weeks with two workers", two, "s")
            figures.at_most(f"ratio to the floor at {size:,}, two workers", two / floor, "x", round(ours / floor, 3))
        else:
            figures.note(name, ours / floor, "x")
    figures.note("peak resident memory of a worker", memory[SIZES[-1]], "MiB")
    growth = (per_week[SIZES[-1]] / per_week[SIZES[0]] - 1) * 100
    figures.at_most(f"growth of time per week, {SIZES[0]:,} to {SIZES[-1]:,}", growth, "%", 15)
    figures.at_most(
        f"growth of peak memory, {SIZES[0]:,} to {SIZES[-1]:,}", memory[SIZES[-1]] / memory[SIZES[0]], "x", 1.1
    )
    naive = one_task_each(NAIVE_SAMPLE)
    figures.note("one Celery task per participant through the ORM", naive * 1000, "ms each")
    figures.at_least("speed against that", naive / per_week[SIZES[-1]], "x", 50)


@dataclass(frozen=True)
class Run:
    """`seconds` from the first claim to the last commit, `peak_mib` of the worker's resident memory."""

    seconds: float
    peak_mib: float


def one_run(size: int) -> Run:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracker_dueweek, tracker_weeklyscore")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.drain", "--once"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        text=True,
    )
    time.sleep(START_SECONDS)
    make_all_due()
    answer, _ = process.communicate("go\n", timeout=PATIENCE)
    found = json.loads(answer)
    assert found["scored"] == WeeklyScore.objects.count() == size
    assert not DueWeek.objects.exists()
    return Run(found["seconds"], found["peak_mib"])


def the_floor() -> float:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_result")
        cursor.execute("CREATE TABLE floor_result (LIKE tracker_weeklyscore INCLUDING ALL)")
        with cursor.copy("COPY tracker_weeklyscore TO STDOUT") as copy:
            results = b"".join(copy)

    def run() -> None:
        with connection.cursor() as cursor:
            for query in GROUP_BYS:
                # Whole rows, so that no aggregate is left out.
                cursor.execute(f"SELECT count(grouped) FROM ({query}) AS grouped", [WEEK.first_day, WEEK.last_day])
            with cursor.copy("COPY floor_result FROM STDIN") as copy:
                copy.write(results)

    return timed(run)


def worker(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, cwd=settings.BASE_DIR)


def two_workers(size: int) -> float:
    """The same with two processes draining the same table, start-up left out: they wait until weeks become due."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracker_dueweek, tracker_weeklyscore")
    workers = [worker("tests.benchmarks.drain") for _ in range(2)]
    time.sleep(START_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT id, %s, 1 FROM accounts_user", [WEEK.monday]
        )
    started = time.perf_counter()
    wait_until(lambda: not DueWeek.objects.exists(), "two workers to score every week")
    seconds = time.perf_counter() - started
    for process in workers:
        process.terminate()
        process.wait()
    assert WeeklyScore.objects.count() == size
    return seconds


def one_task_each(count: int) -> float:
    """Seconds a week, with one Celery worker process that loads, scores and stores each through the ORM."""
    DueWeek.objects.all().delete()
    users = [str(pk) for pk in WeeklyScore.objects.values_list("user_id", flat=True)[:count]]
    WeeklyScore.objects.filter(user_id__in=users).delete()
    process = worker(
        "celery",
        "-A",
        "config.celery",
        "worker",
        "--include",
        "tests.benchmarks.naive",
        "--concurrency=1",
        "--loglevel=ERROR",
        f"--queues={BENCH_QUEUE}",
    )
    try:
        score_participant.apply_async(args=(users[0], str(WEEK)), queue=BENCH_QUEUE)
        wait_for(users[:1])
        started = time.perf_counter()
        send(users[1:])
        wait_for(users)
        seconds = time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()
    return seconds / (count - 1)


def send(users: list[str]) -> None:
    for user in users:
        score_participant.apply_async(args=(user, str(WEEK)), queue=BENCH_QUEUE)


def wait_for(users: list[str]) -> None:
    wait_until(lambda: WeeklyScore.objects.filter(user_id__in=users).count() >= len(users), "the tasks to be done")


def wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {PATIENCE} s for {what}.")
        time.sleep(0.02)
