"""A signed-in device has no need of a server session, and nobody gets in by one alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from backend.accounts.models import Device, SignIn, User
from backend.accounts.token_strategy import CLEARED_AT_ONCE
from tests.accounts.app import APP, PASSWORD, App

pytestmark = pytest.mark.django_db


def test_with_every_session_gone_everything_goes_on(app: App) -> None:
    token = app.token
    Session.objects.all().delete()
    assert app.api("get", "/v1/me").status_code == 200
    assert app.get("auth/session").json()["data"]["user"]["email"] == "rosa@example.org"
    assert app.get("account/authenticators").status_code == 200
    assert app.token == token
    # Its new session is kept, and not made again and again.
    assert Session.objects.count() == 1
    assert app.get("auth/session").status_code == 200
    assert Session.objects.count() == 1
    assert Device.objects.get().session_key == Session.objects.get().session_key


def test_after_that_a_sensitive_change_asks_for_the_password_again(app: App) -> None:
    Session.objects.all().delete()
    answer = app.post("account/email", {"email": "new@example.org"})
    assert answer.status_code == 401
    assert {"id": "reauthenticate"} in answer.json()["data"]["flows"]
    assert app.post("auth/reauthenticate", {"password": PASSWORD}).status_code == 200
    assert app.post("account/email", {"email": "new@example.org"}).status_code == 200


def test_a_session_of_somebody_else_in_its_place_is_not_taken(app: App, mailoutbox: list[Any]) -> None:
    other = App()
    other.sign_up(mailoutbox, "mallory@example.org")
    theirs = Device.objects.get(user__email="mallory@example.org").session_key
    Device.objects.filter(user__email="rosa@example.org").update(session_key=theirs)
    assert app.get("auth/session").json()["data"]["user"]["email"] == "rosa@example.org"


def test_revoking_ends_a_live_session_too(app: App) -> None:
    assert app.get("auth/session").status_code == 200
    assert app.api("delete", "/v1/devices").status_code == 204
    assert app.get("auth/session").status_code == 410
    assert (
        app.post("account/password/change", {"current_password": PASSWORD, "new_password": "x" * 20}).status_code == 410
    )
    assert User.objects.get().check_password(PASSWORD)


def test_a_request_in_flight_does_not_bring_a_revoked_device_back(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoked after the request was let in, and before its session was stored."""
    from allauth.account.internal.flows import reauthentication

    def revoke_meanwhile(request: Any) -> None:
        Device.objects.update(revoked_at="2026-01-01T00:00:00Z")
        original(request)

    original = reauthentication.reauthenticate_by_password
    monkeypatch.setattr(reauthentication, "reauthenticate_by_password", revoke_meanwhile)
    answer = app.post("auth/reauthenticate", {"password": PASSWORD})
    assert answer.status_code == 200
    assert "session_token" not in answer.json()["meta"]
    assert Device.objects.count() == 1
    assert not app.is_signed_in()


def test_a_sign_in_under_way_opens_nothing(client: Client, mailoutbox: list[Any]) -> None:
    app = App()
    app.post("auth/signup", {"email": "rosa@example.org", "password": PASSWORD})
    assert SignIn.objects.count() == 1
    assert app.api("get", "/v1/devices").json()["code"] == "authentication_failed"
    assert client.get(f"{APP}/account/authenticators", headers={"X-Session-Token": app.token}).status_code == 401
    assert not Device.objects.exists()


def test_sign_ins_that_have_ended_are_cleared_away(mailoutbox: list[Any]) -> None:
    for number in range(3):
        App().post("auth/signup", {"email": f"{number}@example.org", "password": PASSWORD})
    app = App()
    app.post("auth/signup", {"email": "rosa@example.org", "password": PASSWORD})
    SignIn.objects.update(expires_at="2026-01-01T00:00:00Z")
    assert app.get("auth/session").status_code == 410
    assert CLEARED_AT_ONCE >= 4
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")
    App().post("auth/password/request", {"email": "rosa@example.org"})
    assert (SignIn.objects.count(), Session.objects.count()) == (1, 1)
