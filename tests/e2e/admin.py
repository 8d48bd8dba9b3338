"""Staff in a browser: signing in, the dashboard, a list, a page of one row; no error in the console on the way."""

from __future__ import annotations

import shutil

from django.db import connection
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.staff import PASSWORD, code, make_staff, with_totp

EMAIL = "staff@engram.example"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def visit_admin(server: str) -> None:
    browser_file = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser_file is None:
        raise RuntimeError(f"No browser: install one of {', '.join(BROWSERS)} (Debian: apt-get install chromium).")
    secret = with_totp(make_staff(EMAIL, superuser=True))
    connection.close()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} {message.location['url']}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_file, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, server, secret)
        for name, path in (
            ("the programme's week", "/admin/"),
            ("participants", "/admin/accounts/user/"),
            ("logs", "/admin/tracker/exerciselog/"),
            ("scores", "/admin/tracker/weeklyscore/"),
            ("mail", "/admin/outbox/outgoingmail/"),
        ):
            answer = page.goto(f"{server}{path}", wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200, (path, answer.status)
            assert page.locator("#content, main").first.is_visible(), path
            print(f"  sees {name}")
        browser.close()
    assert not complaints, complaints


def sign_in(page: Page, server: str, secret: str) -> None:
    """With a password and a second factor, and a purpose before anybody's data."""
    page.goto(f"{server}/admin/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action*=login] button[type=submit]")
    page.fill("input[name=code]", code(secret))
    page.click("form[action*=authenticate] button[type=submit] >> nth=0")
    page.wait_for_url(f"{server}/admin/")
    print("  signs in with a second factor")
    page.goto(f"{server}/admin/purpose/")
    page.check("input[name=purpose][value=data_quality]")
    page.click("form:has(input[name=purpose]) button[type=submit], form:has(input[name=purpose]) input[type=submit]")
    page.wait_for_url(f"{server}/admin/")
    print("  says what for")
