"""Thirty-two writers on one participant, workers that score, and a reader who follows by cursor, all at once.

Each has a connection of its own, and what they write is committed.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from tests.conftest import Phone, cognitive, exercise, meal
from tests.sync.conftest import delete, upsert
from tests.sync.machine.said import MONDAY
from tracker.models import DueWeek
from tracker.weekly_scores import score_due_weeks

WRITERS = 32
WORKERS = 3
CHANGES_A_PUSH = 8
SHARED = 6
MOST_SECONDS = 600
MOST_BUSY = 30
Key = tuple[str, str]


@dataclass
class Report:
    """`acknowledged`: each record's highest version that some writer was told; `seen`: what the reader was given last.

    `twice`: what the reader was given although it had that version or a later one already.
    """

    acknowledged: dict[Key, int] = field(default_factory=dict)
    seen: dict[Key, int] = field(default_factory=dict)
    twice: list[tuple[Key, int, int]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[BaseException] = field(default_factory=list)
    pages: int = 0
    scored: int = 0
    not_scored: int = 0
    deadlocks: int = 0
    busy: int = 0
    seconds: float = 0.0

    @property
    def changes(self) -> int:
        """Those that were made; the others were conflicts."""
        return sum(self.outcomes[name] for name in ("created", "replaced", "deleted"))

    @property
    def skipped(self) -> dict[Key, tuple[int, int]]:
        """Of what was acknowledged, what the reader never got, with the version that it has instead."""
        return {
            key: (version, self.seen.get(key, 0))
            for key, version in self.acknowledged.items()
            if self.seen.get(key, 0) < version
        }


def crowd(phone: Phone, *, changes: int) -> Report:
    """Let them loose until so many changes are acknowledged and the reader has caught up."""
    return _Crowd(phone, changes).run()


class _Crowd:
    def __init__(self, phone: Phone, changes: int) -> None:
        self.phone = phone
        self.report = Report()
        self.wanted = changes
        self.lock = threading.Lock()
        self.written = threading.Event()
        self.shared = [cognitive(MONDAY) for _ in range(SHARED)]

    def run(self) -> Report:
        before = _deadlocks()
        started = time.monotonic()
        writers = [self._start(self._write, number) for number in range(WRITERS)]
        others = [self._start(self._score) for _ in range(WORKERS)] + [self._start(self._read)]
        for thread in writers:
            thread.join(MOST_SECONDS)
        self.written.set()
        for thread in others:
            thread.join(MOST_SECONDS)
        self.report.seconds = time.monotonic() - started
        self.report.not_scored = DueWeek.objects.filter(user=self.phone.user).count()
        time.sleep(0.5)  # what a connection has counted is in the statistics once it is gone
        self.report.deadlocks = _deadlocks() - before
        return self.report

    def _start(self, work: Callable[..., None], *arguments: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            except BaseException as error:
                self.report.errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def _client(self) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.phone.token}")
        return client

    def _write(self, number: int) -> None:
        """New records, edits and deletions of one's own, and edits of what all the others edit too."""
        client, random = self._client(), Random(number)
        own: dict[Key, tuple[dict[str, Any], int]] = {}
        known: dict[str, int] = {}
        while True:
            with self.lock:
                if self.report.changes >= self.wanted:
                    return
            changes = [self._change(random, own, known) for _ in range(CHANGES_A_PUSH - 1)]
            shared = random.choice(self.shared)
            changes.append(
                upsert("cognitive_log", {**shared, "note": random.randbytes(8).hex()}, known.get(shared["id"], 0))
            )
            self._learn(changes, self._push(client, changes), own, known)

    def _push(self, client: APIClient, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The outcomes. On a slow machine somebody among so many waits longer than the server lets them: they say the same
        again, as an app does."""
        for _ in range(MOST_BUSY):
            answer = client.post(
                "/v1/sync/push", {"account": str(self.phone.user.pk), "changes": changes}, format="json"
            )
            if answer.status_code != 503:
                break
            with self.lock:
                self.report.busy += 1
        assert answer.status_code == 200, answer.content
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    def _change(
        self, random: Random, own: dict[Key, tuple[dict[str, Any], int]], known: dict[str, int]
    ) -> dict[str, Any]:
        """Each record is changed at most once a push: it is not among one's own until it is acknowledged."""
        if len(own) < CHANGES_A_PUSH or random.random() < 0.6:
            day = MONDAY - timedelta(days=random.randrange(28))
            name = random.choice(["exercise_log", "cognitive_log", "diet_log"])
            made = {"exercise_log": exercise, "cognitive_log": cognitive}
            record = made[name](day) if name in made else meal(day, berries=1)
            return upsert(name, record)
        key = random.choice(sorted(own))
        record, version = own.pop(key)
        if random.random() < 0.3:
            return delete(key[0], key[1], version)
        return upsert(key[0], {**record, "note": random.randbytes(8).hex()}, version)

    def _learn(
        self,
        changes: list[dict[str, Any]],
        outcomes: list[dict[str, Any]],
        own: dict[Key, tuple[dict[str, Any], int]],
        known: dict[str, int],
    ) -> None:
        shared = changes[-1]["id"]
        with self.lock:
            for change, outcome in zip(changes, outcomes, strict=True):
                self.report.outcomes[outcome["outcome"]] += 1
                key = (change["type"], change["id"])
                if outcome["outcome"] in ("created", "replaced", "deleted"):
                    version = outcome["version"]
                    self.report.acknowledged[key] = max(version, self.report.acknowledged.get(key, 0))
                    if outcome["outcome"] != "deleted" and change["id"] != shared:
                        own[key] = ({"id": change["id"], **change["record"]}, version)
        known[shared] = outcomes[-1].get("version", 0)

    def _score(self) -> None:
        while not self.written.is_set():
            scored = score_due_weeks()
            assert scored.failed == 0
            with self.lock:
                self.report.scored += scored.scored
        score_due_weeks()

    def _read(self) -> None:
        """As an app does it: the last cursor, again and again. When all is written, until there is no more."""
        client, cursor = self._client(), None
        while True:
            last = self.written.is_set()
            while True:
                query = f"cursor={cursor}&limit=100" if cursor else "types=exercise_log,cognitive_log,diet_log"
                page = client.get(f"/v1/sync/pull?{query}").json()
                self.report.pages += 1
                cursor = page["cursor"]
                for change in page["changes"]:
                    self._see((change["type"], change["id"]), change["version"])
                if not page["has_more"]:
                    break
            if last:
                return

    def _see(self, key: Key, version: int) -> None:
        had = self.report.seen.get(key, 0)
        if version <= had:
            self.report.twice.append((key, had, version))
        self.report.seen[key] = version


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
