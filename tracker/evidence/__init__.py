"""Evidence cards: what published research found about a practice, how strong that is, and what to keep in mind about it.

`cards` says what a card is, `reading` reads the file and refuses a faulty one, `documents` shows cards to apps.
"""

from tracker.evidence.cards import Effect, Evidence, EvidenceCard
from tracker.evidence.documents import card_document
from tracker.evidence.reading import EvidenceFileError, evidence_texts, read_evidence

__all__ = [
    "Effect",
    "Evidence",
    "EvidenceCard",
    "EvidenceFileError",
    "card_document",
    "evidence_texts",
    "read_evidence",
]
