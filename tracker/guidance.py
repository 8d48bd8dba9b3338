"""Guidance for a week: up to three suggestions and one thing to keep going, chosen by rule and explained.

For each practice that applies and is not at its target, a suggestion is the smallest sensible step; what the step would add to
the domain, by the scoring rule, times the domain's weight decides the order. No domain gets a second suggestion before every
other one has had its first. The same week always gets the same guidance: texts rotate by the week's number, not by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.utils import translation

from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_CODES, Texts, missing_languages
from tracker.evidence import card_document, read_evidence
from tracker.guidance_words import kept_reason, reason
from tracker.practice_words import PRACTICE_NAMES
from tracker.scoring.protocol import DOMAINS, WES_1_0_0
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.weekly import PracticeScore, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.wellness import DISCLAIMER, SAFETY_LINES, check_text

DATA = Path(__file__).parent / "data"
MAX_SUGGESTIONS = 3


class GuidanceFileError(ValueError):
    """An entry of a guidance file that can't be used: which, and why."""


class SuggestionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`step` is in the practice's unit; `title` and `text` are by language."""

    id: str
    practice: str
    step: int
    title: dict[str, str]
    text: dict[str, str]
    evidence_id: str
    safety: str | None


class EncouragementText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For a practice that went well; or `logging`, when there is no number yet, or `rest`, for an excused week."""

    id: str
    practice: str
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`gain`: what the step would add to the domain's 100 points, None while the domain has no number."""

    text: SuggestionText
    score: PracticeScore
    step: Fraction
    gain: Fraction | None


@dataclass(frozen=True, slots=True)
class Guidance:
    week: Week
    suggestions: tuple[Suggestion, ...]
    keep_going: EncouragementText | None
    kept: PracticeScore | None


@dataclass(frozen=True, slots=True)
class Library:
    suggestions: dict[str, tuple[SuggestionText, ...]]
    encouragements: dict[str, EncouragementText]


@cache
def read_library(folder: Path = DATA) -> Library:
    """The published texts, by practice. Raises GuidanceFileError for one that is unknown, uncited, missing in a language or
    not general wellness."""
    suggestions = msgspec.json.decode((folder / "suggestions.json").read_bytes(), type=list[SuggestionText])
    encouragements = msgspec.json.decode((folder / "encouragements.json").read_bytes(), type=list[EncouragementText])
    cards = read_evidence(folder / "evidence.json").cards
    for suggestion in suggestions:
        if suggestion.practice not in PRACTICE_NAMES:
            raise GuidanceFileError(f"{suggestion.id}: there is no practice {suggestion.practice}.")
        if suggestion.evidence_id not in cards:
            raise GuidanceFileError(f"{suggestion.id}: there is no evidence card {suggestion.evidence_id}.")
        if suggestion.safety is not None and suggestion.safety not in SAFETY_LINES:
            raise GuidanceFileError(f"{suggestion.id}: there is no safety line {suggestion.safety}.")
    for name, texts in library_texts(suggestions, encouragements):
        if missing := missing_languages(texts):
            raise GuidanceFileError(f"{name}: there is no text in {', '.join(missing)}.")
        for language in LANGUAGE_CODES:
            if hits := check_text(texts[language], language=language):
                raise GuidanceFileError(f"{name}: {hits[0].match!r}. {hits[0].reason}")
    by_practice: dict[str, tuple[SuggestionText, ...]] = {}
    for suggestion in suggestions:
        by_practice[suggestion.practice] = (*by_practice.get(suggestion.practice, ()), suggestion)
    return Library(by_practice, {text.practice: text for text in encouragements})


def library_texts(
    suggestions: Iterable[SuggestionText], encouragements: Iterable[EncouragementText]
) -> Iterable[tuple[str, Texts]]:
    for suggestion in suggestions:
        yield suggestion.id, suggestion.title
        yield suggestion.id, suggestion.text
    for encouragement in encouragements:
        yield encouragement.id, encouragement.text


def choose_guidance(records: WeekRecords, score: WeeklyScore, facts: ParticipantFacts) -> Guidance:
    """The guidance of one week: a function of these, and of nothing else."""
    library = read_library()
    week = records.week
    if score.status == "excused":
        return Guidance(week, (), library.encouragements["rest"], None)
    kept = _best(score)
    keep_going = library.encouragements[kept.practice.code] if kept else None
    if keep_going is None and (records.exercise or records.cognitive or records.diet):
        keep_going = library.encouragements["logging"]
    return Guidance(week, _suggestions(score, library), keep_going, kept)


