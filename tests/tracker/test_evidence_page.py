"""`/evidence`: what anybody can read, in the language their browser asks for, with drawings that say what the words say."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from backend.languages import LANGUAGE_CODES
from tests.security.test_headers import policy
from tracker.evidence import Effect, read_evidence
from tracker.evidence.forest_plot import MARGIN, WIDTH, axis_of, plots_of
from tracker.evidence.page import page_in
from tracker.practice_labels import PRACTICE_COUNTS, PRACTICE_LABELS
from tracker.scoring.protocol import WES_1_0_0
from tracker.wellness import check_text

DISCLAIMERS = {"en": "General wellness information about activities", "es": "Información general de bienestar"}


class Reader(HTMLParser):
    """What is read aloud of a page, its headings, links and drawings; fails on an element that is never closed."""

    EMPTY = frozenset({"meta", "link", "br"})
    DRAWN = frozenset({"line", "path", "circle"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.drawings: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.elements: set[str] = set()
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.add(tag)
        self.attributes |= set(given)
        if tag not in self.EMPTY | self.DRAWN:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag == "svg":
            assert given["role"] == "img"
            self.drawings.append(given["aria-label"] or "")
        if "id" in given:
            self.ids.append(given["id"] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.DRAWN

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "svg" not in self.open:
            self.texts.append(data.strip())


def read(client: Client, address: str = "/evidence", **headers: str) -> Reader:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return Reader(answer.content.decode())


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_practice_is_there_with_what_is_counted_and_every_card(client: Client, language: str) -> None:
    page = read(client, f"/evidence?language={language}")
    evidence = read_evidence()
    for practice in WES_1_0_0.practices:
        assert page.texts.count(PRACTICE_LABELS[practice.code][language]) >= 1, practice.code
        assert PRACTICE_COUNTS[practice.code][language] in page.texts, practice.code
    for card in evidence.cards.values():
        assert page.ids.count(card.id) == 1
        for texts in (card.title, card.finding, evidence.grades[card.grade].meaning):
            assert texts[language] in page.texts
        assert {f"https://doi.org/{doi}" for doi in card.dois} <= set(page.links)
        if card.caveat:
            assert card.caveat.text[language] in page.texts
    for caveat in evidence.caveats:
        assert caveat.text[language] in page.texts
    assert len([text for text in page.texts if text.startswith(DISCLAIMERS[language])]) == 2


def test_targets_and_sources_are_those_of_the_protocol(client: Client) -> None:
    english, spanish = " ".join(read(client).texts), " ".join(read(client, accept_language="es").texts)
    assert "Target: 150 minutes a week. Source: WHO 2020." in english
    assert "Target: 11 times a week. Source: Verghese 2003." in english
    assert "Target: 1 serving a week. Source: MIND." in english
    assert "Objetivo: 1 día a la semana. Fuente: una convención de esta puntuación." in spanish
    assert "Objetivo: 21 porciones a la semana. Fuente: MIND." in spanish


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_nothing_but_the_disclaimer_says_what_no_text_may(client: Client, language: str) -> None:
    for text in read(client, f"/evidence?language={language}").texts:
        if not text.startswith(DISCLAIMERS[language]):
            assert check_text(text, language=language) == (), text


def test_a_drawing_says_in_words_what_it_shows(client: Client) -> None:
    page = read(client)
    assert page.drawings == [
        "Standardised difference, without a unit. Dinoff 2016: standardised mean difference 0.66;"
        " 95% interval from 0.33 to 0.99.",
        "Standardised difference, without a unit. Dinoff 2016: standardised mean difference 0.07;"
        " 95% interval from \N{MINUS SIGN}0.15 to 0.30.",
        "Mean difference in ng/mL. Geriatric Nursing 2023: mean difference 0.73 ng/mL; 95% interval from 0.04 to 1.42;"
        " people of 60 and over.",
        "Standardised difference, without a unit. Szuhany 2015: Hedges g 0.46; interval not at hand; 29 studies."
        " Dinoff 2017: standardised mean difference 0.59; 95% interval from 0.46 to 0.72; 55 studies.",
        "Standardised difference, without a unit. Gan 2025: Hedges g 0.82; 95% interval from 0.55 to 1.09; 543 people.",
    ]
    for drawing in page.drawings:
        assert [text for text in page.texts if text in drawing and text.endswith(".")]


def test_the_page_can_be_found_ones_way_in(client: Client) -> None:
    page = read(client)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert {"main", "header", "footer", "nav", "article"} <= page.elements


@pytest.mark.parametrize(
    ("address", "header", "language"),
    [
        ("/evidence", "", "en"),
        ("/evidence", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("/evidence", "fi", "en"),
        ("/evidence?language=en", "es", "en"),
        ("/evidence?language=es-AR", "en", "es"),
        ("/evidence?language=%3Cscript%3E", "es", "es"),
        ("/evidence?language=", "es", "es"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers(
    client: Client, address: str, header: str, language: str
) -> None:
    answer = client.get(address, headers={"Accept-Language": header} if header else {})
    assert (answer.status_code, answer["Content-Language"]) == (200, language)
    assert f'<html lang="{language}">' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


def test_it_runs_nothing_and_loads_its_style_sheet_alone(client: Client) -> None:
    answer = client.get("/evidence")
    found = policy(answer)
    assert {name for name, sources in found.items() if sources != "'none'"} == {"style-src", "img-src"}
    assert found["style-src"] == "'self'"
    page = Reader(answer.content.decode())
    assert not page.elements & {"script", "style", "iframe", "form"}
    assert not [name for name in page.attributes if name == "style" or name.startswith("on")]
    assert not answer.cookies
    assert finders.find("tracker/evidence.css")


def test_who_has_it_gets_304(client: Client) -> None:
    answer = client.get("/evidence")
    assert answer["Cache-Control"] == "public, max-age=300"
    again = client.get("/evidence", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/evidence?language=es", headers={"If-None-Match": answer["ETag"]}).status_code == 200
    assert client.post("/evidence").status_code == 405


@pytest.mark.django_db
def test_it_is_quick_and_asks_no_database(client: Client, django_assert_num_queries: Any) -> None:
    page_in("en")
    with django_assert_num_queries(0):
        started = time.perf_counter()
        for _ in range(20):
            answer = client.get("/evidence", headers={"Accept-Encoding": "gzip"})
        took = (time.perf_counter() - started) / 20
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 10_000
    assert took < 0.05


def test_nothing_is_drawn_outside_and_zero_is_in_it() -> None:
    every_effect = [effect for card in read_evidence().cards.values() for effect in card.effects]
    for plot in plots_of(every_effect, every_effect):
        assert MARGIN < plot.zero < WIDTH - MARGIN
        for row in plot.rows:
            low, high = row.low or row.point, row.high or row.point
            assert MARGIN <= low <= row.point <= high <= WIDTH - MARGIN
            # On the same side of zero as the number itself.
            assert (low < plot.zero) == ((row.effect.low or row.effect.value) < 0)
            assert row.y < plot.bottom < plot.height


@pytest.mark.parametrize(
    ("low", "value", "high", "ends"),
    [
        (0.1, 0.2, 0.3, (-0.5, 0.5)),
        (-0.15, 0.07, 0.3, (-0.5, 0.5)),
        (-1.6, -1.1, -0.7, (-2, 0.5)),
        (0.4, 2, 2.6, (-0.5, 3)),
    ],
)
def test_an_axis_has_room_for_its_effects_and_for_zero(
    low: float, value: float, high: float, ends: tuple[float, float]
) -> None:
    axis = axis_of([Effect("SMD", value, low, high, "A test")])
    assert (float(axis.low), float(axis.high)) == ends
    assert 0 in axis.ticks()
    assert [axis.place(end) for end in (axis.low, axis.high)] == [MARGIN, WIDTH - MARGIN]
