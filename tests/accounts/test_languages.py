"""Mails about an account come in the language of whose it is; its pages in the browser's; the API's errors in English."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from backend.outbox.kinds import render
from backend.outbox.models import OutgoingMail
from tests.accounts.app import PASSWORD, App
from tests.conftest import give_password, make_phone
from tests.staff import make_staff, signed_in
from tests.tracker.test_languages import english_left_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def test_who_signs_up_on_a_spanish_phone_is_spoken_to_in_spanish(mailoutbox: list[Any]) -> None:
    app = App(headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    app.sign_up(mailoutbox)
    assert User.objects.get().language == "es"
    mail = mailoutbox[0]
    assert mail.subject == "Engram: Confirma tu dirección"
    assert "Alguien ha dado esta dirección en la aplicación." in mail.body
    assert english_left_in(mail.body) == []


@pytest.mark.parametrize("asked", ["", "fi,de;q=0.5", "*", "en,es;q=0.9", ";;q=,\x00", "e" * 5000])
def test_others_are_spoken_to_in_english(mailoutbox: list[Any], asked: str) -> None:
    App(headers={"Accept-Language": asked} if asked else {}).sign_up(mailoutbox)
    assert User.objects.get().language == "en"
    assert mailoutbox[0].subject == "Engram: Confirm your address"


def test_later_mails_follow_the_profile_and_not_the_phone(mailoutbox: list[Any]) -> None:
    app = App()
    app.sign_up(mailoutbox)
    assert app.api("patch", "/v1/me", {"language": "es"}).status_code == 200
    stranger = App(headers={"Accept-Language": "en"})
    stranger.post("auth/password/request", {"email": "rosa@example.org"})
    assert mailoutbox[-1].subject == "Engram: Un código para una contraseña nueva"
    stranger.post("auth/signup", {"email": "Rosa@example.org", "password": PASSWORD})
    assert mailoutbox[-1].subject == "Engram: Ya existe una cuenta"
    app.post("account/password/change", {"current_password": PASSWORD, "new_password": f"{PASSWORD}!"})
    assert mailoutbox[-1].subject == "Engram: Tu contraseña ha cambiado"
    assert "así se cierra la sesión en todos los dispositivos" in mailoutbox[-1].body
    for mail in mailoutbox[1:]:
        assert english_left_in(mail.body) == []
    App(headers={"Accept-Language": "es"}).post("auth/password/request", {"email": "nobody@example.org"})
    assert mailoutbox[-1].subject == "Engram: No existe ninguna cuenta con esta dirección"


def test_errors_for_apps_stay_english() -> None:
    app = App(headers={"Accept-Language": "es"})
    refused = app.post("auth/signup", {"email": "rosa@example.org", "password": "short"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"].startswith("This password has fewer than ")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/login/", "Los participantes se registran en la aplicación."),
        ("/account/signup/", "Regístrate en la aplicación"),
        ("/account/erasure", "Puedes borrar tu cuenta en cualquier momento"),
        ("/account/password/reset/", "contraseña"),
    ],
)
def test_pages_are_in_the_browsers_language(path: str, words: str) -> None:
    english, spanish = Client().get(path), Client(headers={"Accept-Language": "es-AR"}).get(path)
    assert words in spanish.content.decode()
    assert words not in english.content.decode()
    for page, language in ((english, "en"), (spanish, "es")):
        assert f'<html lang="{language}">' in page.content.decode()
        assert page["Content-Language"] == language
        assert "Accept-Language" in page["Vary"]


def test_the_pages_of_an_account_are_spanish(mailoutbox: list[Any]) -> None:
    rosa = make_phone("rosa@example.org", language="es")
    give_password(rosa.user, PASSWORD)
    browser = Client(headers={"Accept-Language": "es"})
    browser.force_login(rosa.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path, words in (
        ("/account/", "Tu sesión está iniciada como rosa@example.org."),
        ("/account/second-factor/", "Claves de acceso y llaves de seguridad"),
        ("/account/password/change/", "Cambiar la contraseña"),
        ("/account/erase", "Qué se borrará"),
    ):
        assert words in browser.get(path).content.decode(), path
    wrong = browser.post("/account/erase", {"action": "erase", "password": "wrong"})
    assert "Esta no es tu contraseña." in wrong.content.decode()
    assert "Te hemos enviado un código" in browser.post("/account/erase", {"action": "send_code"}).content.decode()
    assert mailoutbox[-1].subject == "Engram: tu código"
    assert "Vale durante 15 minutos." in mailoutbox[-1].body
    assert browser.post("/account/erase", {"action": "erase", "password": PASSWORD}).status_code == 302
    asked = OutgoingMail.objects.get(kind="erasure_requested")
    rendered = render(asked.kind, asked.context)
    assert rendered.subject == "Tu cuenta se borrará"
    months = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    assert re.search(rf"Se borrará el \w+ \d+ de (?:{months}) de 20\d\d, \d\d:\d\d \(UTC\)\.", rendered.text)
    assert english_left_in(rendered.text) == []
    page = browser.get("/account/erase").content.decode()
    assert "Tu cuenta se borrará el <strong>" in page
    assert rendered.text.partition("Se borrará el ")[2].partition(".")[0] in page


def test_a_mail_from_before_there_were_languages_keeps_its_words() -> None:
    rendered = render("erasure_requested", {"erases_at": "Tuesday 1 December 2026, 15:30 (Europe/Helsinki)"})
    assert rendered.subject == "Your account will be erased"
    assert "It will be erased on Tuesday 1 December 2026, 15:30 (Europe/Helsinki)." in rendered.text


def test_the_admin_stays_english() -> None:
    browser = signed_in(make_staff(superuser=True))
    page = browser.get("/admin/", headers={"Accept-Language": "es"})
    assert page.status_code == 200
    assert '<html lang="en' in page.content.decode()
