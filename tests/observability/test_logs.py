"""What the logs of real processes hold: a canary in everything that a caller sends never shows up in them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from backend.observability.log_fields import FIELDS
from tests.conftest import exercise, make_phone
from tests.servers import Server, environment_of_test, serving

CANARY = "c4n4ry-from-the-caller"
CRASHING = {"DJANGO_SETTINGS_MODULE": "tests.observability.crashing_settings", "LOG_LEVEL": "DEBUG"}


def lines(log: str) -> list[dict[str, Any]]:
    """Our lines; granian says a few words of its own before it loads the application."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def ask(server: Server, method: str, path: str, body: Any = None, **headers: str) -> int | None:
    connected = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    canaries = {
        "User-Agent": CANARY,
        "X-Request-ID": CANARY,
        "X-Correlation-ID": CANARY,
        "Referer": f"http://{CANARY}/",
    }
    sent = None if body is None else json.dumps(body)
    try:
        connected.request(method, path, sent, {"Content-Type": "application/json", **canaries, **headers})
        answer = connected.getresponse()
        answer.read()
        return answer.status
    except http.client.HTTPException:
        return None  # broken off, as it was meant to be
    finally:
        connected.close()


@pytest.mark.django_db(transaction=True)
def test_nothing_that_a_caller_sends_is_in_the_servers_log(tmp_path: Path, catalogue: None, last_week: Any) -> None:
    phone = make_phone(f"{CANARY}@example.org", display_name=CANARY)
    with serving(tmp_path, CRASHING) as server:

        def signed_in(method: str, path: str, body: Any = None) -> int | None:
            return ask(server, method, path, body, **phone.authorization)

        log = exercise(last_week.monday, note=CANARY, activity_name=CANARY)
        answers = [
            signed_in("POST", "/v1/exercise-logs", log),
            signed_in("GET", f"/v1/exercise-logs/{log['id']}"),
            signed_in("GET", f"/v1/exercise-logs?{CANARY}={CANARY}"),
            signed_in("POST", "/v1/exercise-logs", {CANARY: CANARY}),
            signed_in("GET", f"/v1/{CANARY}"),
            signed_in(CANARY.upper(), "/v1/me"),
            ask(server, "GET", "/v1/me", Authorization=f"Bearer {CANARY}"),
            ask(server, "GET", "/v1/server", Host=f"{CANARY}.example.org"),
            ask(server, "POST", "/auth/app/v1/auth/login", {"email": f"{CANARY}@example.org", "password": CANARY}),
            ask(server, "POST", "/auth/app/v1/auth/login", {"email": CANARY, "password": CANARY}),
            ask(server, "GET", "/admin/", Cookie=f"sessionid={CANARY}"),
            ask(server, "POST", f"/crash/raises/{CANARY}?q={CANARY}", CANARY, **phone.authorization),
            ask(server, "GET", f"/crash/constraint?q={CANARY}"),
            ask(server, "GET", f"/crash/stream?q={CANARY}"),
            ask(server, "GET", f"/crash/talks?q={CANARY}"),
        ]
        # The host name is refused where ALLOWED_HOSTS says so; in demo mode it is any.
        assert answers[:7] == [201, 200, 422, 422, 404, 405, 401]
        assert answers[8:13] == [400, 400, 302, 500, 500]
        assert answers[14] == 200
    text = server.log.read_text()
    assert CANARY not in text.lower()
    assert phone.token not in text
    assert "example.org" not in text
    found = lines(text)
    assert not [line for line in found if not line.keys() <= FIELDS]
    requests = {(line["request"], line["code"]) for line in found if line["event"] == "request_finished"}
    assert {
        ("POST /v1/exercise-logs", 201),
        ("GET /v1/exercise-logs/<id:uid>", 200),
        ("GET (no such address)", 404),
        ("OTHER /v1/me", 405),
        ("POST /auth/app/v1/auth/login", 400),
    } <= requests
    crashes = {line["exception"]: line for line in found if line["event"] == "request_failed"}
    assert crashes["ValueError"]["frames"][-1].startswith("tests/observability/crashing.py:")
    assert crashes["ValueError"]["frames"][-1].endswith(":raises")
    assert crashes["IntegrityError < UniqueViolation"]["sqlstate"] == "23505"
    said = [line for line in found if line["logger"] in ("ours", "theirs")]
    assert [line["event"] for line in said] == ["said", "It says %s", "not_shown", "not_shown", "It says %(what)s"]
    assert said[0]["count"] == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_that_a_task_crashed_on_is_in_the_workers_log(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    command = [str(Path(sys.executable).parent / "celery"), "-A", "config.celery", "worker", "--pool", "solo"]
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [*command, "--queues", "crashing", "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
            env={**environment_of_test(), **CRASHING},
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        sender = Celery(broker=settings.REDIS_URL)
        sender.send_task("tests.observability.crashing.crash", [CANARY], queue="crashing", ignore_result=True)
        deadline = time.monotonic() + 30
        while "ValueError" not in log.read_text():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    text = log.read_text()
    assert CANARY not in text
    crash = next(line for line in lines(text) if line.get("exception"))
    assert (crash["exception"], crash["logger"]) == ("ValueError < KeyError", "celery.app.trace")
    assert crash["frames"][-1].startswith("tests/observability/crashing.py:")
    assert not [line for line in lines(text) if not line.keys() <= FIELDS]


def test_a_value_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    script = (
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings');"
        "import django; django.setup(); import structlog;"
        r"structlog.get_logger('x').error('one\ntwo\u2028three\x1b[31m', reason='a\r\n{\"event\": \"forged\"}' + 'x' * 500)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    written = json.loads(line)
    assert written["event"] == r"one\ntwo\u2028three\x1b[31m"
    assert written["reason"].startswith(r'a\r\n{"event": "forged"}xxx')
    assert len(written["reason"]) == 201
