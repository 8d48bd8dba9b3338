"""What answers tell browsers, and that what browsers send by themselves means nothing to the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from backend.accounts.models import User
from tests.conftest import Phone, exercise
from tests.security.test_access import METHODS, PUBLIC, filled, view_of
from tests.security.test_hostile_inputs import rows
from tests.staff import make_staff, signed_in

pytestmark = pytest.mark.django_db

STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
AUTH_PATHS = ("login", "signup", "session", "password/request", "email/verify", "reauthenticate", "2fa/authenticate")


def policy(answer: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")]
    return {name: sources for name, _, sources in parts}


def test_an_answer_of_the_api_may_do_nothing_in_a_browser(phone: Phone, client: Client) -> None:
    answers = [phone.get("/v1/me"), client.get("/v1/me"), client.get("/v1/server"), client.get("/v1/nowhere")]
    answers += [client.get("/auth/app/v1/config"), client.post("/auth/app/v1/auth/login", {}, "application/json")]
    for answer in answers:
        assert dict(policy(answer)) == {part.split(" ")[0]: "'none'" for part in STRICT.split("; ")}
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "Server" not in answer
        assert "X-Powered-By" not in answer


def test_nobody_keeps_what_is_personal(phone: Phone, client: Client, last_week: Any) -> None:
    log = exercise(last_week.monday)
    phone.post("/v1/exercise-logs", log)
    for path, expected in {
        "/v1/me": "private, no-cache",
        "/v1/exercise-logs": "no-store",
        f"/v1/exercise-logs/{log['id']}": "private, no-cache",
        "/v1/weeks/current": "private, no-cache",
        "/v1/catalogue/foods": "public, max-age=300",
    }.items():
        assert phone.get(path)["Cache-Control"] == expected, path
    assert client.get("/v1/me")["Cache-Control"] == "no-store"
    assert "no-store" in client.get("/auth/app/v1/auth/session")["Cache-Control"]


def test_pages_run_their_own_scripts_only() -> None:
    client = signed_in(make_staff(superuser=True))
    for path, extra in {"/docs": "", "/auth/openapi.html": "", "/admin/": " 'unsafe-eval'"}.items():
        answer = client.get(path)
        found = policy(answer)
        assert found["default-src"] == "'none'"
        assert found["script-src"] == "'self'" + extra, path
        assert found["frame-ancestors"] == found["base-uri"] == "'none'"
        html = answer.content.decode()
        scripts = re.findall(r"<script\b([^>]*)>", html)
        assert all("src=" in attributes or "application/json" in attributes for attributes in scripts), path
        assert not re.search(r"<[^>]+\son\w+=", html), path
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html.replace("http://testserver", "")), path


def test_browsers_that_ask_for_an_icon_get_one(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/account/icon.svg")


def test_no_other_origin_is_let_in(phone: Phone, client: Client) -> None:
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": "https://elsewhere.example.org", "Access-Control-Request-Method": "GET"}
        answer = client.generic(method, "/v1/me", headers={**headers, **phone.authorization})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.fixture
def signed_in_browser(phone: Phone) -> Client:
    """A browser of somebody who is a superuser and the participant as well, with a valid CSRF token."""
    User.objects.filter(pk=phone.user.pk).update(is_staff=True, is_superuser=True)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(User.objects.get(pk=phone.user.pk)).cookies
    browser.get("/admin/password_change/")
    assert browser.get("/admin/").status_code == 200
    return browser


@pytest.mark.parametrize("route", sorted(set(view_of) - PUBLIC))
def test_cookies_mean_nothing_to_the_api(signed_in_browser: Client, route: str) -> None:
    before = rows()
    headers = {"X-CSRFToken": signed_in_browser.cookies[settings.CSRF_COOKIE_NAME].value, "Origin": "http://testserver"}
    for method in METHODS:
        answer = signed_in_browser.generic(
            method.upper(), "/" + filled(route), b"{}", "application/json", headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), method
        assert not answer.cookies
    assert rows() == before


@pytest.mark.parametrize("path", AUTH_PATHS)
def test_cookies_mean_nothing_to_the_sign_in_addresses(signed_in_browser: Client, path: str) -> None:
    """They answer like to somebody without any."""
    for method in ("GET", "POST", "DELETE"):
        answers = []
        for browser in (signed_in_browser, Client()):
            answer = browser.generic(method, f"/auth/app/v1/auth/{path}", b"{}", "application/json")
            answers.append((answer.status_code, answer.content))
            assert not answer.cookies
        assert answers[0] == answers[1], method
        assert answers[0][0] in (400, 401, 405, 409), method


def test_tokens_mean_nothing_to_the_admin(phone: Phone) -> None:
    User.objects.filter(pk=phone.user.pk).update(is_staff=True, is_superuser=True)
    headers = {**phone.authorization, "X-Session-Token": phone.token}
    for path in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{phone.user.pk}/change/"):
        answer = Client().get(path, headers=headers)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")
    assert Client(headers={"Cookie": f"sessionid={phone.token}"}).get("/admin/").status_code == 302
