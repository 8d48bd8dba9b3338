"""What participants think of suggestions. There is one record for each suggestion, with an id made from its code (UUIDv5), as
day marks have one made from their date; without a verdict it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from backend.sync.records import Parsed, RecordType
from backend.sync.wire import Text80
from tracker.models import SuggestionFeedback
from tracker.record_types.marks import RECORD_ID_NAMESPACE, check_id, no_reference


def suggestion_feedback_id(suggestion: str) -> UUID:
    return uuid5(RECORD_ID_NAMESPACE, suggestion)


class SuggestionFeedbackWire(Struct, forbid_unknown_fields=True, frozen=True):
    """Whether a suggestion was useful, or is not for somebody. `suggestion` is its `id` in the guidance, known or not."""

    suggestion: Text80
    id: UUID | None = None
    verdict: Literal["useful", "not_for_me"] | None = None


def parse(wire: SuggestionFeedbackWire, reference: None) -> Parsed:
    check_id(wire.id, suggestion_feedback_id(wire.suggestion))
    return Parsed({"suggestion": wire.suggestion, "verdict": wire.verdict}, (wire.suggestion, wire.verdict))


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "suggestion": row["suggestion"],
        "verdict": row["verdict"],
        "version": row["version"],
    }


SUGGESTION_FEEDBACK = RecordType(
    name="suggestion_feedback",
    model=SuggestionFeedback,
    wire=SuggestionFeedbackWire,
    reference=no_reference,
    parse=parse,
    document=document,
    date_column=None,
    read_only=frozenset({"version"}),
    deletable=False,
)
