"""Signing up, confirming the address by code, signing in and out, as an app does: with the token and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import DeviceToken, User
from backend.accounts.tokens import token_hash

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
AUTH = "/auth/app/v1/auth"


def post(client: Client, path: str, data: dict[str, Any], token: str = "") -> Any:
    headers = {"X-Session-Token": token} if token else {}
    return client.post(f"{AUTH}/{path}", data, content_type="application/json", headers=headers)


def sign_up(client: Client, mailoutbox: list[Any], email: str = "rosa@example.org") -> str:
    answer = post(client, "signup", {"email": email, "password": PASSWORD})
    assert answer.status_code == 401
    pending = answer.json()["meta"]["session_token"]
    code = re.search(r"^\s*([A-Z0-9]+-?[A-Z0-9]+)\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert code is not None
    answer = post(client, "email/verify", {"key": code.group(1)}, pending)
    assert answer.status_code == 200, answer.content
    token: str = answer.json()["meta"]["session_token"]
    assert token != pending
    assert Client().get("/v1/me", headers={"Authorization": f"Bearer {pending}"}).status_code == 401
    return token


def me(token: str) -> Any:
    return Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_an_app_signs_up_confirms_and_uses_the_api(client: Client, mailoutbox: list[Any]) -> None:
    token = sign_up(client, mailoutbox)
    assert me(token).json()["email"] == "rosa@example.org"
    assert bytes(DeviceToken.objects.get(device__user__email="rosa@example.org").token_hash) == token_hash(token)


def test_an_unconfirmed_address_gets_no_token_that_opens_anything(client: Client) -> None:
    answer = post(client, "signup", {"email": "rosa@example.org", "password": PASSWORD})
    assert me(answer.json()["meta"]["session_token"]).status_code == 401


def test_signing_in_again_makes_another_device(client: Client, mailoutbox: list[Any]) -> None:
    first = sign_up(client, mailoutbox)
    answer = post(Client(), "login", {"email": "Rosa@Example.org", "password": PASSWORD})
    assert answer.status_code == 200
    second = answer.json()["meta"]["session_token"]
    assert second != first
    assert me(first).status_code == me(second).status_code == 200


def test_signing_out_is_effective_at_once(client: Client, mailoutbox: list[Any]) -> None:
    token = sign_up(client, mailoutbox)
    answer = Client().delete(f"{AUTH}/session", headers={"X-Session-Token": token})
    assert answer.status_code == 401
    assert me(token).status_code == 401


def test_a_wrong_password_signs_nobody_in(client: Client, mailoutbox: list[Any]) -> None:
    sign_up(client, mailoutbox)
    answer = post(Client(), "login", {"email": "rosa@example.org", "password": "not the passphrase"})
    assert answer.status_code == 400
    assert "session_token" not in answer.json().get("meta", {})


def test_a_short_password_is_refused(client: Client) -> None:
    answer = post(client, "signup", {"email": "rosa@example.org", "password": "elevenchars"})
    assert answer.status_code == 400
    assert not User.objects.exists()


def test_inactive_participants_are_out(client: Client, mailoutbox: list[Any]) -> None:
    token = sign_up(client, mailoutbox)
    User.objects.update(is_active=False)
    assert me(token).status_code == 401


def test_cookies_mean_nothing_to_the_api(client: Client, mailoutbox: list[Any]) -> None:
    sign_up(client, mailoutbox)
    client.force_login(User.objects.get())
    assert client.get("/v1/me").status_code == 401


def test_nobody_learns_who_has_an_account(client: Client, mailoutbox: list[Any]) -> None:
    """Signing up with an address that is taken, or asking for a password of none, looks like the other case."""
    sign_up(client, mailoutbox)
    fresh = post(Client(), "signup", {"email": "new@example.org", "password": PASSWORD})
    taken = post(Client(), "signup", {"email": "rosa@example.org", "password": PASSWORD})
    assert taken.status_code == fresh.status_code == 401
    assert taken.json()["data"] == fresh.json()["data"]
    assert "sign in with your password" in mailoutbox[-1].body
    known = post(Client(), "password/request", {"email": "rosa@example.org"})
    unknown = post(Client(), "password/request", {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 401
    assert known.json()["data"] == unknown.json()["data"]
    assert "There is no account with it" in mailoutbox[-1].body
    assert User.objects.filter(email="rosa@example.org").count() == 1


def test_a_lost_sign_up_can_be_finished_by_signing_in(client: Client, mailoutbox: list[Any]) -> None:
    post(client, "signup", {"email": "rosa@example.org", "password": PASSWORD})
    answer = post(Client(), "login", {"email": "rosa@example.org", "password": PASSWORD})
    assert answer.status_code == 401
    assert "verify_email" in [flow["id"] for flow in answer.json()["data"]["flows"]]
    assert len(mailoutbox) == 2


def test_behind_a_proxy_each_caller_has_a_limit_of_their_own(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.RATE_LIMITS = ["sign_in_address=30/60"]

    def attempt(caller: str, forged: str = "") -> int:
        forwarded = f"{forged}, {caller}" if forged else caller
        body = {"email": f"{caller}@example.org", "password": "wrong password of nobody"}
        headers = {"X-Forwarded-For": forwarded}
        return client.post(f"{AUTH}/login", body, content_type="application/json", headers=headers).status_code

    assert {attempt(f"192.0.2.{number}") for number in range(1, 41)} == {400}
    # What the caller writes there itself does not count.
    answers = [attempt("198.51.100.7", forged=f"203.0.113.{number}") for number in range(1, 41)]
    assert answers[0] == 400
    assert answers[-1] == 429
