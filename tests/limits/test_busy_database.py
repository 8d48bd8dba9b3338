"""PostgreSQL that is slow or away: an answer in time that says so, and is no defect."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.conftest import exercise, make_phone
from tests.servers import Server, environment_of_test, serving
from tracker.models import ExerciseLog


def ask(server: Server, method: str, path: str, token: str, body: Any = None) -> tuple[int, Any, str | None]:
    connected = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connected.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connected.getresponse()
    return answer.status, json.loads(answer.read()), answer.headers["Retry-After"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("lock_seconds", "statement_seconds", "sqlstate"), [("0.3", "10", "55P03"), ("10", "0.3", "57014")]
)
def test_a_request_waits_for_neither_a_lock_nor_a_statement_for_long(
    tmp_path: Path, catalogue: None, last_week: Any, lock_seconds: str, statement_seconds: str, sqlstate: str
) -> None:
    phone = make_phone()
    bounds = {
        "ENGRAM_LOCK_TIMEOUT_SECONDS": lock_seconds,
        "ENGRAM_STATEMENT_TIMEOUT_SECONDS": statement_seconds,
        "LOG_LEVEL": "WARNING",
    }
    with serving(tmp_path, bounds) as server, psycopg.connect(environment_of_test()["DATABASE_URL"]) as other:
        other.execute("LOCK TABLE tracker_exerciselog IN ACCESS EXCLUSIVE MODE")
        for method, body in (("GET", None), ("POST", exercise(last_week.monday))):
            started = time.monotonic()
            status, problem, retry = ask(server, method, "/v1/exercise-logs", phone.token, body)
            assert (status, problem["code"], retry) == (503, "busy", "5")
            assert time.monotonic() - started < 4.5
        other.rollback()
        assert ask(server, "GET", "/v1/exercise-logs", phone.token)[0] == 200
        assert f'"sqlstate": "{sqlstate}"' in server.log.read_text()
    assert ExerciseLog.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/v1/me", "/auth/app/v1/auth/session", "/admin/login/"])
def test_without_postgresql_everything_answers_503(tmp_path: Path, path: str) -> None:
    nowhere = {"DATABASE_URL": "postgres://engram@127.0.0.1:1/engram"}
    with serving(tmp_path, nowhere) as server:
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={'a' * 32}"}
        connected = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
        connected.request("GET", path, headers={**cookie, "Authorization": "Bearer x", "X-Session-Token": "x"})
        answer = connected.getresponse()
        assert (answer.status, json.loads(answer.read())["code"], answer.headers["Retry-After"]) == (503, "busy", "5")


@pytest.mark.django_db
def test_workers_and_commands_are_not_bounded() -> None:
    """Only config/wsgi.py bounds its process; this one is none."""
    asked = (
        "from django.db import connection; cursor = connection.cursor();"
        " cursor.execute(\"SELECT current_setting('statement_timeout'), current_setting('lock_timeout')\");"
        " print(cursor.fetchone())"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", asked]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "('0', '0')"
