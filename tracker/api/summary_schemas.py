"""The summary of a week in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from backend.api.openapi import array_schema, object_schema
from backend.languages import LANGUAGE_CODES
from tracker.api.schemas import (
    BOOLEAN,
    DATE,
    DISCLAIMER,
    DOMAIN,
    NUMBERS_HIDDEN,
    SCORE,
    STRING,
    WEEK_NAME,
    WORDS,
)
from tracker.api.week_schemas import CHANGE, DOMAIN_HEAD, KEEP_GOING, SUGGESTION, WEEK_HEAD

_DATED = {"week": WEEK_NAME, "from": DATE, "to": DATE}
_TREND_WEEK = object_schema(
    {
        **_DATED,
        "score": SCORE,
        "status": WEEK_HEAD["status"],
        "included": array_schema(DOMAIN, description="Those with a number."),
        "change": {"anyOf": [CHANGE, {"type": "null"}]},
    }
)
_CORRECTION = object_schema(
    {
        **_DATED,
        "before": {**SCORE, "description": "The score that was told."},
        "after": {**SCORE, "description": "What it is now."},
        "words": STRING,
    }
)
SUMMARY = object_schema(
    {
        **WEEK_HEAD,
        "open": {"type": "boolean", "description": "Whether the week still runs, at home."},
        "language": {"type": "string", "enum": list(LANGUAGE_CODES)},
        "headline": STRING,
        "words": WORDS,
        "nothing_logged": {**BOOLEAN, "description": "No log, no mark, no confirmation: `words` is a short note."},
        "domains": array_schema(object_schema({**DOMAIN_HEAD, "words": WORDS})),
        "trend": object_schema(
            {
                "weeks": array_schema(
                    _TREND_WEEK, maxItems=8, description="Oldest first, from the first one with a score."
                ),
                "words": {"type": ["string", "null"], "description": "How this week compares; null if it can't be."},
            }
        ),
        "keep_going": {"anyOf": [KEEP_GOING, {"type": "null"}]},
        "suggestions": array_schema(SUGGESTION, maxItems=3),
        "corrections": array_schema(
            _CORRECTION, description="Earlier weeks whose numbers are no longer those that weekly mails told."
        ),
        "disclaimer": DISCLAIMER,
        "numbers_hidden": NUMBERS_HIDDEN,
    }
)
