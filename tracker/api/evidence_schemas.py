"""Evidence cards in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, get_args

from backend.api.openapi import array_schema, named_schema, object_schema
from tracker.evidence.cards import Measure
from tracker.scoring.protocol import PRACTICES

_STRING: dict[str, Any] = {"type": "string"}
_DOI = {
    "type": "string",
    "pattern": r"^10\.[0-9]{4,9}/\S+$",
    "description": "An address (https://doi.org/ and this) more than a text.",
}
_VERSION = {"type": "integer", "minimum": 1}
_COUNT = {"type": ["integer", "null"], "minimum": 1}
_END = {"type": ["number", "null"], "description": "Of the 95% interval; null where the source's is not at hand."}
_DISCLAIMER = {"type": "string", "description": "To be shown with the cards."}
_CAVEAT = object_schema({"text": _STRING, "dois": array_schema(_DOI)})

EFFECT = object_schema(
    {
        "measure": {
            "type": "string",
            "enum": list(get_args(Measure)),
            "description": "SMD and Hedges g have no unit and share a scale; MD, a mean difference, is in `unit`.",
        },
        "value": {"type": "number"},
        "low": _END,
        "high": _END,
        "unit": {"type": ["string", "null"]},
        "studies": _COUNT,
        "participants": _COUNT,
        "population": {
            "type": ["string", "null"],
            "description": "Who was studied, where it is not people in general.",
        },
        "source": _STRING,
        "doi": {**_DOI, "type": ["string", "null"]},
    }
)
_CARD = {
    "id": _STRING,
    "version": _VERSION,
    "practices": array_schema({"type": "string", "enum": list(PRACTICES)}),
    "title": _STRING,
    "finding": {"type": "string", "description": "For those who hide numbers, the same as `in_words`."},
    "in_words": {"type": "string", "description": "The finding without a number."},
    "effects": array_schema(
        named_schema("EvidenceEffect", EFFECT),
        description="In a blood marker, as published. Empty for those who hide numbers.",
    ),
    "grade": {"type": "string", "description": "Always in English; `grade_label` is for people."},
    "grade_label": _STRING,
    "grade_meaning": _STRING,
    "years": array_schema({"type": "integer"}, description="Empty for those who hide numbers."),
    "dois": array_schema(_DOI),
    "caveats": array_schema(_CAVEAT, description="The card's own first, then those that every card carries."),
}
EVIDENCE = object_schema(_CARD)
EVIDENCE_CARD = object_schema(
    {
        **_CARD,
        "changes": array_schema(
            object_schema({"version": _VERSION, "date": {"type": "string", "format": "date"}, "text": _STRING}),
            minItems=1,
            description="What each version brought, the first one first.",
        ),
        "disclaimer": _DISCLAIMER,
    }
)
EVIDENCE_LIST = object_schema(
    {
        "protocol": {"type": "string", "description": "Of the score, whose practices the cards are about."},
        "grades": array_schema(object_schema({"grade": _STRING, "label": _STRING, "meaning": _STRING})),
        "caveats": array_schema(_CAVEAT, description="Those that every card carries."),
        "cards": array_schema(named_schema("EvidenceCard", EVIDENCE_CARD)),
        "disclaimer": _DISCLAIMER,
    }
)
