"""Does the server let strangers find out who has an account? The same bytes, and the same time, over real HTTP.

For each of signing up, signing in and resetting a password, addresses that have an account and addresses that have none are
tried in random order, each once. The answers must be equal byte for byte, up to the token made for each. Of the times, what
counts is how often a stranger guesses right who compares one of either kind (the Mann–Whitney U statistic as a share of pairs:
0.5 is chance), with its p-value and the difference of the medians.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import NormalDist, median
from time import perf_counter
from typing import Any

from django.contrib.auth.hashers import make_password

from backend.accounts.models import User
from config.demo.mailbox import local_mailbox
from config.demo.processes import Processes, free_port
from tests.figures import Figures

TRIES = 1000
HOST = "127.0.0.1"
PASSWORD = "a quiet walk by the river"
MOST_GUESSED = 0.05  # above or below chance
VARYING_HEADERS = {"date", "expires", "x-request-id", "ratelimit", "ratelimit-policy"}
REQUESTS = {
    "signing up": ("signup", {"password": PASSWORD}),
    "signing in": ("login", {"password": "not that password at all"}),
    "resetting a password": ("password/request", {}),
}


@dataclass(frozen=True)
class Comparison:
    """`guessed`: the share of pairs of a known and an unknown address in which the known one took longer."""

    guessed: float
    p_value: float
    median_difference: float

    @classmethod
    def of(cls, known: list[float], unknown: list[float]) -> Comparison:
        """Mann–Whitney U by ranks, with the normal approximation; ties are as good as absent in times."""
        ranked = sorted([(seconds, True) for seconds in known] + [(seconds, False) for seconds in unknown])
        ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, start=1) if is_known)
        n, m = len(known), len(unknown)
        u = ranks - n * (n + 1) / 2
        z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
        return cls(u / (n * m), 2 * (1 - NormalDist().cdf(abs(z))), median(known) - median(unknown))


def measure(figures: Figures, *, seed: int) -> None:
    """The figures of all three; the limits on tries are off (`tests/security/settings.py`)."""
    tries = int(os.environ.get("TIMING_TRIES") or TRIES)
    hashed = make_password(PASSWORD)
    for kind in REQUESTS:
        _make_accounts(_addresses(kind, "known", tries), hashed)
    port = free_port(HOST, preferred=0)
    with (
        tempfile.TemporaryDirectory(prefix="engram-enumeration-") as folder,
        local_mailbox(Path(folder) / "mail"),
        Processes(Path(folder) / "logs") as processes,
    ):
        processes.start(HOST, port)
        for kind, (path, body) in REQUESTS.items():
            _measure(figures, kind, port, path, body, tries, Random(seed))


def _addresses(kind: str, sort: str, count: int) -> list[str]:
    # As long as each other, and in no order.
    return [f"{sort:x<7}{list(REQUESTS).index(kind)}{number:05d}@example.org" for number in range(count)]


def _make_accounts(addresses: list[str], hashed: str) -> None:
    from allauth.account.models import EmailAddress

    users = User.objects.bulk_create([User(email=address, password=hashed) for address in addresses])
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users]
    )


def _measure(
    figures: Figures, kind: str, port: int, path: str, body: dict[str, str], tries: int, random: Random
) -> None:
    asked = [(sort, address) for sort in ("known", "unknown") for address in _addresses(kind, sort, tries)]
    random.shuffle(asked)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: dict[str, set[str]] = {"known": set(), "unknown": set()}
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    for sort, address in asked:
        started = perf_counter()
        answer = _post(connection, path, {"email": address, **body})
        times[sort].append(perf_counter() - started)
        answers[sort].add(answer.replace(address, "ADDRESS"))
    connection.close()
    compared = Comparison.of(times["known"], times["unknown"])
    same = answers["known"] == answers["unknown"]
    figures.at_most(f"{kind}: answers that tell who has an account", 0 if same else 1, "", 0)
    if not same:
        print("\n".join(sorted(answers["known"] ^ answers["unknown"])[:4]))
    figures.at_most(f"{kind}: guessed right by time, above chance", abs(compared.guessed - 0.5), "share", MOST_GUESSED)
    figures.note(f"{kind}: p-value of no difference, {tries} tries each", compared.p_value, "")
    figures.note(f"{kind}: difference of the medians", compared.median_difference * 1000, "ms")
    figures.note(f"{kind}: median", median(times["unknown"]) * 1000, "ms")


def _post(connection: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> str:
    """Status, headers and body, without what is new in every answer."""
    connection.request("POST", f"/auth/app/v1/auth/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    headers = sorted(
        f"{name.lower()}: {value}" for name, value in answer.getheaders() if name.lower() not in VARYING_HEADERS
    )
    text = re.sub(r'"session_token": ?"[\w-]+"', '"session_token": "TOKEN"', text)
    return f"{answer.status} {headers} {text}"
