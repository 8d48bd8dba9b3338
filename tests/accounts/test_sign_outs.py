"""A changed password or second factor signs out everything else, from the next request on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from backend.accounts.devices import StaleSignIn, sign_in_device
from backend.accounts.models import Device, User
from tests.accounts.app import PASSWORD, App, mailed_code
from tests.accounts.totp import code_for, secret_of
from tests.staff import make_staff, signed_in

pytestmark = pytest.mark.django_db

NEW = "another horse, another battery"
Change = Callable[[App, list[Any]], None]


def change_password(app: App, mailoutbox: list[Any]) -> None:
    answer = app.post("account/password/change", {"current_password": PASSWORD, "new_password": NEW})
    assert answer.status_code == 200, answer.content
    assert mailoutbox[-1].subject == "Engram: Your password was changed"
    assert "signs out every device" in mailoutbox[-1].body


def activate_totp(app: App, mailoutbox: list[Any]) -> None:
    app.reauthenticate()
    secret = secret_of(app)
    assert app.post("account/authenticators/totp", {"code": code_for(secret)}).status_code == 200


@pytest.fixture
def others(app: App) -> tuple[App, Client]:
    """Rosa's tablet, and a browser in which she is signed in."""
    tablet, browser = App(), Client()
    assert tablet.sign_in().status_code == 200
    browser.force_login(User.objects.get())
    assert browser.get("/account/").status_code == 200
    return tablet, browser


@pytest.mark.parametrize("change", [change_password, activate_totp])
def test_the_device_that_asked_stays_and_nothing_else(
    app: App, others: tuple[App, Client], change: Change, mailoutbox: list[Any]
) -> None:
    tablet, browser = others
    token = app.token
    change(app, mailoutbox)
    assert app.is_signed_in()
    assert app.token == token
    assert not tablet.is_signed_in()
    assert tablet.api("get", "/v1/me").json()["code"] == "device_revoked"
    assert browser.get("/account/").status_code == 302
    # The session of the one that asked is as good as before: it needs no password for the next change.
    assert app.get("account/authenticators/recovery-codes").status_code in (200, 404)


def test_new_recovery_codes_and_a_removed_factor_do_so_too(app: App, mailoutbox: list[Any]) -> None:
    activate_totp(app, mailoutbox)
    for method, path in (("post", "recovery-codes"), ("delete", "totp")):
        user = User.objects.get()
        proof = user.get_session_auth_hash()
        tablet = App(sign_in_device(user.pk, {}, session_key="", proof=proof, now=timezone.now()))
        assert tablet.is_signed_in()
        assert app.call(method, f"account/authenticators/{path}", {}).status_code == 200
        assert [app.is_signed_in(), tablet.is_signed_in()] == [True, False]
    assert not Authenticator.objects.exists()


def test_using_a_recovery_code_signs_nobody_out(app: App, mailoutbox: list[Any]) -> None:
    activate_totp(app, mailoutbox)
    codes = app.get("account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    tablet = App()
    tablet.sign_in()
    assert tablet.post("auth/2fa/authenticate", {"code": codes[0]}).status_code == 200
    assert [tablet.is_signed_in(), app.is_signed_in()] == [True, True]


def test_a_reset_by_code_signs_out_every_device(app: App, others: tuple[App, Client], mailoutbox: list[Any]) -> None:
    tablet, browser = others
    lost = App()
    assert lost.post("auth/password/request", {"email": "rosa@example.org"}).status_code == 401
    answer = lost.post("auth/password/reset", {"key": mailed_code(mailoutbox), "password": NEW})
    assert answer.status_code == 401, answer.content
    assert [app.is_signed_in(), tablet.is_signed_in()] == [False, False]
    assert browser.get("/account/").status_code == 302
    assert App().sign_in(password=PASSWORD).status_code == 400
    assert App().sign_in(password=NEW).status_code == 200


def test_a_signed_in_device_that_resets_is_signed_out_as_well(app: App, mailoutbox: list[Any]) -> None:
    app.post("auth/password/request", {"email": "rosa@example.org"})
    app.post("auth/password/reset", {"key": mailed_code(mailoutbox), "password": NEW})
    assert User.objects.get().check_password(NEW)
    assert not app.is_signed_in()


@pytest.mark.parametrize("way", ["admin", "command", "code"])
def test_whoever_sets_the_password_in_whatever_way(
    app: App, way: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "admin":
        client = signed_in(make_staff("boss@example.org", superuser=True))
        form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
        path = f"/admin/accounts/user/{User.objects.get(email='rosa@example.org').pk}/password/"
        assert client.post(path, form).status_code == 302
    elif way == "command":
        monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
        call_command("changepassword", "rosa@example.org", verbosity=0)
    else:
        user = User.objects.get()
        user.set_password(NEW)
        user.save()
    assert User.objects.get(email="rosa@example.org").check_password(NEW)
    assert not app.is_signed_in()


def test_a_refused_change_signs_nobody_out(app: App, others: tuple[App, Client]) -> None:
    tablet, browser = others
    answer = app.post("account/password/change", {"current_password": "not the passphrase", "new_password": NEW})
    assert answer.status_code == 400
    assert [app.is_signed_in(), tablet.is_signed_in()] == [True, True]
    assert browser.get("/account/").status_code == 200


def test_a_sign_in_that_the_change_overtakes_gets_no_device(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old password was right a moment ago; in the meantime it was changed."""
    from allauth.account.adapter import DefaultAccountAdapter

    def change_meanwhile(adapter: Any, request: Any, user: User) -> None:
        original(adapter, request, user)
        other = User.objects.get(pk=user.pk)
        other.set_password(NEW)
        other.save()

    original = DefaultAccountAdapter.login
    monkeypatch.setattr(DefaultAccountAdapter, "login", change_meanwhile)
    late = App()
    answer = late.sign_in()
    assert answer.status_code == 401
    assert not late.token
    assert not Device.objects.filter(revoked_at=None).exists()


def test_a_device_needs_proof_of_the_credentials_of_now(app: App) -> None:
    user = User.objects.get()
    with pytest.raises(StaleSignIn):
        sign_in_device(user.pk, {}, session_key="", proof="", now=user.date_joined)
    assert Device.objects.count() == 1


def test_a_new_address_counts_once_its_code_was_entered_and_the_old_one_hears_of_it(
    app: App, mailoutbox: list[Any]
) -> None:
    mailoutbox.clear()
    app.reauthenticate()
    assert app.post("account/email", {"email": "Rosa.New@example.org"}).status_code == 200
    assert app.api("get", "/v1/me").json()["email"] == "rosa@example.org"
    assert [mail.to for mail in mailoutbox] == [["rosa.new@example.org"]]
    assert app.post("auth/email/verify", {"key": "AAAA-AAAA"}).status_code == 400
    assert app.post("auth/email/verify", {"key": mailed_code(mailoutbox)}).status_code == 200
    assert app.api("get", "/v1/me").json()["email"] == "rosa.new@example.org"
    assert [mail.to for mail in mailoutbox][1:] == [["rosa@example.org"]]
    assert "changed from rosa@example.org to rosa.new@example.org" in mailoutbox[-1].body
    assert App().sign_in("rosa@example.org").status_code == 400
    assert App().sign_in("rosa.new@example.org").status_code == 200
