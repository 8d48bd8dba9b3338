"""Evidence cards: what published research found about a practice, how strong that is, and the caveats every card carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

FILE = Path(__file__).parent / "data" / "evidence.json"


class EvidenceCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`finding` concerns a marker in peripheral blood, in groups of people in studies: nobody in particular."""

    id: str
    version: int
    practices: tuple[str, ...]
    finding: str
    grade: str
    years: tuple[int, ...]
    dois: tuple[str, ...]


class _EvidenceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    caveats: tuple[str, ...]
    cards: tuple[EvidenceCard, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    caveats: tuple[str, ...]
    cards: dict[str, EvidenceCard]

    def for_practice(self, practice: str) -> EvidenceCard:
        """The first card that names the practice. Raises KeyError if none does."""
        for card in self.cards.values():
            if practice in card.practices:
                return card
        raise KeyError(practice)


@cache
def read_evidence(file: Path = FILE) -> Evidence:
    """Raises msgspec.ValidationError for a malformed file."""
    read = msgspec.json.decode(file.read_bytes(), type=_EvidenceFile)
    return Evidence(read.caveats, {card.id: card for card in read.cards})


def card_document(card: EvidenceCard, evidence: Evidence) -> dict[str, Any]:
    return {**msgspec.structs.asdict(card), "caveats": evidence.caveats}
