"""Nobody learns from an answer, or from how long it takes, whether an address has an account."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from backend.accounts import even_answers
from backend.accounts.models import User
from backend.limits.policies import all_policies
from tests.accounts.app import PASSWORD, App, mailed_code
from tests.accounts.timing import compare

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "rosa@example.org", "nora@example.org"


def exchange(app: App, *calls: tuple[str, str, dict[str, Any] | None]) -> list[Any]:
    """What an onlooker sees of each answer: everything but the random token."""
    seen = []
    for method, path, body in calls:
        answer = app.call(method, path, body)
        content = re.sub(rb'"session_token": "[\w-]{43}"', b'"session_token": "random"', answer.content)
        headers = {name: value for name, value in answer.headers.items() if name not in TIMES}
        seen.append((answer.status_code, content, headers))
    return seen


# What is left of limits is told to the second, of the addresses as of the accounts: whether there is one or not.
TIMES = {"Expires", "RateLimit", "Retry-After"}


def sign_up(email: str) -> list[Any]:
    return exchange(
        App(),
        ("post", "auth/signup", {"email": email, "password": PASSWORD}),
        ("get", "auth/session", None),
        ("post", "auth/email/verify", {"key": "AAAA-AAAA"}),
        ("post", "auth/email/verify/resend", {}),
        ("post", "account/email", {"email": "third@example.org"}),
        *[("post", "auth/email/verify", {"key": "AAAA-AAAA"})] * 3,
        ("get", "auth/session", None),
    )


def sign_in(email: str) -> list[Any]:
    call: tuple[str, str, dict[str, Any]] = ("post", "auth/login", {"email": email, "password": "wrong password here"})
    return exchange(App(), *[call] * 7)


def ask_for_a_password(email: str) -> list[Any]:
    reset = "auth/password/reset"
    return exchange(
        App(),
        ("post", "auth/password/request", {"email": email}),
        ("get", "auth/session", None),
        ("get", reset, None),
        ("post", reset, {"key": "AAAA-AAAA", "password": "short"}),
        *[("post", reset, {"key": "AAAA-AAAA", "password": PASSWORD})] * 3,
    )


def ask_for_a_password_and_look_at_the_code(email: str) -> list[Any]:
    ask: tuple[str, str, dict[str, Any]] = ("post", "auth/password/request", {"email": email})
    return exchange(App(), ask, *[("get", "auth/password/reset", None)] * 5)


@pytest.mark.parametrize("talk", [sign_up, sign_in, ask_for_a_password, ask_for_a_password_and_look_at_the_code])
def test_the_whole_exchange_is_the_same(app: App, mailoutbox: list[Any], talk: Callable[[str], list[Any]]) -> None:
    mailoutbox.clear()
    answers, mails = [], []
    for email in (KNOWN, UNKNOWN):
        cache.clear()
        answers.append(talk(email))
        mails.append([mail.to for mail in mailoutbox])
        mailoutbox.clear()
    for known, unknown in zip(*answers, strict=True):
        assert known == unknown
    assert len(mails[0]) == len(mails[1]) == (0 if talk is sign_in else 1)


def test_nor_does_who_is_signed_in_by_trying_addresses(app: App, mailoutbox: list[Any]) -> None:
    other = App()
    other.sign_up(mailoutbox, "mallory@example.org")
    other.reauthenticate()
    answers = []
    for email in (KNOWN, UNKNOWN):
        cache.clear()
        mailoutbox.clear()
        answer = other.post("account/email", {"email": email})
        answers.append((answer.status_code, answer.content.replace(email.encode(), b"the address")))
        assert [mail.to for mail in mailoutbox] == [[email]]
    assert answers[0] == answers[1]


def test_an_address_that_somebody_else_claims_is_given_to_nobody(app: App, mailoutbox: list[Any]) -> None:
    """Rosa has it, whether or not she has confirmed it; who can read her mail may reset her password instead."""
    for confirmed in (True, False):
        EmailAddress.objects.filter(email=KNOWN).update(verified=confirmed)
        other = App()
        other.sign_up(mailoutbox, f"{confirmed}@example.org")
        other.reauthenticate()
        cache.clear()
        assert other.post("account/email", {"email": KNOWN}).status_code == 200
        answer = other.post("auth/email/verify", {"key": mailed_code(mailoutbox)})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "email_taken")
        assert other.api("get", "/v1/me").json()["email"] == f"{confirmed}@example.org".lower()
    assert User.objects.get(email=KNOWN)


class Clock:
    """The work takes as long as it is told; who sleeps is woken on the dot."""

    def __init__(self, work: float) -> None:
        self.readings = [100.0, 100.0 + work]
        self.slept = 0.0

    def monotonic(self) -> float:
        return self.readings.pop(0)

    def sleep(self, seconds: float) -> None:
        self.slept = seconds


@pytest.mark.parametrize(("work", "answered"), [(0.01, 0.3), (0.11, 0.3), (0.299, 0.3), (0.301, 0.6), (1.0, 1.2)])
def test_answers_go_out_at_full_steps(
    work: float, answered: float, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVEN_ANSWERS_STEP = 0.3
    monkeypatch.setattr(even_answers, "time", clock := Clock(work))
    try_to_sign_in(UNKNOWN)
    assert work + clock.slept == pytest.approx(answered)


def test_where_the_work_takes_longer_the_steps_do_too(
    settings: Any, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the one kind would be answered at one step, and the other at the next."""
    settings.EVEN_ANSWERS_STEP = 0.3
    middleware = even_answers.EvenAnswersMiddleware(lambda request: HttpResponse(status=401))
    request = rf.post("/")
    request.resolver_match = resolve("/auth/app/v1/auth/signup")

    def answered(work: float) -> float:
        monkeypatch.setattr(even_answers, "time", clock := Clock(work))
        middleware(request)
        return work + clock.slept

    known, unknown = zip(*((answered(0.285), answered(0.315)) for _ in range(30)), strict=True)
    assert [*known[1:], *unknown[1:]] == pytest.approx([0.45] * 58, abs=0.025)
    for _ in range(100):
        assert 60 < answered(60) <= 60 + 4 * 0.3
    assert answered(0.3) == pytest.approx(4 * 0.3)


