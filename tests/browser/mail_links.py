"""What a mail links to: its header read by a parser that isn't Python's and followed, and its pages in a real browser.

`make browser`; needs Chromium, and Node 20 with npm.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from backend.outbox.sending import send_mail
from backend.outbox.unsubscribing import preferences_url, unsubscribe_url
from tests.browser.conftest import BUILD, WIDTHS, Watched, parsed
from tests.conftest import Mailbox, exercise, make_phone
from tests.servers import Server
from tracker.scoring.weeks import Week
from tracker.summary_sources import KIND
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_mail_program_finds_stops_the_mail(
    last_week: Week, packages: Path, server: Server, mailbox: Mailbox, settings: Any
) -> None:
    """A summary that has arrived, read by a parser that isn't Python's: its header says where, and one POST there is enough."""
    settings.PUBLIC_URL = "https://engram.example.org"
    phone = make_phone(next_weekly_email_at=datetime.combine(last_week.next().monday, time(8), UTC))
    phone.post("/v1/exercise-logs", exercise(last_week.monday))
    close_weeks(now=timezone.now())
    OutgoingMail.objects.update(next_attempt_at=Now(), expires_at=None)
    assert send_mail() == 1
    (BUILD / "sent.eml").write_bytes(mailbox.messages[0])
    headers = parsed(mailbox.messages[0])["headers"]
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    path = headers["list-unsubscribe"].strip("<>").removeprefix(settings.PUBLIC_URL)
    request = Request(server.address + path, b"List-Unsubscribe=One-Click", method="POST")
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    assert User.objects.get(pk=phone.user.pk).weekly_email is False


@pytest.fixture
def linked_pages(catalogue: None) -> list[str]:
    """Made before the browser, which runs an event loop of its own."""
    user = make_phone().user
    return [page(user.pk, KIND) for page in (unsubscribe_url, preferences_url)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_that_mails_link_to_are_accessible(
    linked_pages: list[str], scheme: Any, packages: Path, browser: Watched, settings: Any
) -> None:
    browser.page.emulate_media(color_scheme=scheme)
    for url in linked_pages:
        path = url.removeprefix(settings.PUBLIC_URL)
        for width in WIDTHS:
            browser.page.set_viewport_size({"width": width, "height": 900})
            browser.open(path, "main form button")
            assert browser.page.evaluate("document.documentElement.scrollWidth") == width
            # Past the page's policy, which lets nothing run in it.
            browser.page.evaluate((packages / "axe-core" / "axe.min.js").read_text())
            found = browser.page.evaluate("axe.run()")
            assert [(hit["id"], [node["html"][:200] for node in hit["nodes"]]) for hit in found["violations"]] == []
            browser.page.screenshot(path=BUILD / f"page-{path.split('/')[2]}-{scheme}-{width}.png", full_page=True)
    browser.page.click("main form button")
    browser.page.wait_for_load_state("networkidle")
    browser.is_clean("the answer to the button")
