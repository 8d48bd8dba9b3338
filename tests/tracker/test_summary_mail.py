"""What a summary says and how it is built: exact texts of made-up weeks, without a database."""

from __future__ import annotations

import re
import struct
from typing import Any

import html5lib
import pytest

from tests.tracker.made_up_summaries import CASES, FULL, HOSTILE_NAME, LONG_NAME, WEEK, a_week, context_of
from tracker.summary_charts import Bar, Point, trend_chart, week_chart
from tracker.summary_mail import render_summary

FOOTER = """--
General wellness information about activities you logged. It does not measure or predict BDNF or any condition, and it is not \
medical advice, diagnosis or treatment. Blood BDNF is an indirect research marker and its relation to the brain is uncertain.

You get this because weekly summaries are switched on in your profile. You can switch them off there at any time.
"""
IDEAS = """IDEAS FOR THE WEEK AHEAD

Finish at a bench
After one of your active sessions, add ten minutes of strength: push-ups against a bench or a tree, step-ups on a low step, a \
few slow squats.
"""
TEXTS = {
    "first": """Rosa, your week is ready
November 16 to November 22

71.9 of 100 for the week, from what you logged

- Exercise: at least 67.0 of 100
- Mind: not enough data yet
- Food: at least 81.8 of 100
No number yet: three logged days in mental activity make one.

WHAT WENT WELL
Movement came back on different days this week. Notice which of them felt easiest and keep it.
You logged 4 active days, which is the week's target.

"""
    + IDEAS
    + """You logged 0 of 2 strength days; 10 more minutes would add 10 points to exercise.

Draw a slip of paper
Write reading, music, writing and games on slips of paper, keep those that this week has not had yet, and draw one to do for a \
quarter of an hour.
You logged 1 of 4 kinds of activity; 15 more minutes would be a small step.

Greens in the bean pot
You already have beans in your week. The next time you warm some up, fold in half a cup of cooked chard or spinach and a \
squeeze of lemon.
You logged 5 of 6 servings of leafy greens; 1 more serving would add 2.5 points to food.
Skip what you are allergic to or were advised to avoid.

"""
    + FOOTER,
    "nothing": """Rosa, your week is ready
November 16 to November 22

Nothing was logged this week, and that is fine. Whenever you feel like it, one walk or one meal is a start.

"""
    + FOOTER,
    "excused": """Rosa, your week is ready
November 16 to November 22

This week is excused, so nothing is asked for; what you logged is kept.

WHAT WENT WELL
This is a week to rest. Nothing is asked of you, and whatever you feel like doing is enough.

YOUR WEEKS SO FAR
- September 28: 57.6 of 100, from exercise and food
- October 5: 71.9 of 100, from exercise and food
- October 12: not enough data yet
- October 19: 53.0 of 100, from exercise, mental activity and food
- October 26: 59.0 of 100, from exercise, mental activity and food
- November 2: 69.2 of 100, from exercise, mental activity and food
- November 9: 67.9 of 100, from exercise, mental activity and food
- November 16: excused

"""
    + FOOTER,
}


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_week(case: str) -> None:
    assert render_summary(CASES[case]()).text == TEXTS[case]


def test_the_weeks_before_and_what_changed_in_them() -> None:
    text = render_summary(CASES["corrections"]()).text
    assert (
        """- November 16: 74.8 of 100, from exercise, mental activity and food
6.9 points more than in the week of November 9.

CHANGED SINCE WE LAST WROTE
- Week of November 2: The week went from 35.5 to 69.2 of 100.
- Week of November 9: The week now includes mental activity: 67.9 of 100.
"""
        in text
    )


def test_what_was_told_is_not_told_again() -> None:
    context = CASES["corrections"]()
    assert context["told"] == {
        "2026-W47": [74.8, 80.0, 49.2, 90.0],
        "2026-W46": [67.9, 80.0, 29.7, 81.8],
        "2026-W45": [69.2, 80.0, 29.7, 87.1],
    }
    told = {WEEK.minus(1): context["told"]["2026-W46"], WEEK.minus(2): context["told"]["2026-W45"]}
    assert CASES["full"](told=told)["corrections"] == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("case", CASES)
def test_every_mail_is_small_and_whole(case: str, language: str) -> None:
    mail = render_summary({**CASES[case](language=language), "unsubscribe_url": "https://engram.example/u/x"})
    html5lib.HTMLParser(strict=True).parse(_without_conditional_comments(mail.html))
    assert f'lang="{language}"' in mail.html[:200]
    images = re.findall(r"<img[^>]*>", mail.html)
    assert [re.search(r'src="([^"]*)"', image)[1] for image in images] == [  # type: ignore[index]
        f"cid:{image.content_id}" for image in mail.images
    ]
    assert all(re.search(r' alt="[^"]{20,}"', image) for image in images)
    assert not re.search(r'(?:src|background)="?http|url\(|@import|<link|<script|<form', mail.html)
    assert len(mail.html_with_images()) + len(mail.text) < 60_000
    assert "{{" not in mail.text.replace(HOSTILE_NAME, "")