def test_who_gets_in_and_who_asks_too_often_waits_for_nothing(
    app: App, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVEN_ANSWERS_STEP = 0.3
    settings.RATE_LIMITS = ["sign_in_address=1/3600"]
    cache.clear()
    for status in (200, 429):
        monkeypatch.setattr(even_answers, "time", clock := Clock(0.01))
        assert App().sign_in().status_code == status
        assert clock.slept == 0


TRIES = int(os.environ.get("TIMING_TRIES", "6"))


def try_to_sign_in(email: str) -> None:
    assert App().post("auth/login", {"email": email, "password": "wrong password here"}).status_code == 400


def try_to_sign_up(email: str) -> None:
    assert App().post("auth/signup", {"email": email, "password": PASSWORD}).status_code == 401


def ask_for_a_code(email: str) -> None:
    assert App().post("auth/password/request", {"email": email}).status_code == 401


@pytest.mark.parametrize(("attempt", "hashes"), [(try_to_sign_in, 1), (try_to_sign_up, 1), (ask_for_a_code, 0)])
def test_each_costs_as_many_hashes_as_the_other(
    app: App, attempt: Callable[[str], None], hashes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []

    def count_and(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            counted.append(name)
            return original(*args)

        return counting

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, count_and(name, getattr(Argon2PasswordHasher, name)))
    for email in (KNOWN, UNKNOWN):
        counted.clear()
        attempt(email)
        assert len(counted) == hashes, (email, counted)


@pytest.mark.parametrize("attempt", [try_to_sign_in, try_to_sign_up, ask_for_a_code])
def test_the_time_it_takes_tells_nothing(
    app: App, attempt: Callable[[str], None], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few tries show that answers wait; TIMING_TRIES=1000 asks the statistics."""
    settings.EVEN_ANSWERS_STEP = 0.3
    settings.RATE_LIMITS = [f"{policy.name}=100000/1" for policy in all_policies()]
    cache.clear()  # what was charged by the usual limits would last too long for these
    fresh = (f"nobody{number}@example.org" for number in count())
    comparison = compare(lambda: attempt(KNOWN), lambda: attempt(next(fresh)), tries=TRIES)
    with capsys.disabled():
        print(f"\n{attempt.__name__}: {comparison}")
    assert min(comparison.first + comparison.second) >= 0.3, comparison
    low, high = comparison.interval
    assert TRIES < 100 or low <= 0 <= high, comparison
