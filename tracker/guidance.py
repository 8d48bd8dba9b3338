"""Guidance for a week: up to three suggestions and one thing to keep going, chosen by rule and explained.

For each practice that applies and is not at its target, a suggestion is the smallest sensible step; what the step would add to
the domain, by the scoring rule, times the domain's weight decides the order. No domain gets a second suggestion before every
other one has had its first. The same week always gets the same guidance: texts rotate by the week's number, not by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tracker.evidence import card_document, read_evidence
from tracker.scoring.protocol import DOMAINS, WES_1_0_0
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.rounding import half_up
from tracker.scoring.weekly import PracticeScore, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.wellness import DISCLAIMER, SAFETY_LINES, check_text

DATA = Path(__file__).parent / "data"
MAX_SUGGESTIONS = 3
PRACTICE_NAMES = {
    "aerobic_minutes": "active minutes",
    "strength_days": "strength days",
    "active_days": "active days",
    "balance_days": "balance days",
    "activity_days": "activity days",
    "cognitive_minutes": "minutes of mental activity",
    "skill_days": "skill days",
    "variety": "kinds of activity",
    "social_days": "social days",
    "leafy_greens": "servings of leafy greens",
    "other_vegetables": "servings of other vegetables",
    "berries": "servings of berries",
    "nuts": "servings of nuts",
    "beans": "servings of beans",
    "whole_grains": "servings of whole grains",
    "fish": "servings of fish",
    "olive_oil": "days with olive oil",
}
DOMAIN_NAMES = {"exercise": "exercise", "cognitive": "mental activity", "diet": "food"}


class GuidanceFileError(ValueError):
    """An entry of a guidance file that can't be used: which, and why."""


class SuggestionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`step` is in the practice's unit."""

    id: str
    practice: str
    step: int
    title: str
    text: str
    evidence_id: str
    safety: str | None


class EncouragementText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For a practice that went well; or `logging`, when there is no number yet, or `rest`, for an excused week."""

    id: str
    practice: str
    text: str


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
    """The published texts, by practice. Raises GuidanceFileError for one that is unknown, uncited or not general wellness."""
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
    for name, text in library_texts(suggestions, encouragements):
        if hits := check_text(text):
            raise GuidanceFileError(f"{name}: {hits[0].match!r}. {hits[0].reason}")
    by_practice: dict[str, tuple[SuggestionText, ...]] = {}
    for suggestion in suggestions:
        by_practice[suggestion.practice] = (*by_practice.get(suggestion.practice, ()), suggestion)
    return Library(by_practice, {text.practice: text for text in encouragements})


def library_texts(
    suggestions: Iterable[SuggestionText], encouragements: Iterable[EncouragementText]
) -> Iterable[tuple[str, str]]:
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


def reason(suggestion: Suggestion, *, hide_numbers: bool) -> str:
    """Why this one: the practice, the amount, the target and the step."""
    practice = suggestion.score
    name = PRACTICE_NAMES[practice.practice.code]
    domain = DOMAIN_NAMES[practice.practice.domain]
    if hide_numbers:
        return f"There is room for more {name} in your week, and a small step here does a lot for {domain}."
    logged = f"You logged {_of_target(practice)}"
    if suggestion.gain is None:
        return f"{logged}; {_plain(suggestion.step)} more is a small step."
    return f"{logged}; {_plain(suggestion.step)} more would add {_plain(suggestion.gain, 1)} points to {domain}."


def kept_reason(practice: PracticeScore, *, hide_numbers: bool) -> str:
    if hide_numbers:
        return f"Of all practices, {PRACTICE_NAMES[practice.practice.code]} came closest to the week's target."
    return f"You logged {_of_target(practice)}."


def _of_target(practice: PracticeScore) -> str:
    """ "1 of 2 strength days", "0 of 1 serving of fish"; minutes without decimals."""
    places = 0 if practice.practice.unit == "minutes" else 2
    target = _plain(practice.target, places)
    name = PRACTICE_NAMES[practice.practice.code]
    if target == "1":
        name = re.sub(r"\b(serving|day|kind)s\b", r"\1", name, count=1)
    return f"{_plain(practice.amount, places)} of {target} {name}"


def _plain(value: Fraction, places: int = 2) -> str:
    """A number as people write it: no trailing zeros."""
    text = f"{half_up(value, places) / 10**places:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def guidance_document(guidance: Guidance, *, hide_numbers: bool = False) -> dict[str, Any]:
    """The document of `GET /v1/weeks/{week}/guidance`; with hidden numbers, its texts hold words instead."""
    evidence = read_evidence()
    keep_going = None
    if guidance.keep_going is not None:
        card = evidence.for_practice(guidance.kept.practice.code) if guidance.kept else None
        keep_going = {
            "id": guidance.keep_going.id,
            "practice": guidance.kept.practice.code if guidance.kept else None,
            "text": guidance.keep_going.text,
            "reason": kept_reason(guidance.kept, hide_numbers=hide_numbers) if guidance.kept else None,
            "grade": card.grade if card else None,
            "evidence": card_document(card, evidence) if card else None,
        }
    return {
        "week": str(guidance.week),
        "suggestions": [
            {
                "id": suggestion.text.id,
                "practice": suggestion.score.practice.code,
                "title": suggestion.text.title,
                "text": suggestion.text.text,
                "reason": reason(suggestion, hide_numbers=hide_numbers),
                "grade": evidence.cards[suggestion.text.evidence_id].grade,
                "evidence": card_document(evidence.cards[suggestion.text.evidence_id], evidence),
                "safety": SAFETY_LINES[suggestion.text.safety] if suggestion.text.safety else None,
            }
            for suggestion in guidance.suggestions
        ],
        "keep_going": keep_going,
        "disclaimer": DISCLAIMER,
    }


def texts_of(document: dict[str, Any]) -> Sequence[str]:
    """Every text of a guidance document that a participant reads, the disclaimer aside."""
    suggestions = [item[key] for item in document["suggestions"] for key in ("title", "text", "reason", "safety")]
    findings = [item["evidence"]["finding"] for item in document["suggestions"]]
    keep_going = document["keep_going"] or {}
    return [text for text in (*suggestions, *findings, keep_going.get("text"), keep_going.get("reason")) if text]
