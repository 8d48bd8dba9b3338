"""Evidence cards: what published research found about a practice, how strong that is, and the caveats every card carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from backend.languages import Texts, missing_languages

FILE = Path(__file__).parent / "data" / "evidence.json"


class EvidenceFileError(ValueError):
    """An entry of the evidence file that can't be used: which, and why."""


class EvidenceCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`finding`, by language, concerns a marker in peripheral blood, in groups of people in studies: nobody in particular."""

    id: str
    version: int
    practices: tuple[str, ...]
    finding: dict[str, str]
    grade: str
    years: tuple[int, ...]
    dois: tuple[str, ...]


class _EvidenceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    caveats: tuple[dict[str, str], ...]
    grades: dict[str, dict[str, str]]
    cards: tuple[EvidenceCard, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`grades`: what each grade is called, by language."""

    caveats: tuple[Texts, ...]
    grades: Mapping[str, Texts]
    cards: dict[str, EvidenceCard]

    def for_practice(self, practice: str) -> EvidenceCard:
        """The first card that names the practice. Raises KeyError if none does."""
        for card in self.cards.values():
            if practice in card.practices:
                return card
        raise KeyError(practice)


@cache
def read_evidence(file: Path = FILE) -> Evidence:
    """Raises msgspec.ValidationError for a malformed file, EvidenceFileError for a text that is missing in a language."""
    read = msgspec.json.decode(file.read_bytes(), type=_EvidenceFile)
    evidence = Evidence(read.caveats, read.grades, {card.id: card for card in read.cards})
    for name, texts in evidence_texts(evidence):
        if missing := missing_languages(texts):
            raise EvidenceFileError(f"{name}: there is no text in {', '.join(missing)}.")
    for card in read.cards:
        if card.grade not in read.grades:
            raise EvidenceFileError(f"{card.id}: there are no words for the grade {card.grade!r}.")
    return evidence


def evidence_texts(evidence: Evidence) -> Iterator[tuple[str, Texts]]:
    for card in evidence.cards.values():
        yield card.id, card.finding
    for grade, texts in evidence.grades.items():
        yield f"grade {grade}", texts
    for number, caveat in enumerate(evidence.caveats):
        yield f"caveat {number}", caveat


def card_document(
    card: EvidenceCard, evidence: Evidence, *, language: str, hide_numbers: bool = False
) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(card),
        "finding": card.finding[language],
        "grade_label": evidence.grades[card.grade][language],
        "caveats": [caveat[language] for caveat in evidence.caveats],
    }