def _suggestions(score: WeeklyScore, library: Library) -> tuple[Suggestion, ...]:
    weights = dict(zip(DOMAINS, WES_1_0_0.domain_weights, strict=True))
    queues = []
    for domain in score.domains:
        ranked = sorted(
            (
                (_gain(practice, library), index, practice)
                for index, practice in enumerate(domain.practices)
                if practice.amount < practice.target
            ),
            key=lambda item: (-item[0], item[1]),
        )
        queues.append([(gain * weights[domain.domain], practice) for gain, _, practice in ranked])
    chosen: list[PracticeScore] = []
    while len(chosen) < MAX_SUGGESTIONS and any(queues):
        # The domains' best candidates, the largest gain first; then their second bests, and so on.
        heads = sorted((queue.pop(0) for queue in queues if queue), key=lambda item: -item[0])
        chosen += [practice for _, practice in heads]
    return tuple(_suggest(practice, score.week, library) for practice in chosen[:MAX_SUGGESTIONS])


def _step(practice: PracticeScore, library: Library) -> Fraction:
    """The smallest sensible step, or what is missing if that is less."""
    step = Fraction(library.suggestions[practice.practice.code][0].step)
    return min(step, practice.target - practice.amount)


def _gain(practice: PracticeScore, library: Library) -> Fraction:
    """What the step adds to the domain's 100 points, by the scoring rule."""
    return 100 * practice.weight * _step(practice, library) / practice.target


def _suggest(practice: PracticeScore, week: Week, library: Library) -> Suggestion:
    texts = library.suggestions[practice.practice.code]
    turn = (week.monday.toordinal() // 7) % len(texts)
    gain = None if practice.points is None else _gain(practice, library)
    return Suggestion(texts[turn], practice, _step(practice, library), gain)


def _best(score: WeeklyScore) -> PracticeScore | None:
    """The practice nearest to its target, of those that are half-way at least (else the texts would say too much); the
    protocol's order decides ties."""
    half_way = [
        practice
        for domain in score.domains
        for practice in domain.practices
        if practice.target and 2 * practice.amount >= practice.target
    ]
    return max(half_way, key=lambda practice: min(1, practice.amount / practice.target), default=None)


def guidance_document(
    guidance: Guidance, *, hide_numbers: bool = False, language: str = DEFAULT_LANGUAGE
) -> dict[str, Any]:
    """The document of `GET /v1/weeks/{week}/guidance`; with hidden numbers, its texts hold words instead."""
    with translation.override(language):
        return {
            "week": str(guidance.week),
            "suggestions": [
                _suggestion_document(suggestion, hide_numbers=hide_numbers, language=language)
                for suggestion in guidance.suggestions
            ],
            "keep_going": _keep_going_document(guidance, hide_numbers=hide_numbers, language=language),
            "disclaimer": str(DISCLAIMER),
        }


def _suggestion_document(suggestion: Suggestion, *, hide_numbers: bool, language: str) -> dict[str, Any]:
    evidence = read_evidence()
    text = suggestion.text
    card = evidence.cards[text.evidence_id]
    return {
        "id": text.id,
        "practice": suggestion.score.practice.code,
        "title": text.title[language],
        "text": text.text[language],
        "reason": reason(suggestion.score, suggestion.step, suggestion.gain, hide_numbers=hide_numbers),
        "grade": card.grade,
        "evidence": card_document(card, evidence, language=language),
        "safety": str(SAFETY_LINES[text.safety]) if text.safety else None,
    }


def _keep_going_document(guidance: Guidance, *, hide_numbers: bool, language: str) -> dict[str, Any] | None:
    if guidance.keep_going is None:
        return None
    evidence = read_evidence()
    kept = guidance.kept
    card = evidence.for_practice(kept.practice.code) if kept else None
    return {
        "id": guidance.keep_going.id,
        "practice": kept.practice.code if kept else None,
        "text": guidance.keep_going.text[language],
        "reason": kept_reason(kept, hide_numbers=hide_numbers) if kept else None,
        "grade": card.grade if card else None,
        "evidence": card_document(card, evidence, language=language) if card else None,
    }


def texts_of(document: dict[str, Any]) -> Sequence[str]:
    """Every text of a guidance document that a participant reads, the disclaimer aside."""
    suggestions = [item[key] for item in document["suggestions"] for key in ("title", "text", "reason", "safety")]
    findings = [item["evidence"]["finding"] for item in document["suggestions"]]
    keep_going = document["keep_going"] or {}
    return [text for text in (*suggestions, *findings, keep_going.get("text"), keep_going.get("reason")) if text]
