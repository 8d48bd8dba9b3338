"""Counters: the same rules in Redis and in PostgreSQL, and what happens while Redis is away or hangs."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import F

from backend.limits import counting, postgres_counters, redis_counters
from backend.limits.charges import Charge, charge
from backend.limits.counting import count
from backend.limits.models import Counter
from backend.limits.policies import PolicyName, all_policies, policy

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["redis", "postgres"])
def counters(request: pytest.FixtureRequest, db: None, settings: Any) -> str:
    if request.param == "postgres":
        settings.REDIS_URL = AWAY
    settings.RATE_LIMITS = ["sign_in=3/300", "sign_in_account=5/300", "secret_entry=3/6"]
    return str(request.param)


def test_a_quota_is_allowed_and_no_more(counters: str) -> None:
    decisions = [count(charge("sign_in", "somebody")) for _ in range(5)]
    assert [decision.allowed for decision in decisions] == [True, True, True, False, False]
    assert [decision.standings[0].remaining for decision in decisions] == [2, 1, 0, 0, 0]
    assert [decision.retry_after for decision in decisions[:3]] == [0, 0, 0]
    assert all(95 <= decision.retry_after <= 100 for decision in decisions[3:])
    assert count(charge("sign_in", "somebody else")).allowed


def test_the_headers_say_how_much_is_left_and_when_to_come_back(counters: str) -> None:
    headers = [count(charge("sign_in", "somebody")).headers() for _ in range(4)]
    assert headers[0] == {"RateLimit-Policy": '"sign_in";q=3;w=300', "RateLimit": '"sign_in";r=2;t=100'}
    assert headers[3].keys() == {"RateLimit-Policy", "RateLimit", "Retry-After"}
    left = re.fullmatch(r'"sign_in";r=0;t=(\d+)', headers[3]["RateLimit"])
    assert left is not None
    assert 295 <= int(left[1]) <= 300
    assert 95 <= int(headers[3]["Retry-After"]) <= 100


def test_if_one_limit_is_used_up_no_other_is_charged(counters: str) -> None:
    both = (charge("sign_in_account", "account"), charge("sign_in", "account:here"))
    assert [count(*both).allowed for _ in range(6)] == [True, True, True, False, False, False]
    assert [count(charge("sign_in_account", "account")).allowed for _ in range(3)] == [True, True, False]


def test_what_is_used_comes_back(counters: str) -> None:
    assert [count(charge("secret_entry", "token")).allowed for _ in range(4)] == [True] * 3 + [False]
    time.sleep(2.1)
    assert [count(charge("secret_entry", "token")).allowed for _ in range(2)] == [True, False]


def test_of_many_at_once_exactly_the_quota_is_allowed_in_redis(settings: Any) -> None:
    settings.RATE_LIMITS = ["sign_in=5/3600"]
    assert at_once(lambda: count(charge("sign_in", "somebody")).allowed).count(True) == 5


# One limit by itself, too: of two, the first one's row lock keeps the second in order.
@pytest.mark.parametrize("names", [["sign_in"], ["sign_in", "sign_in_account"]])
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_the_quota_is_allowed_in_postgresql(settings: Any, names: list[PolicyName]) -> None:
    settings.RATE_LIMITS = ["sign_in=5/3600", "sign_in_account=5/3600"]

    def take() -> bool:
        charges = [charge(name, "somebody") for name in names]
        return all(standing.wait == 0 for standing in postgres_counters.take(charges))

    answers = at_once(take, before=lambda: connection.ensure_connection(), after=lambda: connection.close())
    assert answers.count(True) == 5


def at_once(
    call: Callable[[], bool],
    *,
    before: Callable[[], object] = bool,
    after: Callable[[], object] = bool,
    threads: int = 24,
) -> list[bool]:
    """What many threads are told that call twice each, all from the same moment on."""
    barrier, answers = threading.Barrier(threads), list[bool]()

    def run() -> None:
        before()
        barrier.wait()
        try:
            answers.extend([call(), call()])
        finally:
            after()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(answers) == 2 * threads
    return answers


# --- without Redis


@pytest.mark.django_db
def test_without_redis_what_guards_a_secret_is_counted_and_the_rest_passes(settings: Any) -> None:
    settings.REDIS_URL = AWAY
    settings.RATE_LIMITS = ["sign_in=2/300", "participant_writes=2/300"]
    assert [count(charge("sign_in", "somebody")).allowed for _ in range(3)] == [True, True, False]
    decisions = [count(charge("participant_writes", "somebody")) for _ in range(3)]
    assert [decision.allowed for decision in decisions] == [True, True, True]
    assert decisions[0].headers() == {}


def test_that_redis_is_away_is_said_once_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = AWAY
    monkeypatch.setattr(counting._Said, "at", float("-inf"))
    with structlog.testing.capture_logs() as events:
        for _ in range(3):
            redis_counters.reset_breaker()
            count(charge("anonymous", "192.0.2.1"))
    assert events == [{"event": "limits_without_redis", "reason": "ConnectionError", "log_level": "warning"}]


@pytest.fixture
def hanging_redis(settings: Any) -> Iterator[None]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        yield


def test_a_redis_that_hangs_costs_a_fifth_of_a_second_once(hanging_redis: None) -> None:
    first, later = [], []
    for _ in range(4):  # the best of four, for other processes may want this machine too
        redis_counters.reset_breaker()
        first.append(seconds_to_count())
        later.append(seconds_to_count())
    assert min(first) <= 0.2
    assert min(later) <= 0.01


def seconds_to_count() -> float:
    started = time.perf_counter()
    assert count(charge("participant_writes", "somebody")).allowed
    return time.perf_counter() - started


def test_after_a_pause_redis_is_asked_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    works, settings.REDIS_URL = settings.REDIS_URL, AWAY
    assert count(charge("anonymous", "192.0.2.1")).standings == ()
    settings.REDIS_URL = works
    assert count(charge("anonymous", "192.0.2.1")).standings == ()
    later = time.monotonic() + redis_counters.PAUSE
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert len(count(charge("anonymous", "192.0.2.1")).standings) == 1


@pytest.mark.django_db(transaction=True)
def test_a_charge_outlives_what_its_caller_rolls_back(settings: Any) -> None:
    """A transaction around a charge would take it back with everything else: that is refused outright."""
    settings.REDIS_URL = AWAY
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        count(charge("sign_in", "somebody"))


@pytest.mark.django_db
def test_counters_that_are_free_again_are_removed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = AWAY
    count(charge("sign_in", "long ago"))
    Counter.objects.update(free_at=F("free_at") - timedelta(days=1))
    monkeypatch.setattr(postgres_counters._Cleaned, "at", float("-inf"))
    count(charge("sign_in", "just now"))
    assert list(Counter.objects.values_list("key", flat=True)) == ["sign_in:just now"]


@pytest.mark.django_db
def test_counters_are_not_worth_a_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'limits_counter'")
        assert cursor.fetchone() == ("u",)


# --- the table of limits


def test_every_limit_can_be_changed_by_its_name(settings: Any) -> None:
    settings.RATE_LIMITS = ["sign_in=10/900", " participant_reads=6000/60 "]
    assert (policy("sign_in").quota, policy("sign_in").seconds) == (10, 900)
    assert policy("participant_reads").interval == 10_000
    assert policy("sign_in").guards_secret


@pytest.mark.parametrize("change", ["sign_in", "sign_in=0/60", "sign_in=5/0", "sign_inn=5/60", "sign_in=-1/60", "=1/1"])
def test_a_limit_that_is_none_is_refused(settings: Any, change: str) -> None:
    settings.RATE_LIMITS = [change]
    with pytest.raises(ImproperlyConfigured, match="ENGRAM_RATE_LIMITS"):
        policy("sign_in")


def test_everything_where_a_secret_could_be_guessed_holds_without_redis() -> None:
    open_ones = {each.name for each in all_policies() if not each.guards_secret}
    assert open_ones == {"participant_reads", "participant_writes", "anonymous", "mail_choices"}


def test_a_key_fits_its_column() -> None:
    longest = max(
        (Charge(each, "f" * 32 + ":" + "2001:db8:ffff:ffff::") for each in all_policies()), key=lambda c: len(c.key)
    )
    assert len(longest.key) <= Counter._meta.get_field("key").max_length  # type: ignore[operator]
