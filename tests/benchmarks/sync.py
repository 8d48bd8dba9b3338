"""A push of 500 records against `COPY` of the same rows; records a second of many phones; a pull page of 500."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from tests.benchmarks import api
from tests.benchmarks.api import CLIENTS, RUNS, check_same, read, requests_a_second, server
from tests.figures import Figures

BATCH = 500
PUSHES = 9
PHONES = (1, 8, 32)
SECONDS = 5.0
DAYS = 60
TABLES = ("tracker_exerciselog", "tracker_cognitivelog", "tracker_dietlog")
PULL = "/v1/sync/pull?types=exercise_log,cognitive_log,diet_log&limit=500"


class BenchPhone:
    """A signed-in participant with one kept-alive connection."""

    def __init__(self, port: int) -> None:
        now = timezone.now()
        self.user = User.objects.create(email=f"{uuid.uuid4()}@example.org", date_joined=now - timedelta(days=400))
        self.token = f"token-{self.user.pk}"
        issue_token(Device.objects.create(user=self.user, last_seen_at=now), self.token, now=now, first_used_at=now)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def body(self, count: int = BATCH) -> bytes:
        changes = [_change(number) for number in range(count)]
        return json.dumps({"account": str(self.user.pk), "changes": changes}).encode()

    def push(self, body: bytes) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self.connection.request("POST", "/v1/sync/push", body, headers)
        answer = self.connection.getresponse()
        document = json.loads(answer.read())
        assert answer.status == 200, document
        outcomes: list[dict[str, Any]] = document["outcomes"]
        return outcomes


def _change(number: int) -> dict[str, Any]:
    """Two exercise logs, a cognitive one and two meals, over sixty days; a watch has told of the first."""
    uid = str(uuid.uuid4())
    day = date.today() - timedelta(days=1 + number % DAYS)  # noqa: DTZ011
    start = f"{day}T{6 + number % 15:02d}:{number % 60:02d}:00Z"
    kind = number % 5
    if kind < 2:
        origin = {"platform": "healthkit", "app_id": "watch", "external_id": uid} if kind == 0 else None
        record = {"activity": "walk", "started_at": start, "duration_seconds": 900, "origin": origin}
        return {"op": "upsert", "type": "exercise_log", "id": uid, "base_version": 0, "record": record}
    if kind == 2:
        record = {"activity": "reading", "started_at": start, "duration_seconds": 1200, "note": "a chapter"}
        return {"op": "upsert", "type": "cognitive_log", "id": uid, "base_version": 0, "record": record}
    items = [{"food_group": group, "servings": 1} for group in ("berries", "leafy_greens", "nuts")]
    record = {"eaten_at": start, "meal": "lunch", "items": items}
    return {"op": "upsert", "type": "diet_log", "id": uid, "base_version": 0, "record": record}


def measure(figures: Figures) -> None:
    with server() as port:
        _compare_with_copy(figures, port)
        for phones in PHONES:
            figures.note(f"records a second, {phones} phones", _records_a_second(port, phones), "records/s")
        _compare_pull(figures, port)


def _compare_with_copy(figures: Figures, port: int) -> None:
    """In turns, each into a participant of its own, everything committed. The whole push counts: HTTP, rules, due weeks."""
    pushes, copies = [], []
    phones = [BenchPhone(port) for _ in range(PUSHES + 1)]
    phones[0].push(phones[0].body())  # the server has warmed up
    for phone in phones[1:]:
        body = phone.body()
        started = time.perf_counter()
        outcomes = phone.push(body)
        pushes.append(time.perf_counter() - started)
        assert [outcome["outcome"] for outcome in outcomes] == ["created"] * BATCH
        copies.append(_copy(phone.user))
    ours, floor = median(pushes), median(copies)
    figures.note(f"push of {BATCH} mixed records", 1000 * ours, "ms")
    figures.note("COPY of the same rows", 1000 * floor, "ms")
    figures.at_most("push, ratio to COPY", ours / floor, "x", 6)


def _copy(user: User) -> float:
    """Seconds to COPY the rows of one participant into the same tables for another one, with a commit."""
    other = User.objects.create(email=f"{uuid.uuid4()}@example.org")
    with connection.cursor() as cursor:
        data = []
        for table in TABLES:
            cursor.execute(
                "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns"
                " WHERE table_name = %s AND column_name NOT IN ('id', 'user_id')",
                [table],
            )
            (columns,) = cursor.fetchone()
            rows = (
                f"COPY (SELECT '{other.pk}', {columns} FROM {table} WHERE user_id = '{user.pk}' ORDER BY id) TO STDOUT"
            )
            with cursor.copy(rows) as out:
                data.append((table, columns, b"".join(map(bytes, out))))
        started = time.perf_counter()
        with transaction.atomic():
            for table, columns, content in data:
                with cursor.copy(f"COPY {table} (user_id, {columns}) FROM STDIN") as copy:
                    copy.write(content)
        return time.perf_counter() - started


def _records_a_second(port: int, count: int) -> float:
    """Phones of different participants, each pushing one batch after the other."""
    phones = [BenchPhone(port) for _ in range(count)]
    stored = [0] * count
    stop = time.monotonic() + SECONDS

    def run(number: int) -> None:
        while time.monotonic() < stop:
            stored[number] += len(phones[number].push(phones[number].body()))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(stored) / (time.monotonic() - started)


def _compare_pull(figures: Figures, port: int) -> None:
    phone = BenchPhone(port)
    for _ in range(3):
        phone.push(phone.body())
    api.TOKEN = phone.token
    ours, theirs = PULL, "/bench/sync/pull"
    check_same("a pull page", read(port, ours), read(port, theirs))
    rates = [(requests_a_second(port, ours), requests_a_second(port, theirs)) for _ in range(RUNS)]
    mine, limit = max(rate for rate, _ in rates), max(rate for _, rate in rates)
    figures.note(f"a pull page of {BATCH}, {CLIENTS} clients", mine, "requests/s")
    figures.note("a pull page, as PostgreSQL makes it", limit, "requests/s")
    figures.at_least("a pull page, share of that", 100 * mine / limit, "%", 50)
