"""What a password must be, for whom; and that it is the same from every keyboard."""

from __future__ import annotations

import unicodedata
from typing import Any, Literal

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from backend.accounts.models import User
from tests.accounts.app import App
from tests.staff import make_staff, signed_in

pytestmark = pytest.mark.django_db

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


def error_codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("elevenchars", ["password_too_short"]),
        ("   elevenchars   ", ["password_too_short"]),
        ("ﬁ" * 5, ["password_too_short"]),
        ("x" * 257, ["password_too_long"]),
        ("telechargement", ["password_too_common"]),
        (" TelechargemenT ", ["password_too_common"]),
        ("".join(chr(ord(letter) + 0xFEE0) for letter in "telechargement"), ["password_too_common"]),
    ],
)
def test_refused_passwords_make_no_account(password: str, codes: list[str]) -> None:
    answer = App().post("auth/signup", {"email": "rosa@example.org", "password": password})
    assert (answer.status_code, error_codes(answer)) == (400, codes)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    [
        "xkcdxkcdxkcd",
        "alllowercaseletters",
        "x" * 256,
        "пароль моей бабушки",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧",
        "a b c d e f g",
    ],
)
def test_length_is_all_that_is_asked_for(password: str, mailoutbox: list[Any]) -> None:
    app = App()
    app.sign_up(mailoutbox, password=password)
    assert App().sign_in(password=password).status_code == 200
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("at_sign_up", "at_sign_in"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFC", "NFKD"), ("NFKC", "NFD")]
)
def test_a_password_is_the_same_from_every_phone(at_sign_up: Form, at_sign_in: Form, mailoutbox: list[Any]) -> None:
    password = "Zoë trinkt Kaffee ﬁrst"
    app = App()
    app.sign_up(mailoutbox, password=unicodedata.normalize(at_sign_up, password))
    assert App().sign_in(password=unicodedata.normalize(at_sign_in, password)).status_code == 200
    assert App().sign_in(password=f" {password} ").status_code == 200
    assert App().sign_in(password="Zoe trinkt Kaffee first").status_code == 400
    changed = {
        "current_password": unicodedata.normalize("NFD", password),
        "new_password": unicodedata.normalize("NFD", "ñ" * 12),
    }
    assert app.post("account/password/change", changed).status_code == 200
    assert App().sign_in(password=unicodedata.normalize("NFC", "ñ" * 12)).status_code == 200


def staff(password: str) -> User:
    user = User(email="staff@example.org", is_staff=True)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_staff_need_fifteen_characters_when_they_change_theirs() -> None:
    staff("fifteen letters")
    app = App()
    assert app.sign_in("staff@example.org", "fifteen letters").status_code == 200
    change = {"current_password": "fifteen letters", "new_password": "fourteen chars"}
    answer = app.post("account/password/change", change)
    assert (answer.status_code, error_codes(answer)) == (400, ["password_too_short"])
    assert User.objects.get().check_password("fifteen letters")
    assert app.post("account/password/change", {**change, "new_password": "fifteen letter2"}).status_code == 200


def test_who_becomes_staff_with_a_shorter_password_has_to_set_another(mailoutbox: list[Any]) -> None:
    app = App()
    app.sign_up(mailoutbox, password="twelve chars")
    User.objects.update(is_staff=True)
    answer = App().sign_in(password="twelve chars")
    assert (answer.status_code, error_codes(answer)) == (400, ["staff_password_too_short"])
    # Who doesn't know it learns nothing of it.
    assert error_codes(App().sign_in(password="other chars!")) == ["email_password_mismatch"]


def test_the_first_superuser_needs_a_password_for_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(password: str) -> None:
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
        call_command("createsuperuser", email="boss@example.org", interactive=False, verbosity=0)

    with pytest.raises(CommandError, match="fewer than 15"):
        create("fourteen chars")
    assert not User.objects.exists()
    create("fifteen letters")
    assert User.objects.get().is_superuser


@pytest.mark.parametrize(
    ("password", "stored"), [("fourteen chars", False), ("fifteen letters", True), ("x" * 257, False)]
)
def test_staff_set_in_the_admin_need_fifteen_too(client: Client, password: str, stored: bool) -> None:
    client = signed_in(make_staff("boss@example.org", superuser=True))
    form = {
        "email": "new@example.org",
        "password1": password,
        "password2": password,
        "is_staff": "on",
        "usable_password": "true",
    }
    client.post("/admin/accounts/user/add/", form)
    assert User.objects.filter(email="new@example.org").exists() is stored
