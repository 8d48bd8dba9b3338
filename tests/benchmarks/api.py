"""Requests a second of the hot reads, against views that let PostgreSQL build the same JSON; how long guidance and what-if
take; and `explain_week` lines."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from config.demo.processes import free_port
from tests.figures import Figures
from tests.population import WEEK, grow_to, log_a_week
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

PEOPLE = 20
SECONDS = 4.0
CLIENTS = 2
RUNS = 3
TOKEN = "token-of-the-benchmark"
EXPLAINED_LINES = 10_000
ANSWERS = 300

PAIRS = {
    "GET /v1/weeks/current": ("/v1/weeks/current", "/bench/weeks/current"),
    "a page of 50 logs": ("/v1/exercise-logs", "/bench/exercise-logs"),
}


def measure(figures: Figures) -> None:
    user = prepare()
    with server() as port:
        store_document(user, port)
        for name, (ours, theirs) in PAIRS.items():
            assert len(read(port, ours)) > 2000
            check_same(name, read(port, ours), read(port, theirs))
            rates = [(requests_a_second(port, ours), requests_a_second(port, theirs)) for _ in range(RUNS)]
            mine, limit = max(rate for rate, _ in rates), max(rate for _, rate in rates)
            figures.note(name, mine, "requests/s")
            figures.note(f"{name}, as PostgreSQL makes it", limit, "requests/s")
            figures.at_least(f"{name}, share of that", 100 * mine / limit, "%", 50)
        measure_answers(figures, port)
    explained = max(explained_lines_a_second() for _ in range(RUNS))
    figures.at_least("explain_week", explained, "lines/s", 2_000)


def measure_answers(figures: Figures, port: int) -> None:
    """How long one participant waits for guidance, and for a week as it would be with ten records more."""
    week = Week.of(timezone.now().date())
    for name, asked in (
        ("guidance", Connection(port, f"/v1/weeks/{week}/guidance")),
        ("what-if", Connection(port, f"/v1/weeks/{week}/what-if", msgspec.json.encode({"records": supposed(week)}))),
    ):
        times = sorted(milliseconds(asked) for _ in range(ANSWERS))
        figures.note(f"{name}, median", times[ANSWERS // 2], "ms")
        figures.note(f"{name}, p95", times[ANSWERS * 95 // 100], "ms")


def milliseconds(connection: Connection) -> float:
    started = time.perf_counter()
    connection.get()
    return 1000 * (time.perf_counter() - started)


def supposed(week: Week) -> list[dict[str, object]]:
    walk: dict[str, object] = {"type": "exercise_log", "activity": "walk_brisk", "duration_seconds": 1200}
    meal: dict[str, object] = {"type": "diet_log", "meal": "lunch", "items": [{"food_group": "berries", "servings": 1}]}
    return [
        *({**walk, "started_at": f"{day}T12:00:00+00:00"} for day in week.days[:5]),
        *({**meal, "eaten_at": f"{day}T12:00:00+00:00"} for day in week.days[:5]),
    ]


def prepare() -> User:
    """Somebody with 35 logs in each of the last ten weeks, this one included, and a signed-in phone."""
    grow_to(PEOPLE)
    this_week = Week.of(timezone.now().date())
    for week in {this_week.minus(number) for number in range(10)} - {WEEK}:
        log_a_week(week, first=0, last=PEOPLE - 1)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracker_dueweek")
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version)"
            " SELECT DISTINCT user_id, date_trunc('week', local_date)::date, 1 FROM tracker_exerciselog"
            " WHERE user_id IN (SELECT id FROM accounts_user ORDER BY id LIMIT %s)",
            [PEOPLE],
        )
    score_due_weeks()
    user = User.objects.order_by("id")[PEOPLE // 2]
    now = timezone.now()
    issue_token(Device.objects.create(user=user, last_seen_at=now), TOKEN, now=now, first_used_at=now)
    return user


def store_document(user: User, port: int) -> None:
    """The week's document, as text, for PostgreSQL to hand over as it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_week_document (user_id uuid, week date, document text, PRIMARY KEY (user_id, week))"
        )
        monday = Week.of(timezone.now().date()).monday
        cursor.execute(
            "INSERT INTO bench_week_document VALUES (%s, %s, %s)",
            [user.pk, monday, read(port, "/v1/weeks/current").decode()],
        )


