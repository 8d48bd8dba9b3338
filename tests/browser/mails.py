"""The weekly mail in a real browser, narrow and wide, light and dark: it fits, axe finds nothing, and it can be looked at in
build/email. And in a mail parser that isn't Python's.

`make browser`; needs Chromium, and Node 20 with npm.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from backend.outbox.kinds import register_kind
from backend.outbox.messages import build_message
from backend.outbox.models import OutgoingMail
from tests.browser.conftest import BUILD, HERE, WIDTHS, launched, parsed
from tests.tracker.made_up_summaries import CASES
from tracker.summary_mail import render_summary

# What a page needs and a mail, which stands inside another page, has none of: landmarks.
AXE = "axe.run({rules: {region: {enabled: false}, 'landmark-one-main': {enabled: false}}})"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def context_of(case: str, language: str = "en") -> dict[str, Any]:
    return {**CASES[case](language=language), "unsubscribe_url": "https://engram.example.org/unsubscribe/0a1b2c"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("case", "language"),
    [*((case, "en") for case in CASES), ("corrections", "es"), ("partial", "es"), ("hidden", "es"), ("nothing", "es")],
)
def test_a_mail_fits_and_is_accessible(
    case: str, language: str, scheme: Any, packages: Path, chromium: Browser, settings: Any
) -> None:
    settings.APP_LINK = "https://app.example.org/weeks/{week}"
    html = render_summary(context_of(case, language)).html_with_images()
    page = chromium.new_page(color_scheme=scheme)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(html, wait_until="load")
        page.add_script_tag(path=packages / "axe-core" / "axe.min.js")
        found = page.evaluate(AXE)
        assert [(hit["id"], [node["html"][:200] for node in hit["nodes"]]) for hit in found["violations"]] == [], width
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth === 640)")
        page.screenshot(path=BUILD / f"{case}-{language}-{scheme}-{width}.png", full_page=True)
    assert [url for url in loaded if not url.startswith("data:")] == []
    page.close()


def test_the_html_is_valid(packages: Path) -> None:
    """All but the attributes of layout tables, which mail programs still need."""
    files = []
    for case in CASES:
        for language in ("en", "es"):
            files.append(BUILD / f"{case}-{language}.html")
            files[-1].write_text(render_summary(context_of(case, language)).html)
    checked = subprocess.run(
        [packages / ".bin" / "html-validate", "--config", HERE / "htmlvalidate.json", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_with_pictures_off_their_words_are_there(packages: Path, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 600, "height": 900}, color_scheme="dark")
    page.set_content(render_summary(context_of("full")).html)  # nothing has these Content-IDs here
    page.screenshot(path=BUILD / "full-en-dark-600-without-pictures.png", full_page=True)
    snapshot = page.locator("body").aria_snapshot()
    assert 'img "The week: 74.8 of 100. Exercise: 80.0 of 100. Mind: 49.2 of 100. Food: 90.0 of 100."' in snapshot
    assert page.locator("img").first.evaluate("image => getComputedStyle(image).color") == "rgb(243, 244, 246)"
    page.close()


def test_headings_come_in_order(packages: Path, chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(render_summary(context_of("corrections")).html_with_images())
    headings = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => `${h.tagName} ${h.textContent}`)")
    assert headings == [
        "H1 Rosa, your week is ready",
        "H2 What went well",
        "H2 Ideas for the week ahead",
        "H3 Finish at a bench",
        "H3 Draw a slip of paper",
        "H3 A salad with bulgur or quinoa",
        "H2 Your weeks so far",
        "H2 Changed since we last wrote",
    ]
    assert page.locator("[role=article]").get_attribute("lang") == "en"
    page.close()


@pytest.mark.parametrize("case", CASES)
def test_another_parser_reads_the_same_mail(case: str, packages: Path, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Engram <weekly@example.org>"
    rendered = render_summary(context_of(case))
    register_kind("made_up", lambda context: rendered)
    row = OutgoingMail(kind="made_up", context={}, message_id="<42@example.org>")
    message = build_message(row, "rosa@example.org").message().as_bytes()
    assert len(message) < 100_000
    (BUILD / f"{case}.eml").write_bytes(message)
    mail = parsed(message)
    assert (mail["subject"], mail["messageId"]) == ("Your week is ready", "<42@example.org>")
    assert mail["from"] == {"name": "Engram", "address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}
    assert [to["address"] for to in mail["to"]] == ["rosa@example.org"]
    assert mail["text"].split() == rendered.text.split()
    assert mail["html"].strip() == rendered.html.strip()
    assert mail["attachments"] == [
        {
            "filename": image.name,
            "mimeType": "image/png",
            "disposition": "inline",
            "related": True,
            "contentId": f"<{image.content_id}>",
            "bytes": len(image.png),
        }
        for image in rendered.images
    ]
