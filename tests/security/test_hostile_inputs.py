"""Hostile input: a clear refusal or plain text, nothing stored by a refusal, never a defect, and a bounded memory."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.test import Client

from backend.accounts.models import DeviceToken
from tests.conftest import Phone, exercise, make_phone, meal
from tests.memory import resident
from tests.security.hostile_inputs import EXERCISE, LOGS, ME, NAMES, TEXTS, Case, refusals
from tests.servers import Server, serving

REFUSALS = refusals()
CASES = [case for cases in REFUSALS.values() for case in cases]
PROBLEM = "application/problem+json"
MEBIBYTE = 1024 * 1024


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.fixture
def values(phone: Phone, other_phone: Phone, last_week: Any) -> Mapping[str, str]:
    """What cases are filled with: of a participant with a few logs, and another's."""

    def cursor_of(owner: Phone, path: str, made: list[dict[str, Any]]) -> str:
        for record in made:
            assert owner.post(path, record).status_code == 201
        return str(owner.get(f"{path}?limit=1").json()["next_cursor"])

    logs = [exercise(last_week.monday) for _ in range(2)]
    cursor = cursor_of(phone, LOGS, logs)
    payload, _, signature = cursor.partition(":")
    return {
        "log": logs[0]["id"],
        "token": phone.token,
        "token_cut": phone.token[:-1],
        "token_upper": phone.token.upper(),
        "token_hash": bytes(DeviceToken.objects.get(device__user=phone.user).token_hash).hex(),
        "cursor": cursor,
        "cursor_cut": cursor[:-1],
        "cursor_changed": f"{payload[:-1]}{'A' if payload[-1] != 'A' else 'B'}:{signature}",
        "cursor_unsigned": payload,
        "meal_cursor": cursor_of(phone, "/v1/diet-logs", [meal(last_week.monday, nuts=1) for _ in range(2)]),
        "other_cursor": cursor_of(other_phone, LOGS, [exercise(last_week.monday) for _ in range(2)]),
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def send(client: Client, case: Case, values: Mapping[str, str]) -> Any:
    headers = {name: filled(value, values) for name, value in case.headers.items()}
    if case.authorization:
        headers["Authorization"] = filled(case.authorization, values)
    body = case.body if isinstance(case.body, bytes) else b"" if case.body is None else json.dumps(case.body).encode()
    return client.generic(case.method, filled(case.path, values), body, case.content_type, headers=headers)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


def faults(case: Case, answer: Any) -> Iterator[str]:
    """What is wrong with a refusal; nothing, if it is the one that the case names."""
    if answer.status_code != case.status:
        yield f"status {answer.status_code} for {case.status}: {answer.content[:200]!r}"
        return
    problem = answer.json()
    if problem["status"] != case.status or len(answer.content) > 2_000_000:
        yield "the document"
    if case.code is not None and (problem.get("code"), answer["Content-Type"]) != (case.code, PROBLEM):
        yield f"code {problem.get('code')} for {case.code}"
    if case.code is not None and not 0 < len(problem["detail"]) < 200:
        yield "the detail"
    if case.pointer is not None:
        first = problem["errors"][0]
        if (first["pointer"], first["code"]) != case.pointer:
            yield f"error {first} for {case.pointer}"


@pytest.mark.django_db
@pytest.mark.parametrize("cases", REFUSALS.values(), ids=REFUSALS)
def test_each_is_refused_clearly_and_stores_nothing(cases: list[Case], values: Mapping[str, str]) -> None:
    client = Client(raise_request_exception=False)
    wrong = []
    before = rows()
    for case in cases:
        wrong += [f"{case.name}: {fault}" for fault in faults(case, send(client, case, values))]
        if (after := rows()) != before:
            wrong.append(f"{case.name}: it changed {dict(after.items() ^ before.items())}")
            before = after
    assert wrong == []


# --- text is text


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_note_comes_back_as_it_was_written(phone: Phone, last_week: Any, text: str) -> None:
    record = exercise(last_week.monday, note=text)
    assert phone.post(LOGS, record).status_code == 201
    answer = phone.get(f"{LOGS}/{record['id']}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")
    assert answer.json()["note"] == text
    assert phone.get(LOGS).json()["results"][0]["note"] == text


@pytest.mark.django_db
@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_a_name_comes_back_as_it_was_written(phone: Phone, last_week: Any, text: str) -> None:
    origin = {"platform": text[:40], "app_id": text, "external_id": text}
    record = exercise(last_week.monday, activity_name=text, origin=origin)
    assert phone.post(LOGS, record).status_code == 201
    stored = phone.get(f"{LOGS}/{record['id']}").json()
    assert (stored["activity_name"], stored["origin"]) == (text, origin)
    assert phone.patch(ME, {"display_name": text}).json()["display_name"] == text


@pytest.mark.django_db
def test_unknown_zones_of_any_spelling_are_kept_and_flagged(phone: Phone, last_week: Any) -> None:
    for zone in ("../../etc/passwd", "<b>", "Atlantis/Capital", "=1+1"):
        record = exercise(last_week.monday, time_zone=zone)
        stored = phone.post(LOGS, record).json()
        assert (stored["time_zone"], stored["flags"]) == (zone, ["unknown_time_zone"])


# --- memory


@pytest.fixture
def server(tmp_path: Path, catalogue: None) -> Iterator[Server]:
    with serving(tmp_path, {"ENGRAM_RATE_LIMITS": "participant_writes=100000/60,anonymous=100000/60"}) as server:
        yield server


@pytest.mark.django_db(transaction=True)
def test_no_body_makes_the_server_grow(server: Server) -> None:
    phone = make_phone()
    EmailAddress.objects.filter(user=phone.user).update(verified=True)
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"}

    def post(body: Any, path: str = LOGS, **more: str) -> int:
        connected = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=30)
        try:
            connected.request("POST", path, body, {**headers, **more}, encode_chunked="Transfer-Encoding" in more)
            return connected.getresponse().status
        except (BrokenPipeError, ConnectionResetError):
            return 413  # the server answered and hung up while we were still sending
        finally:
            connected.close()

    bombs = [case for case in CASES if case.name.startswith(("gzip: ", "not JSON: 100 000", "not JSON: 40 000"))]

    def all_of_them() -> None:
        for case in bombs:
            assert post(case.body, **case.headers) == case.status, case.name
        many = (b" " * MEBIBYTE for _ in range(64))
        assert post(many, **{"Transfer-Encoding": "chunked"}) == 413
        assert post(b" " * 32 * MEBIBYTE) == 413
        assert post(json.dumps({**EXERCISE, "note": "x" * 200_000})) == 422

    post(json.dumps({**EXERCISE, "id": str(uuid.uuid4())}))
    before = resident(server.process.pid, "VmRSS")
    for _ in range(5):
        all_of_them()
    grown = resident(server.process.pid, "VmHWM") - before
    print(f"{5 * (len(bombs) + 3)} bombs; at its most the server had grown by {grown / MEBIBYTE:.1f} MiB")
    assert grown < 64 * MEBIBYTE