def _without_conditional_comments(html: str) -> str:
    return re.sub(
        r"<!--\[if [^\]]*\]>.*?<!\[endif\]-->|<!--\[if !mso\]><!-->|<!--<!\[endif\]-->", "", html, flags=re.DOTALL
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("case", ["full", "partial", "hardly", "nothing", "excused", "corrections"])
def test_who_hides_numbers_sees_no_digit(case: str, language: str, settings: Any) -> None:
    settings.APP_LINK = "https://app.example/weeks/{week}"
    mail = render_summary(CASES[case](language=language, hide_numbers=True))
    seen = html5lib.parse(_without_conditional_comments(mail.html), namespaceHTMLElements=False).find("body")
    for text in (mail.text, mail.subject, " ".join(seen.itertext())):
        assert not re.search(r"\d", text), text
    assert mail.images == ()
    assert "<img" not in mail.html


def test_the_pictures_are_told_in_words() -> None:
    images = re.findall(r' alt="([^"]*)"', render_summary(CASES["partial"]()).html)
    assert images == [
        "The week: 71.9 of 100. Exercise: at least 67.0 of 100. Mind: not enough data yet. Food: at least 81.8 of 100.",
        "September 28: 57.6 of 100, from exercise and food. October 5: 71.9 of 100, from exercise and food."
        " October 12: not enough data yet. October 19: 53.0 of 100, from exercise, mental activity and food."
        " October 26: 59.0 of 100, from exercise, mental activity and food. November 2: 69.2 of 100, from exercise, mental"
        " activity and food. November 9: 67.9 of 100, from exercise, mental activity and food. November 16: 71.9 of 100, from"
        " exercise and food.",
    ]


@pytest.mark.parametrize("name", [HOSTILE_NAME, LONG_NAME, "שרה", "Rosa\r\nBcc: x@example.org", "🌿🌿"])
def test_a_name_stays_a_name(name: str) -> None:
    mail = render_summary(context_of(FULL, name=name))
    shown = " ".join(name.split())
    assert mail.subject == "Your week is ready"
    assert mail.text.splitlines()[0] == f"{shown}, your week is ready"
    heading = html5lib.parse(mail.html, namespaceHTMLElements=False).find(".//h1")
    assert "".join(heading.itertext()) == f"{shown}, your week is ready"
    assert [(child.tag, child.text) for child in heading] == [("bdi", shown)]


def test_links_are_there_when_they_lead_somewhere(settings: Any) -> None:
    mail = render_summary(CASES["first"]())
    assert "<a " not in mail.html
    settings.APP_LINK = "https://app.example/weeks/{week}?from=mail&x=1"
    mail = render_summary({**CASES["first"](), "unsubscribe_url": "https://engram.example/u/x"})
    links = [link.get("href") for link in html5lib.parse(mail.html, namespaceHTMLElements=False).iter("a")]
    assert links == ["https://app.example/weeks/2026-W47?from=mail&x=1", "https://engram.example/u/x"]
    for link in links:
        assert link in mail.text


def test_dark_colours_reach_the_mail() -> None:
    html = render_summary(CASES["full"]()).html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "color-scheme: light dark" in html


def test_a_mail_written_before_this_version_still_goes_out() -> None:
    context = CASES["full"]()
    older = {key: context[key] for key in ("name", "language", "hide_numbers", "week", "from", "to", "score", "status")}
    older["domains"] = [{**domain, "practices": []} for domain in context["domains"]]
    for domain in older["domains"]:
        del domain["words"]
    older["guidance"] = {"keep_going": context["keep_going"], "suggestions": context["suggestions"]}
    text = render_summary(older).text
    assert "74.8 of 100" in text
    assert "Finish at a bench" in text


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_pictures_have_twice_as_many_pixels_as_they_are_wide() -> None:
    bars = [Bar("Week", 50.0, "50.0"), Bar("<&>", None, "-")]
    assert size_of(week_chart(bars)) == (640, 176)
    points = [Point("May 4", 0.0, "0.0", ("diet",)), Point("May 11", 100.0, "100.0", ("diet",))]
    assert size_of(trend_chart(points)) == (640, 288)
    assert week_chart(bars) == week_chart(bars)


@pytest.mark.parametrize("letter", "áéíóúñü¿¡.,0123456789\N{EN DASH}")
def test_the_shipped_fonts_have_every_letter(letter: str) -> None:
    """One that they lack would be drawn as the box that stands for it: no other font is looked for."""
    drawn, box = week_chart([Bar(letter, None, "")]), week_chart([Bar("\N{LINEAR B SYLLABLE B008 A}", None, "")])
    assert drawn != box


def test_a_silent_week_has_a_note_and_no_picture() -> None:
    mail = render_summary(CASES["nothing"]())
    assert mail.images == ()
    assert context_of(a_week(), told={WEEK.minus(1): [1.0, None, None, None]})["told"] == {"2026-W47": [None] * 4}
