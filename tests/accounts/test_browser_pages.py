"""The account in a browser: our pages around django-allauth's, for staff and for participants."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from tests.staff import PASSWORD, make_staff, sign_in, signed_in, with_totp

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
TOTP_PAGE = "/account/second-factor/totp/activate/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def test_participants_sign_in_here_and_nobody_signs_up(mailoutbox: list[Any]) -> None:
    user = User.objects.create_user("rosa@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    closed = Client().post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert "Sign up in the app" in closed.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
    client = Client()
    assert sign_in(client, user.email)["Location"] == "/account/"
    page = client.get("/account/").content.decode()
    assert "rosa@example.org" in page
    assert "Admin" not in page
    assert Client().get("/account/")["Location"] == f"{LOGIN}?next=/account/"
    assert client.get("/v1/me").status_code == 401  # a cookie means nothing to the API


OPEN = [LOGIN, "/account/signup/", "/account/password/reset/", "/account/inactive/"]
SIGNED_IN = [
    "/account/",
    "/account/logout/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/email/",
    "/account/second-factor/",
    "/account/second-factor/reauthenticate/",
    "/account/second-factor/totp/deactivate/",
    "/account/second-factor/recovery-codes/",
    "/account/second-factor/recovery-codes/generate/",
    "/account/second-factor/webauthn/",
    "/account/second-factor/webauthn/add/",
]


def test_no_page_has_script_or_style_of_its_own_or_anything_from_elsewhere() -> None:
    user = make_staff(superuser=True)
    with_totp(user)
    RecoveryCodes.activate(user)
    client = signed_in(user)
    shown = [(page, Client().get(page)) for page in OPEN] + [(page, client.get(page)) for page in SIGNED_IN]
    fresh = signed_in(make_staff("fresh@example.org"), factor=False)
    shown.append((TOTP_PAGE, fresh.get(TOTP_PAGE)))
    for page, response in shown:
        assert response.status_code == 200, page
        text = response.content.decode()
        assert "account/pages.css" in text, page
        assert text.count("<main>") == 1, page
        assert not re.search(r"<style|\sstyle=|\son\w+=", text), page
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'type="application/json"' in tag or re.search(r'src="/static/', tag), (page, tag)
        for target in re.findall(r'(?:src|href)="([^"]+)"', text):
            assert target.startswith(("/", "?")), (page, target)
