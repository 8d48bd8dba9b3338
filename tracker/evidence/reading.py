"""The evidence file is read as a whole, or refused: for an impossible number, a practice left out, a text saying too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from backend.languages import LANGUAGE_CODES, Texts, missing_languages
from tracker.evidence.cards import Caveat, Effect, Evidence, EvidenceCard, Grade
from tracker.scoring.protocol import PRACTICES
from tracker.wellness import check_text, numerals

FILE = Path(__file__).parents[1] / "data" / "evidence.json"

# A DOI may hold more signs than these, and old ones do; none that is cited here, and these need no escaping anywhere.
_DOI = re.compile(r"10\.[0-9]{4,9}/[A-Za-z0-9._;()/-]+")
_ID = re.compile(r"[a-z][a-z_]*")


class EvidenceFileError(ValueError):
    """An entry of the evidence file that can't be used: which, and why."""


class _EvidenceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    caveats: tuple[Caveat, ...]
    grades: dict[str, Grade]
    cards: tuple[EvidenceCard, ...]


@cache
def read_evidence(file: Path = FILE) -> Evidence:
    """Raises msgspec.ValidationError for a malformed file, EvidenceFileError for one that says what can't be said."""
    read = msgspec.json.decode(file.read_bytes(), type=_EvidenceFile)
    evidence = Evidence(read.caveats, read.grades, {card.id: card for card in read.cards})
    for name, fault in _faults(read, evidence):
        raise EvidenceFileError(f"{name}: {fault}")
    return evidence


def evidence_texts(evidence: Evidence) -> Iterator[tuple[str, Texts]]:
    """Every text, with or without numbers."""
    for card in evidence.cards.values():
        yield card.id, card.finding
        for number, effect in enumerate(card.effects):
            if effect.population:
                yield f"{card.id}, effect {number}", effect.population
    yield from words_without_numbers(evidence)


def words_without_numbers(evidence: Evidence) -> Iterator[tuple[str, Texts]]:
    """What is shown to those who hide numbers: no digit may be in it."""
    for card in evidence.cards.values():
        yield f"{card.id}, title", card.title
        yield f"{card.id}, in words", card.in_words
        if card.caveat:
            yield f"{card.id}, caveat", card.caveat.text
        for change in card.changes:
            yield f"{card.id}, version {change.version}", change.text
    for grade, words in evidence.grades.items():
        yield f"grade {grade}", words.label
        yield f"grade {grade}, meaning", words.meaning
    for number, caveat in enumerate(evidence.caveats):
        yield f"caveat {number}", caveat.text


def _faults(read: _EvidenceFile, evidence: Evidence) -> Iterator[tuple[str, str]]:
    if len(evidence.cards) != len(read.cards):
        yield "cards", "two of them have one id."
    for practice in PRACTICES:
        if not evidence.cards_for(practice):
            yield practice, "there is no evidence card for this practice."
    for name, texts in evidence_texts(evidence):
        yield from ((name, fault) for fault in _faults_of_texts(texts))
    for name, texts in words_without_numbers(evidence):
        if any(numerals(text) for text in texts.values()):
            yield name, "there is a digit, where words have to do."
    for caveat in read.caveats:
        yield from (("caveats", fault) for fault in _faults_of_dois(caveat.dois))
    for card in read.cards:
        yield from ((card.id, fault) for fault in _faults_of_card(card, evidence))


def _faults_of_texts(texts: Texts) -> Iterator[str]:
    if missing := missing_languages(texts):
        yield f"there is no text in {', '.join(missing)}."
        return
    for language in LANGUAGE_CODES:
        for hit in check_text(texts[language], language=language):
            yield f"{hit.match!r}. {hit.reason}"


def _faults_of_card(card: EvidenceCard, evidence: Evidence) -> Iterator[str]:
    if not _ID.fullmatch(card.id):
        yield "an id is small letters and underscores."
    if card.grade not in evidence.grades:
        yield f"there are no words for the grade {card.grade!r}."
    for practice in card.practices:
        if practice not in PRACTICES:
            yield f"there is no practice {practice}."
    yield from _faults_of_dois((*card.dois, *(card.caveat.dois if card.caveat else ())))
    for effect in card.effects:
        yield from _faults_of_effect(effect, card)
    if [change.version for change in card.changes] != list(range(1, card.version + 1)):
        yield f"its changes don't lead to version {card.version}, one by one."
    dates = [change.date for change in card.changes]
    if dates != sorted(dates):
        yield "its changes are not in the order of their dates."


def _faults_of_effect(effect: Effect, card: EvidenceCard) -> Iterator[str]:
    if effect.low is None or effect.high is None:
        if (effect.low, effect.high) != (None, None):
            yield f"{effect.source}: an interval has two ends."
    elif not effect.low < effect.value < effect.high:
        yield f"{effect.source}: {effect.value} is not between {effect.low} and {effect.high}."
    if (effect.measure == "MD") != (effect.unit is not None):
        yield f"{effect.source}: a mean difference has a unit, and nothing else has."
    if any(count is not None and count < 1 for count in (effect.studies, effect.participants)):
        yield f"{effect.source}: nobody was counted."
    if effect.doi is not None and effect.doi not in card.dois:
        yield f"{effect.source}: the card doesn't name {effect.doi}."


def _faults_of_dois(dois: tuple[str, ...]) -> Iterator[str]:
    for doi in dois:
        if not _DOI.fullmatch(doi):
            yield f"{doi!r} is not a DOI."
