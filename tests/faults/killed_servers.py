"""8 phones, each a process of its own with the TypeScript client, while web, PostgreSQL and the phones are killed.

Afterwards: everything that was acknowledged is there, nothing is there twice, and every phone has the same.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from backend.sync.records import registry
from config.demo.processes import free_port
from tests.clients.test_typescript import CLIENT_PROCESS, build_client_process
from tests.figures import Figures
from tracker.weekly_scores import score_due_weeks

PHONES = 8
SERVER_KILLS = 50
PHONE_KILLS = 20
PAUSE = 7.5  # seconds: PostgreSQL's keeper restarts it five times a minute at most, and every second kill is its
OPERATIONS = "60"
PATIENCE = 300
HOST = "127.0.0.1"
BEFORE, AFTER = "before the server had it", "after it, before the answer"


class Web:
    """Granian, killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port(HOST, preferred=0)
        self.log = (folder / "web.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        granian = str(Path(sys.executable).parent / "granian")
        options = ["--interface", "wsgi", "--no-ws", "--host", HOST, "--port", str(self.port), "--workers", "2"]
        command = [granian, *options, "--workers-kill-timeout", "2", "config.wsgi:application"]
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{self.port}/readyz", timeout=2):
                return
            time.sleep(0.1)
        raise TimeoutError("The API does not answer.")

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Phone:
    """One device: its token, its database, and the process that is at work on it, started again whenever it ends."""

    def __init__(self, number: int, user: User, folder: Path, server: str, chance: random.Random) -> None:
        now = timezone.now()
        self.token = f"token-of-phone-{number}"
        issue_token(Device.objects.create(user=user, last_seen_at=now), self.token, now=now, first_used_at=now)
        self.log = folder / f"phone-{number}.jsonl"
        self.output = (folder / f"phone-{number}.log").open("ab")
        self.chance = chance
        self.command = ["node", str(CLIENT_PROCESS), "--server", server, "--token", self.token]
        self.command += [
            "--account",
            str(user.pk),
            "--database",
            str(folder / f"phone-{number}.db"),
            "--log",
            str(self.log),
        ]
        self.process: subprocess.Popen[bytes] | None = None
        self.exits: Counter[int] = Counter()

    def work(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self.exits[self.process.returncode] += 1
        arguments = ["--seed", str(self.chance.randrange(10**9)), "--operations", OPERATIONS]
        self.process = subprocess.Popen([*self.command, *arguments], stdout=self.output, stderr=self.output)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def finish(self) -> subprocess.Popen[bytes]:
        self.kill()
        return subprocess.Popen([*self.command, "--finish"], stdout=subprocess.PIPE, stderr=self.output)

    def acknowledged(self) -> list[dict[str, Any]]:
        """Whole lines only: the last may have been cut by a kill."""
        text = self.log.read_text() if self.log.exists() else ""
        return [json.loads(line) for line in text.split("\n")[:-1]]


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A phone was killed, and its connection with it."""


class Between:
    """A proxy in front of web. It kills a phone that is to die in the middle of a push: before or after the server has it.

    What was cut off before is passed on all the same, and may arrive after the phone's next process has sent it again.
    """

    def __init__(self, web: Web, chance: random.Random) -> None:
        self.chance = chance
        self.doomed: dict[str, tuple[Phone, str]] = {}
        self.killed: Counter[str] = Counter()
        self.killing = threading.Lock()
        self.pushes = 0
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                sender = moment = None
                if self.path == "/v1/sync/push":
                    between.pushes += 1
                    if doomed := between.doomed.get(token):
                        phone, moment = doomed
                        sender = phone.process  # the one that dies, or none: the phone's next one is in another push
                if sender is not None and moment == BEFORE:
                    between.kill(token, sender, BEFORE)
                upstream = http.client.HTTPConnection(HOST, web.port, timeout=30)
                try:
                    upstream.request(self.command, self.path, body, dict(self.headers))
                    answer = upstream.getresponse()
                    content = answer.read()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True  # as a phone sees it: the connection breaks
                    self.connection.close()
                    return
                finally:
                    upstream.close()
                if sender is not None and moment == AFTER and answer.status == 200 and self.is_waited_for():
                    between.kill(token, sender, AFTER)
                with suppress(OSError):
                    self.send_response(answer.status)
                    for name, value in answer.getheaders():
                        if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                            self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)

            def is_waited_for(self) -> bool:
                """Not by a phone that lost its patience."""
                try:
                    return bool(self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
                except BlockingIOError:
                    return True
                except OSError:
                    return False

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = QuietServer((HOST, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def doom(self, phone: Phone) -> None:
        """Once, in the first of its pushes in which that moment comes."""
        self.doomed.setdefault(phone.token, (phone, self.chance.choice((BEFORE, AFTER))))

    def kill(self, token: str, sender: subprocess.Popen[bytes], moment: str) -> None:
        """Counted only if it was alive until now, and still to die."""
        with self.killing:
            if sender.poll() is None and self.doomed.pop(token, None) is not None:
                sender.kill()
                self.killed[moment] += sender.wait() == -signal.SIGKILL

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server.server_address[1]}"


def measure(figures: Figures) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1_000_000))
    kills = int(os.environ.get("FAULT_SERVER_KILLS") or SERVER_KILLS)
    print(
        f"\n{PHONES} phones, {kills} kills of web and PostgreSQL, {PHONE_KILLS} of phones, FAULT_SEED={seed}",
        flush=True,
    )
    chance = random.Random(seed)
    user = User.objects.create(email=f"phones-{seed}@example.org", home_time_zone="Europe/Helsinki")
    with tempfile.TemporaryDirectory(prefix="engram-phones-") as name:
        folder = Path(name)
        build_client_process(folder)
        web = Web(folder)
        between = Between(web, chance)
        phones = [
            Phone(number, user, folder, between.address, random.Random(seed + number)) for number in range(PHONES)
        ]
        try:
            web.wait()
            killed = disturb(web, between, phones, chance, kills)
            web.wait()
            for _ in range(2):  # what one has still sent, another may have pulled too early
                states = [finished(phone, process) for phone, process in [(phone, phone.finish()) for phone in phones]]
        finally:
            for phone in phones:
                phone.kill()
            web.stop()
            between.server.shutdown()
        report(figures, user, phones, states, killed + between.killed, between.pushes, kills)


def disturb(web: Web, between: Between, phones: list[Phone], chance: random.Random, kills: int) -> Counter[str]:
    """Phones at work all the time; the servers are killed in turns, and now and then a phone in the middle of a push."""
    killed: Counter[str] = Counter()
    stop = threading.Event()
    working = threading.Thread(target=keep_working, args=(phones, stop))
    working.start()
    try:
        for number in range(kills):
            time.sleep(PAUSE * chance.uniform(0.8, 1.2))
            if number * PHONE_KILLS // kills != (number - 1) * PHONE_KILLS // kills:
                between.doom(chance.choice(phones))
            if number % 2:
                kill_postgres()
                killed["PostgreSQL"] += 1
            else:
                web.kill()
                killed["web"] += 1
            print(f"  kill {number + 1}: {between.pushes} pushes, phones killed {dict(between.killed)}", flush=True)
        deadline = time.monotonic() + 60
        while sum(between.killed.values()) < PHONE_KILLS and time.monotonic() < deadline:
            between.doom(chance.choice(phones))
            time.sleep(0.3)
    finally:
        stop.set()
        working.join()
        between.doomed.clear()
    return killed


def keep_working(phones: list[Phone], stop: threading.Event) -> None:
    while not stop.wait(0.2):
        for phone in phones:
            phone.work()


def kill_postgres() -> None:
    """The postmaster, by SIGKILL; its keeper starts it again, and it recovers from its log."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection.close()
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
            status = Path(f"/proc/{backend}/status").read_text()
            postmaster = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
            os.kill(int(postmaster), signal.SIGKILL)
            connection.close()
            return
        time.sleep(0.2)
    raise TimeoutError("PostgreSQL did not come back.")


def finished(phone: Phone, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    output, _ = process.communicate(timeout=PATIENCE)
    if process.returncode != 0:
        said = Path(str(phone.output.name)).read_text()[-2000:]
        raise AssertionError(f"A phone came to no rest ({process.returncode}):\n{said}")
    state: dict[str, Any] = json.loads(output.splitlines()[-1])
    return state


def report(
    figures: Figures,
    user: User,
    phones: list[Phone],
    states: list[dict[str, Any]],
    killed: Counter[str],
    pushes: int,
    kills: int,
) -> None:
    score_due_weeks()
    rows = {
        (record_type.name, str(row["uid"])): dict[str, Any](row)
        for record_type in registry
        for row in record_type.model._default_manager.filter(user=user).values()
    }
    live = {key: row["version"] for key, row in rows.items() if row["deleted_at"] is None}
    logs = [phone.acknowledged() for phone in phones]
    outcomes = [event for log in logs for event in log if event["kind"] == "outcome"]
    stored = [
        event for event in outcomes if event["outcome"] in ("created", "replaced", "deleted") and event["version"]
    ]
    lost = [event for event in stored if is_lost(event, rows.get((event["type"], event["id"])))]
    back = [event for event in stored if event["outcome"] == "deleted" and (event["type"], event["id"]) in live]
    # Each write has a note of its own, and only the phone that wrote it sends it. Of a conflict "both" leaves it to the new
    # record alone: the first one says what the other phone wrote. So nothing explains a second record with it.
    notes = {rows[key]["note"] for key in live}
    held = [{(record["type"], record["id"]): record["version"] for record in state["records"]} for state in states]
    contents = {json.dumps([state["records"], state["scores"]], sort_keys=True) for state in states}
    figures.at_least("kills of web", killed["web"], "", kills - kills // 2)
    figures.at_least("kills of PostgreSQL", killed["PostgreSQL"], "", kills // 2)
    figures.at_least("phones killed in the middle of a push", killed[BEFORE] + killed[AFTER], "", PHONE_KILLS)
    for moment in (BEFORE, AFTER):
        figures.at_least(f"of these {moment}", killed[moment], "", 1)
    figures.note("pushes", pushes, "")
    figures.at_least("acknowledged changes", len(stored), "", 500)
    figures.note("records, live", len(live), "")
    figures.at_least("sessions that a second phone had too, kept once", sum(map(merged_from_another, logs)), "", 1)
    figures.at_most("acknowledged and lost", len(lost), "", 0)
    figures.at_most("deleted and back again", len(back), "", 0)
    figures.at_most("records that say what another one says", len(live) - len(notes), "", 0)
    figures.at_most("phones that differ from the server", sum(records != live for records in held), "", 0)
    figures.at_most("different contents among the phones", len(contents) - 1, "", 0)


def is_lost(event: dict[str, Any], row: dict[str, Any] | None) -> bool:
    """The first of an origin may be deleted while a second is on its way: that one then is, without a row of its own."""
    return event["outcome"] != "deleted" if row is None else bool(row["version"] < event["version"])


def merged_from_another(log: list[dict[str, Any]]) -> int:
    """How often the record that stayed (`same_as`) was another phone's."""
    own = {event["id"] for event in log if event["kind"] == "outcome" and event["outcome"] in ("created", "duplicate")}
    return sum(event["kind"] == "merged" and event["into"] not in own for event in log)
