"""The web pages about erasing an account, for people who have no app at hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as engram
from django.shortcuts import resolve_url
from django.test import Client

from backend.privacy.models import ErasureRequest, ErasureState
from tests.conftest import Phone, give_password, make_phone

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
PAGE = "/account/erase"


@pytest.fixture
def rosa(catalogue: None) -> Phone:
    phone = make_phone("rosa@example.org")
    give_password(phone.user, PASSWORD)
    return phone


@pytest.fixture
def browser(rosa: Phone) -> Client:
    client = Client()
    client.force_login(rosa.user, backend=engram.AUTHENTICATION_BACKENDS[0])
    return client


def test_anybody_can_read_how_it_goes(client: Client) -> None:
    page = client.get("/account/erasure")
    assert page.status_code == 200
    assert 'href="/account/erase"' in page.content.decode()


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    for answer in (client.get(PAGE), client.post(PAGE, {"password": PASSWORD})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(resolve_url(engram.LOGIN_URL))
    assert not ErasureRequest.objects.exists()


def test_a_token_opens_no_page(rosa: Phone) -> None:
    assert rosa.get(PAGE).status_code == 302


def test_asking_and_taking_it_back(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert "rosa@example.org" in page
    assert "take it back for 7 days" in page
    assert browser.post(PAGE, {"action": "erase", "password": PASSWORD}).status_code == 302
    erasure = ErasureRequest.objects.get()
    assert (erasure.state, erasure.device_id) == (ErasureState.REQUESTED, None)
    assert f"{erasure.erases_at:%B %Y, %H:%M} (UTC)" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"action": "cancel"}).status_code == 302
    assert ErasureRequest.objects.get().state == ErasureState.CANCELLED
    assert "What will be erased" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"password": "wrong"}, 422, "This is not your password."),
        ({"code": "BCDF-GHJK"}, 422, "This code is not valid, or no longer."),
        ({}, 422, "Enter your password, or a code."),
    ],
)
def test_without_a_confirmation_nothing_happens(browser: Client, form: dict[str, str], status: int, words: str) -> None:
    answer = browser.post(PAGE, {"action": "erase", **form})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not ErasureRequest.objects.exists()


def test_a_code_comes_by_mail(browser: Client, mailoutbox: list[Any]) -> None:
    assert "We have mailed you a code" in browser.post(PAGE, {"action": "send_code"}).content.decode()
    code = re.findall(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", mailoutbox[0].body, re.MULTILINE)[0]
    assert browser.post(PAGE, {"action": "erase", "code": code}).status_code == 302
    assert ErasureRequest.objects.get().state == ErasureState.REQUESTED


def test_another_site_can_not_ask_for_it(rosa: Phone) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rosa.user, backend=engram.AUTHENTICATION_BACKENDS[0])
    assert strict.post(PAGE, {"action": "erase", "password": PASSWORD}).status_code == 403
    assert not ErasureRequest.objects.exists()


def test_pages_have_nothing_inline_and_load_nothing_foreign(browser: Client) -> None:
    for path in (PAGE, "/account/erasure"):
        page = browser.get(path).content.decode()
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", page), path
    assert "no-store" in browser.get(PAGE)["Cache-Control"]


def test_staff_are_told_why_not(browser: Client, rosa: Phone) -> None:
    type(rosa.user).objects.update(is_staff=True)
    assert "Accounts of staff are not erased here" in browser.get(PAGE).content.decode()
    answer = browser.post(PAGE, {"action": "erase", "password": PASSWORD})
    assert answer.status_code == 403
    assert not ErasureRequest.objects.exists()
