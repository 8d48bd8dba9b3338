"""`/evidence`: the cards as a page for people, beside what the score counts of each practice. The same for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from backend.accounts.page_language import accepted_language
from backend.api.conditional import content_tag
from backend.languages import LANGUAGES, read_language
from tracker.evidence.cards import Evidence, EvidenceCard
from tracker.evidence.forest_plot import Plot, plots_of
from tracker.evidence.reading import read_evidence
from tracker.evidence.words import DOMAIN_HEADINGS, effect_words, scale_words, source_words, target_words
from tracker.practice_labels import PRACTICE_COUNTS, PRACTICE_LABELS
from tracker.scoring.protocol import DOMAINS, WES_1_0_0, Practice
from tracker.wellness import disclaimer


@dataclass(frozen=True, slots=True)
class ShownPractice:
    code: str
    label: str
    counts: str
    target: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownPlot:
    """A plot, what its axis measures, and all that it shows in words."""

    plot: Plot
    scale: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownCard:
    id: str
    title: str
    finding: str
    grade: str
    grade_meaning: str
    practices: tuple[ShownPractice, ...]
    plots: tuple[ShownPlot, ...]
    years: str
    dois: tuple[str, ...]
    caveat: str | None
    caveat_dois: tuple[str, ...]
    version: int
    changes: tuple[tuple[int, date, str], ...]


def _page_language(request: HttpRequest) -> str:
    """`?language=`, else the browser's: a page shows something whatever it is asked for."""
    if asked := request.GET.get("language"):
        try:
            return read_language(asked)
        except ValueError:
            pass
    return accepted_language(request)


def _tag(request: HttpRequest) -> str:
    return content_tag(page_in(_page_language(request)))


@require_safe
@gzip_page
@condition(etag_func=_tag)
def evidence_page(request: HttpRequest) -> HttpResponseBase:
    language = _page_language(request)
    response = HttpResponse(page_in(language), headers={"Cache-Control": "public, max-age=300"})
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    return response


@cache
def page_in(language: str) -> str:
    """Rendered once in each language: nothing on it depends on who asks, or when."""
    evidence = read_evidence()
    with translation.override(language):
        context = {
            "language": language,
            "other_languages": [(code, name) for code, name in LANGUAGES if code != language],
            "protocol": WES_1_0_0.version,
            "grades": [(words.label[language], words.meaning[language]) for words in evidence.grades.values()],
            "caveats": [(caveat.text[language], caveat.dois) for caveat in evidence.caveats],
            "domains": [(domain, str(DOMAIN_HEADINGS[domain]), _cards(domain, language)) for domain in DOMAINS],
            "disclaimer": disclaimer(language),
        }
        return render_to_string("tracker/evidence.html", context)


def _cards(domain: str, language: str) -> list[ShownCard]:
    """The cards of a domain in the order of its practices, each with those that it is about."""
    evidence = read_evidence()
    practices = WES_1_0_0.practices_of(domain)
    cards = dict.fromkeys(card.id for practice in practices for card in evidence.cards_for(practice.code))
    return [
        _shown(
            evidence.cards[name],
            tuple(practice for practice in practices if practice.code in evidence.cards[name].practices),
            evidence,
            language,
        )
        for name in cards
    ]


def _shown(card: EvidenceCard, practices: tuple[Practice, ...], evidence: Evidence, language: str) -> ShownCard:
    grade = evidence.grades[card.grade]
    every_effect = [effect for other in evidence.cards.values() for effect in other.effects]
    return ShownCard(
        id=card.id,
        title=card.title[language],
        finding=card.finding[language],
        grade=grade.label[language],
        grade_meaning=grade.meaning[language],
        practices=tuple(_shown_practice(practice, language) for practice in practices),
        plots=tuple(
            ShownPlot(
                plot, scale_words(plot.unit), tuple(effect_words(row.effect, language=language) for row in plot.rows)
            )
            for plot in plots_of(card.effects, every_effect)
        ),
        years=", ".join(map(str, card.years)),
        dois=card.dois,
        caveat=card.caveat.text[language] if card.caveat else None,
        caveat_dois=card.caveat.dois if card.caveat else (),
        version=card.version,
        changes=tuple((change.version, change.date, change.text[language]) for change in reversed(card.changes)),
    )


def _shown_practice(practice: Practice, language: str) -> ShownPractice:
    return ShownPractice(
        practice.code,
        PRACTICE_LABELS[practice.code][language],
        PRACTICE_COUNTS[practice.code][language],
        target_words(practice),
        source_words(practice.source),
    )
