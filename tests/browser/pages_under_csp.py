"""Every kind of page in a real browser: it renders, keeps to its Content-Security-Policy, and loads nothing from elsewhere.

`make browser`; needs Chromium.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from tests.browser.conftest import Watched
from tests.conftest import exercise, make_phone
from tests.staff import make_staff, signed_in
from tests.tracker.test_guidance_editing import write
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = "iframe[title='The mail as it looks']"


def test_the_references_show_their_documents(browser: Watched) -> None:
    browser.open("/docs", "[data-path='/v1/exercise-logs/{uid}']")
    browser.open(
        "/auth/openapi.html", "[data-path='/auth/app/v1/auth/login'], [data-path='/auth/{client}/v1/auth/login']"
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_evidence_is_drawn_and_fits_a_small_screen(browser: Watched, language: str, scheme: Any) -> None:
    browser.page.emulate_media(color_scheme=scheme)
    browser.page.set_viewport_size({"width": 320, "height": 800})
    browser.open(f"/evidence?language={language}", "figure svg .interval")
    assert browser.page.evaluate("document.documentElement.scrollWidth") == 320
    # The style sheet was taken: a drawing without it would be filled in black.
    assert browser.page.evaluate("getComputedStyle(document.querySelector('.interval')).fill") == "none"


@pytest.fixture
def staff_session(db: None) -> str:
    """The cookie of a member of staff who is signed in, by password and code, and has stated a purpose."""
    client = signed_in(make_staff(superuser=True))
    return client.cookies["sessionid"].value


@pytest.fixture
def participant(catalogue: None, last_week: Any) -> User:
    """With a log, a score and a weekly summary. Made before the browser, which runs an event loop of its own."""
    monday = datetime.combine(last_week.next().monday, time(8), UTC)
    phone = make_phone(display_name="<script>document.title = 'owned'</script>", next_weekly_email_at=monday)
    assert phone.post("/v1/exercise-logs", exercise(last_week.monday)).status_code == 201
    close_weeks(now=timezone.now())
    return phone.user


@pytest.fixture
def mail(participant: User) -> OutgoingMail:
    return OutgoingMail.objects.get()


def test_the_admin_works(participant: User, mail: OutgoingMail, staff_session: str, browser: Watched) -> None:
    browser.open("/account/login/", "input[name=login]")
    browser.page.context.add_cookies([{"name": "sessionid", "value": staff_session, "url": browser.server}])
    browser.open("/admin/", "text=Overview")
    browser.open("/admin/accounts/user/", "text=staff@example.org")
    browser.open(f"/admin/accounts/user/{participant.pk}/change/", "input[name=display_name]")
    assert "owned" not in browser.page.title()
    browser.open("/admin/tracker/exerciselog/", "text=run")
    browser.open("/admin/tracker/weeklyscore/", "#result_list, table")
    browser.open(f"/admin/outbox/outgoingmail/{mail.pk}/change/", MAIL)
    browser.page.locator(MAIL).scroll_into_view_if_needed()
    preview = browser.page.frame_locator(MAIL).locator("body")
    preview.wait_for(state="attached")
    assert "exercise" in preview.inner_text().lower()
    assert browser.page.evaluate("typeof Alpine.version") == "string"
    browser.is_clean("the mail")


@pytest.fixture
def unfit_text(catalogue: None) -> None:
    write(text={"en": "🌿 Walk.", "es": "Quema calorías."})


def test_a_guidance_text_is_checked_while_it_is_written(unfit_text: None, staff_session: str, browser: Watched) -> None:
    page = browser.page
    browser.open("/account/login/", "input[name=login]")
    page.context.add_cookies([{"name": "sessionid", "value": staff_session, "url": browser.server}])
    browser.open("/admin/tracker/guidancetext/test_walk/change/", ".guidance-hit")
    status = page.locator(".guidance-status")
    assert (status.get_attribute("aria-live"), status.inner_text()) == ("polite", "Wellness check: 2 to mend.")

    english, spanish = page.locator("[name=text_en]"), page.locator("[name=text_es]")
    english.fill("🌿 Don't be lazy.")
    hit = page.locator("#id_text_en_hits button")
    hit.wait_for()
    assert english.get_attribute("aria-invalid") == "true"
    hit.focus()
    page.keyboard.press("Enter")
    marked = "el => el.value.slice(el.selectionStart, el.selectionEnd)"
    assert english.evaluate(marked) == "lazy"
    assert english.evaluate("el => el === document.activeElement")

    english.fill("🌿 Walk.")
    spanish.fill("Sal a caminar.")
    page.wait_for_selector("text=nothing to mend")
    assert page.locator(".guidance-hit").count() == 0
    card = page.locator("[name=evidence_id]")
    assert "trials" in page.locator("[name=evidence_id] ~ .guidance-small, .guidance-small").first.inner_text()
    card.select_option("")
    browser.is_clean("the form of a guidance text")
