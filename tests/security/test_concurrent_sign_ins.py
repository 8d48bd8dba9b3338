"""500 sign-ins at the same time against a limit of five: five passwords are looked at, by whichever counters there are."""

from __future__ import annotations

import http.client
import json
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings

from backend.accounts.models import User
from config.demo.processes import free_port
from tests.servers import serving

pytestmark = pytest.mark.django_db(transaction=True)

TRIES, AT_ONCE, LIMIT = 500, 50, 5


@pytest.fixture(params=["redis", "redis killed", "redis hanging"])
def counters(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Counters that take over begin anew. A machine busy with other tests must not look like a Redis that hangs."""
    if request.param == "redis":
        yield {"REDIS_URL": settings.REDIS_URL, "REDIS_PATIENCE": "30"}
    elif request.param == "redis killed":
        yield {"REDIS_URL": f"redis://127.0.0.1:{free_port('127.0.0.1', preferred=0)}/0"}
    else:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield {"REDIS_URL": f"redis://127.0.0.1:{silent.getsockname()[1]}/0"}


def attempt(port: int, password: str) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        body = json.dumps({"email": "rosa@example.org", "password": password})
        connection.request("POST", "/auth/app/v1/auth/login", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]
    finally:
        connection.close()


def test_of_500_sign_ins_at_once_exactly_five_are_evaluated(counters: dict[str, str], tmp_path: Path) -> None:
    user = User.objects.create_user("rosa@example.org", "correct horse battery staple")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    evaluations = tmp_path / "evaluations"
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.security.counted_settings",
        "EVALUATIONS": str(evaluations),
        **counters,
        "ENGRAM_RATE_LIMITS": f"sign_in={LIMIT}/86400,sign_in_address=100000/60,sign_in_account=100000/60",
    }
    with serving(tmp_path, environment, workers=2) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        port = int(server.address.rpartition(":")[2])
        answers = list(pool.map(lambda number: attempt(port, f"wrong password {number}"), range(TRIES)))
    statuses = Counter(status for status, _ in answers)
    assert statuses == {400: LIMIT, 429: TRIES - LIMIT}
    assert evaluations.stat().st_size == LIMIT
    waits: list[Any] = [int(wait) for status, wait in answers if status == 429 and wait is not None]
    assert len(waits) == TRIES - LIMIT
    assert 0 < min(waits) <= max(waits) <= 86400 / LIMIT
