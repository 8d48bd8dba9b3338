"""Limits as apps and browsers meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from backend.accounts.models import Device, User
from tests.conftest import Phone, exercise
from tracker.models import ExerciseLog

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
AUTH = "/auth/app/v1/auth"
PROBLEM = "application/problem+json"


@pytest.fixture
def rosa(db: None) -> User:
    user = User.objects.create_user("rosa@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture(autouse=True)
def one_proxy(settings: Any) -> None:
    """So that a test can come from any address."""
    settings.TRUSTED_PROXIES = 1


def post(path: str, data: Any, *, caller: str = "198.51.100.1", token: str = "") -> Any:
    headers = {"X-Forwarded-For": caller, **({"X-Session-Token": token} if token else {})}
    return Client().post(f"{AUTH}/{path}", data, content_type="application/json", headers=headers)


def sign_in(password: str = PASSWORD, **options: Any) -> Any:
    return post("login", {"email": "rosa@example.org", "password": password}, **options)


# --- participants


def test_reads_and_writes_of_a_participant_are_counted_apart(phone: Phone, settings: Any, last_week: Any) -> None:
    settings.RATE_LIMITS = ["participant_reads=2/600", "participant_writes=1/600"]
    assert phone.get("/v1/me")["RateLimit"] == '"participant_reads";r=1;t=300'
    answer = phone.get("/v1/me")
    assert (answer.status_code, answer["RateLimit"].rpartition(";")[0]) == (200, '"participant_reads";r=0')
    assert answer["RateLimit-Policy"] == '"participant_reads";q=2;w=600'
    answer = phone.get("/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (429, PROBLEM)
    assert 290 <= int(answer["Retry-After"]) <= 300
    assert answer.json() == {
        "type": "urn:engram:problem:too_many_requests",
        "title": "Too Many Requests",
        "status": 429,
        "code": "too_many_requests",
        "detail": "Too many requests; wait before the next one.",
    }
    assert phone.post("/v1/exercise-logs", exercise(last_week.monday)).status_code == 201
    assert phone.post("/v1/exercise-logs", exercise(last_week.monday)).status_code == 429
    assert ExerciseLog.objects.count() == 1


def test_one_participant_takes_nothing_from_another(phone: Phone, other_phone: Phone, settings: Any) -> None:
    settings.RATE_LIMITS = ["participant_reads=1/600"]
    assert [phone.get("/v1/me").status_code for _ in range(2)] == [200, 429]
    assert other_phone.get("/v1/me").status_code == 200


def test_without_redis_logs_go_on(phone: Phone, settings: Any, last_week: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.RATE_LIMITS = ["participant_writes=1/600"]
    for _ in range(3):
        answer = phone.post("/v1/exercise-logs", exercise(last_week.monday))
        assert answer.status_code == 201
        assert "RateLimit" not in answer


# --- anybody


def test_open_endpoints_and_wrong_tokens_are_counted_by_address(client: Client, settings: Any, catalogue: None) -> None:
    settings.RATE_LIMITS = ["anonymous=2/600"]

    def ask(path: str, caller: str, **headers: str) -> int:
        return client.get(path, headers={"X-Forwarded-For": caller, **headers}).status_code

    assert [ask("/v1/server", "198.51.100.1") for _ in range(3)] == [200, 200, 429]
    assert ask("/v1/catalogue/foods", "198.51.100.1") == 429
    assert [ask("/v1/me", "198.51.100.2", Authorization=f"Bearer {n}") for n in range(3)] == [401, 401, 429]
    assert [ask("/v1/me", "2001:db8:0:1::1"), ask("/v1/me", "2001:db8:0:1:ffff::1")] == [401, 401]
    assert [ask("/v1/me", "2001:db8:0:1::2"), ask("/v1/me", "2001:db8:0:2::2")] == [429, 401]
    assert [ask("/auth/app/v1/config", "198.51.100.3") for _ in range(3)] == [200, 200, 429]


# --- signing in


def test_a_refused_sign_in_answers_in_allauths_form_with_our_headers(rosa: User) -> None:
    for _ in range(5):
        assert sign_in("a wrong password of hers").status_code == 400
    answer = sign_in()
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (429, "application/json", {"status": 429})
    assert 150 <= int(answer["Retry-After"]) <= 180
    assert answer["RateLimit-Policy"].startswith('"sign_in_address";q=60;w=900, "sign_in";q=5;w=900')
    assert not Device.objects.filter(user=rosa).exists()


def test_the_way_an_address_is_written_opens_no_second_limit(rosa: User) -> None:
    for email in ("rosa@example.org", "ROSA@example.org", " rosa@example.org", "rosa@EXAMPLE.org ", "Rosa@Example.Org"):
        assert post("login", {"email": email, "password": "a wrong password of hers"}).status_code == 400
    assert sign_in().status_code == 429


def test_who_fails_on_purpose_locks_nobody_out_elsewhere(rosa: User) -> None:
    for _ in range(8):
        sign_in("a wrong password of hers", caller="203.0.113.66")
    assert sign_in(caller="203.0.113.66").status_code == 429
    assert sign_in(caller="198.51.100.1").status_code == 200


def test_an_account_under_attack_from_everywhere_is_open_where_its_owner_was(rosa: User, settings: Any) -> None:
    settings.RATE_LIMITS = ["sign_in_account=10/3600"]
    assert sign_in(caller="198.51.100.1").status_code == 200
    attack = [sign_in("a wrong password of hers", caller=f"203.0.113.{number}").status_code for number in range(12)]
    assert attack == [400] * 9 + [429] * 3
    assert sign_in(caller="198.51.100.2").status_code == 429
    assert sign_in(caller="198.51.100.1").status_code == 200


def test_a_list_of_stolen_passwords_from_one_address_ends(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = ["sign_in_address=4/900"]
    answers = [post("login", {"email": f"p{n}@example.org", "password": PASSWORD}).status_code for n in range(6)]
    assert answers == [400] * 4 + [429] * 2


def test_the_admins_own_sign_in_is_limited_too(rosa: User) -> None:
    def attempt(password: str) -> Any:
        return Client().post("/admin/login/", {"username": "rosa@example.org", "password": password})

    User.objects.update(is_staff=True)
    for _ in range(5):
        assert attempt("a wrong password of hers").status_code == 200
    answer = attempt(PASSWORD)
    assert (answer.status_code, answer["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "sessionid" not in answer.cookies


# --- codes and mails


def test_a_code_can_be_tried_a_few_times_only_however_many_try_at_once(settings: Any, mailoutbox: list[Any]) -> None:
    settings.RATE_LIMITS = ["secret_entry=3/900"]
    pending = post("signup", {"email": "new@example.org", "password": PASSWORD}).json()["meta"]["session_token"]
    answers = [post("email/verify", {"key": f"AAAA-AAA{n}"}, token=pending).status_code for n in range(5)]
    assert answers[3:] == [429, 429]
    assert set(answers[:3]) <= {400, 409}
    code = re.search(r"^\s*([A-Z0-9]+-?[A-Z0-9]+)\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert code is not None
    assert post("email/verify", {"key": code[1]}, token=pending).status_code == 429
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_asking_whether_a_code_is_right_is_a_try_as_well(settings: Any, mailoutbox: list[Any]) -> None:
    settings.RATE_LIMITS = ["secret_entry=2/900"]
    pending = post("signup", {"email": "new@example.org", "password": PASSWORD}).json()["meta"]["session_token"]
    answers = []
    for number in range(4):
        headers = {"X-Session-Token": pending, "X-Email-Verification-Key": f"AAAA-AAA{number}"}
        answers.append(Client().get(f"{AUTH}/email/verify", headers=headers).status_code)
    assert answers[2:] == [429, 429]


def test_second_factors_are_counted_for_the_account_whatever_the_token(rosa: User, settings: Any) -> None:
    settings.RATE_LIMITS = ["secret_entry_account=4/3600", "secret_entry=2/900"]
    TOTP.activate(rosa, generate_totp_secret())
    answers = []
    for number in range(3):
        pending = sign_in(caller=f"198.51.100.{number}").json()["meta"]["session_token"]
        answers += [post("2fa/authenticate", {"code": "000000"}, token=pending).status_code for _ in range(3)]
    assert answers == [400, 400, 429, 400, 400, 429, 429, 429, 429]


def test_nobody_is_flooded_with_mail(rosa: User, mailoutbox: list[Any], settings: Any) -> None:
    settings.RATE_LIMITS = ["mail=2/3600", "mail_account=4/3600"]
    for caller in ("203.0.113.1", "203.0.113.2", "203.0.113.3"):
        for _ in range(3):
            post("password/request", {"email": "rosa@example.org"}, caller=caller)
    assert len(mailoutbox) == 4
