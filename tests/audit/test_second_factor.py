"""The admin opens to staff whose session is alive and has passed a second factor, and to nobody else, on any of its pages."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Entry
from tests.admin.test_pages import address
from tests.conftest import Phone, make_phone
from tests.staff import PASSWORD, code, make_staff, sign_in, signed_in, with_totp
from tracker.models import ExerciseLog

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
TOTP_PAGE = "/account/second-factor/totp/activate/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def pages(patterns: list[Any], prefix: str = "/admin/") -> list[str]:
    """Every address of the admin, with something in the place of its parameters."""
    found = []
    for pattern in patterns:
        part = re.sub(r"<[^>]+>", "1", str(pattern.pattern)).replace("^", "").replace("$", "")
        part = re.sub(r"\(\?P1[^)]*\)|\(\?P<[^)]*\)", "1", part).replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            found += pages(pattern.url_patterns, prefix + part)
        elif isinstance(pattern, URLPattern):
            found.append(prefix + part)
    return found


ADMIN_PAGES = sorted(set(pages(admin.site.urls[0])) - {"/admin/login/", "/admin/logout/"})


def test_the_list_of_pages_is_the_whole_admin() -> None:
    assert len(ADMIN_PAGES) > 6 * len(admin.site._registry)
    for page in ("/admin/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin/password_change/", "/admin/search/"):
        assert page in ADMIN_PAGES
    assert get_resolver().resolve("/admin/purpose/").url_name == "purpose"


@pytest.mark.parametrize("who", ["nobody", "participant", "no factor", "factor not shown", "app token"])
def test_no_page_of_the_admin_opens_without_a_second_factor(who: str, phone: Phone) -> None:
    client = Client()
    if who == "participant":
        client.force_login(phone.user)
    elif who == "no factor":
        client = signed_in(make_staff(superuser=True), factor=False)
    elif who == "factor not shown":
        user = make_staff(superuser=True)
        with_totp(user)
        user.refresh_from_db()  # or the session is nobody's, and proves nothing
        client.force_login(user)
    elif who == "app token":
        User.objects.filter(pk=phone.user.pk).update(is_staff=True, is_superuser=True)
        client = Client(headers={"Authorization": f"Bearer {phone.token}", "X-Session-Token": phone.token})
    for page in ADMIN_PAGES:
        for method in (client.get, client.post):
            response = method(page)
            assert response.status_code == 302, (page, response.status_code)
            assert response["Location"].startswith("/admin/login/?next=/admin/"), page


def way_in(client: Client, page: str = "/admin/tracker/food/") -> Any:
    return client.get(client.get(page)["Location"])


def test_each_is_sent_where_they_get_what_is_missing(phone: Phone) -> None:
    anonymous = way_in(Client())
    assert (urlsplit(anonymous["Location"]).path, parse_qs(urlsplit(anonymous["Location"]).query)) == (
        LOGIN,
        {"next": ["/admin/tracker/food/"]},
    )
    participant = Client()
    participant.force_login(phone.user)
    refused = way_in(participant)
    assert refused.status_code == 403
    assert "for programme staff" in refused.content.decode()

    user = make_staff(superuser=True)
    assert way_in(signed_in(user, factor=False))["Location"] == "/account/second-factor/"
    with_totp(user)
    user.refresh_from_db()
    client = Client()
    client.force_login(user)
    assert way_in(client)["Location"] == "/account/second-factor/reauthenticate/?next=%2Fadmin%2Ftracker%2Ffood%2F"
    passed = signed_in(make_staff("other@example.org", superuser=True))
    assert passed.get("/admin/login/?next=/admin/tracker/food/")["Location"] == "/admin/tracker/food/"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_way_in_leads_nowhere_else(target: str) -> None:
    client = signed_in(make_staff(superuser=True))
    assert client.get("/admin/login/", {"next": target})["Location"] == "/admin/"


def test_staff_sign_in_with_password_and_code(mailoutbox: list[Any]) -> None:
    user = make_staff(superuser=True)
    secret = with_totp(user)
    client = Client()
    asked = sign_in(client, user.email, next="/admin/")
    assert (asked.status_code, asked["Location"]) == (302, "/account/second-factor/authenticate/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == asked["Location"]
    wrong = client.post(asked["Location"], {"code": "000000" if code(secret) != "000000" else "111111"})
    assert wrong.status_code == 200
    assert client.get("/admin/").status_code == 302
    right = client.post(asked["Location"], {"code": code(secret)})
    assert (right.status_code, right["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.what) == ("sign_in", user.pk, {"methods": ["password", "totp"]})
    assert client.post("/admin/logout/")["Location"] == LOGIN
    assert client.get("/admin/").status_code == 302


def test_a_code_is_good_once(mailoutbox: list[Any]) -> None:
    user = make_staff(superuser=True)
    secret = with_totp(user)
    used = code(secret)
    for expected in (302, 200):
        client = Client()
        page = sign_in(client, user.email)["Location"]
        assert client.post(page, {"code": used}).status_code == expected
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_staff_without_a_factor_set_one_up_before_they_get_in(mailoutbox: list[Any]) -> None:
    user = make_staff(superuser=True)
    client = Client()
    assert sign_in(client, user.email, next="/admin/")["Location"] == "/admin/"
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/account/second-factor/"
    assert "a password alone does not open it" in page.content.decode()
    setting_up = client.get(TOTP_PAGE).content.decode()
    assert "<svg" in setting_up
    (secret,) = re.findall(r'id="authenticator_secret">([A-Z2-7]+)<', setting_up)
    assert client.get("/admin/").status_code == 302
    assert client.post(TOTP_PAGE, {"code": "12345"}).status_code == 200
    assert client.get("/admin/").status_code == 302
    done = client.post(TOTP_PAGE, {"code": code(secret)})
    assert done["Location"] == "/account/second-factor/recovery-codes/"
    codes = client.get(done["Location"]).content.decode()
    recovery = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
    assert len(recovery) == 10
    assert all(one in codes for one in recovery)
    assert client.get("/admin/").status_code == 200

    lost_phone = Client()
    page = sign_in(lost_phone, user.email)["Location"]
    assert lost_phone.post(page, {"code": recovery[0]}).status_code == 302
    assert lost_phone.get("/admin/").status_code == 200
    again = Client()
    page = sign_in(again, user.email)["Location"]
    assert again.post(page, {"code": recovery[0]}).status_code == 200
    assert again.get("/admin/").status_code == 302


def test_a_session_from_before_the_factor_was_set_up_anew_opens_nothing() -> None:
    user = make_staff(superuser=True)
    client = signed_in(user)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=user).delete()
    assert client.get("/admin/").status_code == 302
    with_totp(user)
    assert client.get("/admin/").status_code == 302
    assert way_in(client)["Location"].startswith("/account/login/")


def test_a_second_device_added_elsewhere_asks_all_other_sessions_again() -> None:
    user = make_staff(superuser=True)
    client = signed_in(user)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.create(user=user, type="webauthn", data={})
    assert client.get("/admin/").status_code == 302


def test_a_session_ends_with_the_factor_that_it_passed_by() -> None:
    """A lost phone is taken off the account while a key stays: whoever signed in with the phone is out."""
    user = make_staff(superuser=True)
    with_totp(user)
    Authenticator.objects.create(user=user, type="webauthn", data={})
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=1))
    client = signed_in(user)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=user, type="totp").delete()
    assert client.get("/admin/").status_code == 302


def test_one_that_is_somebody_elses_does_not_count() -> None:
    user, other = make_staff(superuser=True), make_staff("other@example.org", superuser=True)
    client = signed_in(user)
    theirs = signed_in(other)
    session = theirs.session
    session["account_authentication_methods"] = client.session["account_authentication_methods"]
    session.save()
    assert theirs.get("/admin/").status_code == 302


def test_a_changed_password_ends_other_sessions() -> None:
    user = make_staff(superuser=True)
    client = signed_in(user)
    user.set_password("quite another long password")
    user.save()
    assert client.get("/admin/").status_code == 302


# --- how long


@pytest.mark.parametrize(
    ("key", "seconds", "opens"),
    [
        ("staff_seen", 59 * 60, True),
        ("staff_seen", 60 * 60 + 1, False),
        ("staff_since", 12 * 3600 - 60, True),
        ("staff_since", 12 * 3600 + 1, False),
    ],
)
def test_a_session_of_staff_ends(key: str, seconds: int, opens: bool) -> None:
    client = signed_in(make_staff(superuser=True))
    session = client.session
    session[key] -= seconds
    session.save()
    assert client.get("/admin/").status_code == (200 if opens else 302)
    if not opens:
        assert way_in(client)["Location"] == f"{LOGIN}?next=/admin/tracker/food/"
        assert "_auth_user_id" not in client.session


def test_the_session_itself_ends_with_the_nearer_of_the_two_times() -> None:
    client = signed_in(make_staff(superuser=True))
    for since, most in ((2 * 3600, 3600), (12 * 3600 - 300, 300)):
        session = client.session
        session["staff_seen"] -= 120
        session["staff_since"] = time.time() - since
        session.save()
        assert client.get("/admin/").status_code == 200
        kept = Session.objects.get(session_key=client.session.session_key)
        left = kept.expire_date - timezone.now()
        assert timedelta(seconds=most - 10) < left <= timedelta(seconds=most)


def test_a_session_from_before_somebody_was_staff_is_none_of_staff() -> None:
    user = make_phone().user
    with_totp(user)
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    assert way_in(client)["Location"].startswith(LOGIN)


# --- a fresh check


EXPORT = address(ExerciseLog, "export/")


def aged(client: Client, **seconds: int) -> None:
    session = client.session
    session["account_authentication_methods"] = [
        {**record, "at": record["at"] - seconds.get(record["method"], 0)}
        for record in session["account_authentication_methods"]
    ]
    session.save()


def test_an_export_wants_password_and_factor_of_the_last_minutes(phone: Phone) -> None:
    user = make_staff(superuser=True)
    secret = with_totp(user)
    # The factor was set up long ago, so that what ages is the session's.
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=1))
    client = signed_in(user)
    assert client.get(EXPORT).status_code == 200
    aged(client, password=290, mfa=290)
    assert client.get(EXPORT).status_code == 200
    aged(client, password=20, mfa=20)
    for method in (client.get, client.post):
        asked = method(EXPORT)
        assert asked["Location"] == f"/account/reauthenticate/?next={EXPORT.replace('/', '%2F')}"
    assert not Entry.objects.filter(action="export").exists()

    assert client.post(asked["Location"], {"password": "wrong", "next": EXPORT}).status_code == 200
    assert client.get(EXPORT).status_code == 302
    assert client.post(asked["Location"], {"password": PASSWORD, "next": EXPORT})["Location"] == EXPORT
    asked = client.get(EXPORT)
    assert asked["Location"] == f"/account/second-factor/reauthenticate/?next={EXPORT.replace('/', '%2F')}"
    assert client.post(asked["Location"], {"code": code(secret), "next": EXPORT})["Location"] == EXPORT
    assert client.get(EXPORT).status_code == 200
    assert b"".join(client.post(EXPORT).streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("stale", ["password", "mfa"])
def test_one_of_the_two_is_not_enough(stale: str) -> None:
    user = make_staff(superuser=True)
    with_totp(user)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=1))
    client = signed_in(user)
    aged(client, **{stale: 600})
    assert client.get("/admin/").status_code == 200
    assert client.get(EXPORT).status_code == 302


# --- accounts that come another way


def test_a_forgotten_password_is_set_anew_by_code_and_the_factor_is_asked_all_the_same(mailoutbox: list[Any]) -> None:
    user = make_staff(superuser=True)
    with_totp(user)
    client = Client()
    assert (
        client.post("/account/password/reset/", {"email": user.email})["Location"] == "/account/password/reset/confirm/"
    )
    match = re.search(r"^\s*([A-Z0-9]+-[A-Z0-9]+)\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert match is not None
    assert client.post("/account/password/reset/confirm/", {"code": match.group(1)}).status_code == 302
    new = "a new and even longer password"
    client.post("/account/password/reset/complete/", {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert client.get("/admin/").status_code == 302
    assert sign_in(Client(), user.email, new)["Location"] == "/account/second-factor/authenticate/"


def test_staff_made_at_the_command_line_confirm_their_address_first(mailoutbox: list[Any]) -> None:
    user = User.objects.create_superuser("boss@example.org", PASSWORD)
    client = Client()
    assert sign_in(client, user.email)["Location"] == "/account/confirm-email/"
    match = re.search(r"^\s*([A-Z0-9]+-[A-Z0-9]+)\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert match is not None
    assert client.post("/account/confirm-email/", {"code": match.group(1)}).status_code == 302
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/second-factor/"
