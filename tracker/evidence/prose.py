"""docs/evidence.md: the cards for readers of the repository, in English. `manage.py evidence_document` writes it."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.evidence.cards import Caveat, Effect, Evidence, EvidenceCard
from tracker.practice_labels import PRACTICE_COUNTS, PRACTICE_LABELS
from tracker.scoring.protocol import DOMAINS, WES_1_0_0

LANGUAGE = "en"
NOT_AT_HAND = "\N{EN DASH}"

_HEAD = f"""# What research found

<!-- Written by `manage.py evidence_document` from tracker/data/evidence.json: change the cards there. -->

Each practice of the score `{WES_1_0_0.version}` rests on one or more evidence cards: what published research found about it and
BDNF, a protein that is measured in blood as a research marker, and how strong that is.

**The weights of the score follow the strength of this research. They are a judgement, and they are not validated.** No study
has tested whether the score, or its weights, goes with any outcome.

**Blood BDNF is an indirect marker.** The findings concern groups of people in studies. They say nothing about any one person,
and the relation of the marker to the brain is uncertain.

The same cards are at `/evidence` on the server for people, and at `GET /v1/evidence` for apps, in English and Spanish. What
participants read there never names the marker; only the disclaimer does.
"""

_EFFECTS = """## Effects

As published, with the 95% interval. SMD (standardised mean difference) and Hedges g have no unit and share a scale; MD is a
mean difference in its unit, and its size can't be compared with theirs. A dash stands for what is not at hand.

| card | source | measure | value | interval | studies | people | DOI |
|---|---|---|---|---|---|---|---|"""


def evidence_prose(evidence: Evidence) -> str:
    """The whole document, in Markdown."""
    return "\n".join([_HEAD, *_grades(evidence), *_cards(evidence), *_effects(evidence), *_caveats(evidence)])


def _grades(evidence: Evidence) -> Iterator[str]:
    yield "## Grades\n\n| grade | what it means |\n|---|---|"
    for words in evidence.grades.values():
        yield f"| {words.label[LANGUAGE]} | {words.meaning[LANGUAGE]} |"
    yield ""


def _cards(evidence: Evidence) -> Iterator[str]:
    yield "## Cards"
    shown: set[str] = set()
    for domain in DOMAINS:
        yield f"\n### {domain.capitalize()}\n"
        for practice in WES_1_0_0.practices_of(domain):
            for card in evidence.cards_for(practice.code):
                if card.id not in shown:
                    shown.add(card.id)
                    yield from _card(card, evidence)


def _card(card: EvidenceCard, evidence: Evidence) -> Iterator[str]:
    yield f"#### {card.title[LANGUAGE]}\n"
    yield f"{card.finding[LANGUAGE]} Evidence: **{evidence.grades[card.grade].label[LANGUAGE]}**.\n"
    for code in card.practices:
        yield f"- `{code}` ({PRACTICE_LABELS[code][LANGUAGE]}): {PRACTICE_COUNTS[code][LANGUAGE]}"
    if card.caveat:
        yield f"- To keep in mind: {_caveat(card.caveat)}"
    years = ", ".join(map(str, card.years))
    sources = f"; {', '.join(map(_link, card.dois))}" if card.dois else ""
    yield f"- Published: {years}{sources}"
    for change in card.changes:
        yield f"- Version {change.version}, {change.date.isoformat()}: {change.text[LANGUAGE]}"
    yield ""


def _effects(evidence: Evidence) -> Iterator[str]:
    yield _EFFECTS
    for card in evidence.cards.values():
        for effect in card.effects:
            yield f"| {' | '.join((card.title[LANGUAGE], *_cells(effect)))} |"
    yield ""


def _cells(effect: Effect) -> tuple[str, ...]:
    interval = NOT_AT_HAND if effect.low is None or effect.high is None else f"[{effect.low:.2f}, {effect.high:.2f}]"
    people = (str(effect.participants or ""), effect.population[LANGUAGE] if effect.population else "")
    return (
        effect.source,
        effect.measure,
        f"{effect.value:.2f}{f' {effect.unit}' if effect.unit else ''}",
        interval.replace("-", "\N{MINUS SIGN}"),
        str(effect.studies or NOT_AT_HAND),
        ", ".join(filter(None, people)) or NOT_AT_HAND,
        _link(effect.doi) if effect.doi else NOT_AT_HAND,
    )


def _caveats(evidence: Evidence) -> Iterator[str]:
    yield "## What every card carries\n"
    for caveat in evidence.caveats:
        yield f"- {_caveat(caveat)}"
    yield ""


def _caveat(caveat: Caveat) -> str:
    return " ".join((caveat.text[LANGUAGE], *map(_link, caveat.dois)))


def _link(doi: str) -> str:
    return f"[{doi}](https://doi.org/{doi})"
