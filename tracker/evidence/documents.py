"""Evidence cards as apps get them, in one language."""

from __future__ import annotations

from typing import Any

from tracker.evidence.cards import Caveat, Effect, Evidence, EvidenceCard
from tracker.scoring.protocol import WES_1_0_0
from tracker.wellness import disclaimer


def card_document(
    card: EvidenceCard, evidence: Evidence, *, language: str, hide_numbers: bool = False
) -> dict[str, Any]:
    """The card beside a suggestion. With hidden numbers there are none but in its version and its DOIs."""
    grade = evidence.grades[card.grade]
    return {
        "id": card.id,
        "version": card.version,
        "practices": card.practices,
        "title": card.title[language],
        "finding": (card.in_words if hide_numbers else card.finding)[language],
        "in_words": card.in_words[language],
        "effects": [] if hide_numbers else [effect_document(effect, language=language) for effect in card.effects],
        "grade": card.grade,
        "grade_label": grade.label[language],
        "grade_meaning": grade.meaning[language],
        "years": () if hide_numbers else card.years,
        "dois": card.dois,
        "caveats": [caveat_document(caveat, language=language) for caveat in evidence.caveats_of(card)],
    }


def effect_document(effect: Effect, *, language: str) -> dict[str, Any]:
    return {
        "measure": effect.measure,
        "value": effect.value,
        "low": effect.low,
        "high": effect.high,
        "unit": effect.unit,
        "studies": effect.studies,
        "participants": effect.participants,
        "population": effect.population and effect.population[language],
        "source": effect.source,
        "doi": effect.doi,
    }


def caveat_document(caveat: Caveat, *, language: str) -> dict[str, Any]:
    return {"text": caveat.text[language], "dois": caveat.dois}


def whole_card(card: EvidenceCard, evidence: Evidence, *, language: str) -> dict[str, Any]:
    """The card by itself: with how it came to be what it is, and the disclaimer."""
    changes = [
        {"version": change.version, "date": change.date.isoformat(), "text": change.text[language]}
        for change in card.changes
    ]
    return {
        **card_document(card, evidence, language=language),
        "changes": changes,
        "disclaimer": disclaimer(language),
    }


def evidence_document(evidence: Evidence, *, language: str) -> dict[str, Any]:
    """All cards, and what their grades mean."""
    return {
        "protocol": WES_1_0_0.version,
        "grades": [
            {"grade": grade, "label": words.label[language], "meaning": words.meaning[language]}
            for grade, words in evidence.grades.items()
        ],
        "caveats": [caveat_document(caveat, language=language) for caveat in evidence.caveats],
        "cards": [whole_card(card, evidence, language=language) for card in evidence.cards.values()],
        "disclaimer": disclaimer(language),
    }