def check_same(name: str, ours: bytes, theirs: bytes) -> None:
    """Both must answer with the same number of things, and about as many bytes."""
    mine, other = json.loads(ours), json.loads(theirs)
    key = next(key for key in ("results", "changes", "logs") if mine.get(key))
    assert len(mine[key]) == len(other[key]) > 0, name
    assert mine[key][0].keys() == other[key][0].keys(), (name, mine[key][0].keys() ^ other[key][0].keys())
    assert abs(len(ours) / len(theirs) - 1) < 0.2, (name, len(ours), len(theirs))


@contextmanager
def server() -> Iterator[int]:
    """The API as it is deployed, one worker."""
    port = free_port("127.0.0.1", preferred=0)
    granian = Path(sys.executable).parent / "granian"
    command = [str(granian), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--no-ws", "config.wsgi:application"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Connection:
    """One kept-alive connection, cheap enough not to be what is measured. It reads, or posts `body` (JSON)."""

    def __init__(self, port: int, path: str, body: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.request = f"{head}Accept: application/json\r\n\r\n".encode() + body

    def get(self) -> bytes:
        self.socket.sendall(self.request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(head.decode())
        (length,) = (
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._receive()
        return body

    def _receive(self) -> bytes:
        if not (part := self.socket.recv(65536)):
            raise ConnectionError("The server closed the connection.")
        return part


def read(port: int, path: str) -> bytes:
    return Connection(port, path).get()


def requests_a_second(port: int, path: str) -> float:
    counts = [0] * CLIENTS
    stop = time.monotonic() + SECONDS

    def run(number: int) -> None:
        connection = Connection(port, path)
        while time.monotonic() < stop:
            connection.get()
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def explained_lines_a_second() -> float:
    """The whole command as a process, its start left out: a long file against a file of one line."""
    lines = example_lines()
    folder = Path(settings.BASE_DIR) / "build"
    folder.mkdir(exist_ok=True)
    seconds = []
    for count in (1, EXPLAINED_LINES):
        file = folder / f"explain-{count}.jsonl"
        file.write_text("".join(lines[number % len(lines)] + "\n" for number in range(count)))
        started = time.perf_counter()
        with (folder / "explained.jsonl").open("w") as out:
            subprocess.run([sys.executable, "manage.py", "explain_week", str(file)], stdout=out, check=True)
        seconds.append(time.perf_counter() - started)
    explained = [json.loads(line) for line in (folder / "explained.jsonl").read_text().splitlines()]
    assert len(explained) == EXPLAINED_LINES
    assert all(len(document["logs"]) == 35 and document["score"] for document in explained)
    return (EXPLAINED_LINES - 1) / (seconds[1] - seconds[0])


def example_lines() -> list[str]:
    """Weeks of 35 logs, in the command's own format."""
    week = Week.of(timezone.now().date()).previous()
    kinds = ("walk", "run", "yoga")
    lines = []
    for person in range(50):
        records: list[dict[str, object]] = []
        for number in range(35):
            day = week.days[number % 7]
            at = f"{day}T{8 + number % 12:02d}:00:00+00:00"
            uid = f"00000000-0000-4000-8000-{person:06d}{number:06d}"
            if number < 10:
                records.append(
                    {
                        "type": "exercise_log",
                        "id": uid,
                        "activity": kinds[(person + number) % 3],
                        "started_at": at,
                        "duration_seconds": 600 + 60 * number,
                        "effort": "moderate",
                    }
                )
            elif number < 21:
                records.append(
                    {
                        "type": "cognitive_log",
                        "id": uid,
                        "activity": "reading",
                        "started_at": at,
                        "duration_seconds": 900,
                    }
                )
            else:
                items = [{"food_group": "leafy_greens", "servings": 1}, {"food_group": "fish", "servings": 0.5}]
                records.append({"type": "diet_log", "id": uid, "eaten_at": at, "meal": "lunch", "items": items})
        profile = {"birth_year": 1950 + person, "time_zone": "UTC", "not_applicable": []}
        lines.append(json.dumps({"profile": profile, "week": str(week), "records": records, "confirmed": ["diet"]}))
    return lines
