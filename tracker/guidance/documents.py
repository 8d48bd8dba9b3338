"""Guidance as people see it: the document of `GET /v1/weeks/{week}/guidance`, which is also what a summary carries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import translation

from backend.languages import DEFAULT_LANGUAGE
from tracker.evidence import card_document, read_evidence
from tracker.guidance.choosing import Guidance, Suggestion
from tracker.guidance.steps import Log
from tracker.guidance.words import reason
from tracker.scoring.protocol import FOOD_GROUPS
from tracker.scoring.records import CognitiveRecord, ExerciseRecord
from tracker.scoring.rounding import two_decimals
from tracker.week_words import week_words
from tracker.wellness import SAFETY_LINES, disclaimer

# An activity of the catalogue for each kind of step, so that the step is a record that the score can be tried with.
BALANCE_ACTIVITY, STRENGTH_ACTIVITY, OTHER_ACTIVITY = "tai_chi", "bodyweight", "walk_brisk"
CATEGORY_ACTIVITIES = {
    "reading": "reading",
    "writing": "diary",
    "games": "crossword",
    "music": "instrument",
    "learning": "language_learning",
    "crafts": "knitting",
    "discussion": "book_discussion",
    "training": "brain_training",
}


def guidance_document(
    guidance: Guidance, *, hide_numbers: bool = False, language: str = DEFAULT_LANGUAGE
) -> dict[str, Any]:
    """With hidden numbers, its texts hold words instead, and steps and gains are left out."""
    with translation.override(language):
        return {
            "week": str(guidance.week),
            "numbers_hidden": hide_numbers,
            "suggestions": [
                _suggestion_document(suggestion, hide_numbers=hide_numbers, language=language)
                for suggestion in guidance.suggestions
            ],
            "keep_going": _keep_going_document(guidance, hide_numbers=hide_numbers, language=language),
            "disclaimer": disclaimer(language),
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
        "reason": reason(suggestion, hide_numbers=hide_numbers),
        "effect": suggestion.effect,
        "gain": None if hide_numbers else _gain_document(suggestion),
        "step": None if hide_numbers else step_record(suggestion.log),
        "grade": card.grade,
        "evidence": card_document(card, evidence, language=language, hide_numbers=hide_numbers),
        "safety": str(SAFETY_LINES[text.safety]) if text.safety else None,
    }


def _gain_document(suggestion: Suggestion) -> dict[str, float | None] | None:
    if suggestion.gain is None:
        return None
    score = suggestion.score_gain
    return {"domain": two_decimals(suggestion.gain), "score": None if score is None else two_decimals(score)}


def step_record(log: Log) -> dict[str, Any]:
    """A step as a record that `POST /v1/weeks/{week}/what-if` takes: at noon of its day, for the local date alone matters."""
    if isinstance(log, ExerciseRecord):
        activity = BALANCE_ACTIVITY if log.balance else STRENGTH_ACTIVITY if log.strength else OTHER_ACTIVITY
        return {
            "type": "exercise_log",
            "activity": activity,
            "started_at": _noon(log.day),
            "duration_seconds": log.seconds,
            "effort": log.intensity,
        }
    if isinstance(log, CognitiveRecord):
        return {
            "type": "cognitive_log",
            "activity": CATEGORY_ACTIVITIES[log.category],
            "started_at": _noon(log.day),
            "duration_seconds": log.seconds,
            "social": log.social,
        }
    items = [
        {"food_group": group, "servings": amount / 100}
        for group, amount in zip(FOOD_GROUPS, log.servings, strict=True)
        if amount
    ]
    return {"type": "diet_log", "eaten_at": _noon(log.day), "meal": "snack", "items": items}


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00+00:00"


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
        "reason": week_words(language, hide_numbers=hide_numbers).of_practice(kept) if kept else None,
        "grade": card.grade if card else None,
        "evidence": card_document(card, evidence, language=language, hide_numbers=hide_numbers) if card else None,
    }


def texts_of(document: dict[str, Any]) -> Sequence[str]:
    """Every text of a guidance document that a participant reads, the disclaimer aside."""
    suggestions = [item[key] for item in document["suggestions"] for key in ("title", "text", "reason", "safety")]
    findings = [item["evidence"]["finding"] for item in document["suggestions"]]
    keep_going = document["keep_going"] or {}
    return [text for text in (*suggestions, *findings, keep_going.get("text"), keep_going.get("reason")) if text]
