"""Weeks and guidance in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from backend.api.openapi import array_schema, object_schema
from tracker.api.evidence_schemas import EVIDENCE
from tracker.api.schemas import (
    BOOLEAN,
    DATE,
    DISCLAIMER,
    DOMAIN,
    FLAGS,
    NUMBER,
    NUMBER_OR_NULL,
    NUMBERS_HIDDEN,
    PRACTICE_CODE,
    SCORE,
    STRING,
    UNIT,
    WEEK_NAME,
    WORDS,
    choice,
    or_null,
)
from tracker.scoring.protocol import DOMAINS, STATUSES

# --- Weeks --------------------------------------------------------------------------------------------------------------
_PRACTICE = object_schema(
    {
        "practice": PRACTICE_CODE,
        "amount": NUMBER_OR_NULL,
        "unit": UNIT,
        "target": NUMBER_OR_NULL,
        "weight": {**NUMBER_OR_NULL, "description": "Of the domain, renormalised over the practices that apply."},
        "points": {"type": ["number", "null"], "description": "Of the domain's 100."},
        "goal": {
            "type": ["number", "null"],
            "description": "In the unit; the target if the participant has no goal, null with hidden numbers.",
        },
        "goal_reached": BOOLEAN,
        "words": WORDS,
    }
)
DOMAIN_HEAD = {
    "domain": DOMAIN,
    "score": SCORE,
    "status": choice(tuple(status for status in STATUSES if status != "partial")),
    "logged_days": {"type": ["integer", "null"], "minimum": 0, "maximum": 7},
}
WEEK_HEAD = {
    "week": WEEK_NAME,
    "from": DATE,
    "to": DATE,
    "protocol": STRING,
    "score": SCORE,
    "status": choice(tuple(status for status in STATUSES if status != "not_applicable")),
}
_LOG = object_schema(
    {
        "id": {"type": "string", "format": "uuid"},
        "counted": {
            "type": "object",
            "additionalProperties": NUMBER_OR_NULL,
            "propertyNames": PRACTICE_CODE,
            "description": "For each practice, how much of its amount came from this log.",
        },
        "not_counted_because": choice(
            (
                "duplicate",
                "not_applicable",
                "no_scored_food",
                "no_intensity",
                "light_intensity",
                "below_daily_minimum",
            )
        ),
        "flags": FLAGS,
        "words": WORDS,
    },
    optional=("not_counted_because",),
)
_EQUAL_WEIGHTS = {
    "description": "The score as it would be if all practices of a domain weighed the same, and all domains.",
    **object_schema({"score": SCORE, "domains": object_schema(dict.fromkeys(DOMAINS, SCORE))}),
}
_BEFORE_AND_AFTER = {"before": SCORE, "after": SCORE}
_CHANGES = {
    **object_schema(
        {
            "revision": {"type": ["integer", "null"], "minimum": 2},
            "since": object_schema(
                {
                    "revision": {"type": ["integer", "null"], "minimum": 1},
                    "scored_at": {"type": "string", "format": "date-time"},
                    "score": SCORE,
                }
            ),
            "score": object_schema(_BEFORE_AND_AFTER),
            "domains": array_schema(object_schema({"domain": DOMAIN, **_BEFORE_AND_AFTER})),
            "practices": array_schema(
                object_schema({"practice": PRACTICE_CODE, "before": NUMBER_OR_NULL, "after": NUMBER_OR_NULL})
            ),
            "logs": array_schema(
                object_schema(
                    {
                        "id": {"type": "string", "format": "uuid"},
                        "type": choice(("exercise_log", "cognitive_log", "diet_log", "day_mark", "week_confirmation")),
                        "what": choice(("added", "changed", "removed")),
                    }
                )
            ),
            "facts": {"type": "boolean", "description": "Whether what the week is scored by has changed."},
            "words": WORDS,
        }
    ),
    "description": "What has changed since the result before this one.",
}
WEEK = object_schema(
    {
        **WEEK_HEAD,
        "words": WORDS,
        "domains": array_schema(object_schema({**DOMAIN_HEAD, "practices": array_schema(_PRACTICE), "words": WORDS})),
        "logs": array_schema(_LOG),
        "sensitivity": object_schema({"equal_weights": _EQUAL_WEIGHTS}),
        "disclaimer": DISCLAIMER,
        "changes": {"anyOf": [_CHANGES, {"type": "null"}]},
        "numbers_hidden": NUMBERS_HIDDEN,
    }
)
_OVERVIEW = {
    **WEEK_HEAD,
    "domains": array_schema(object_schema(DOMAIN_HEAD)),
    "numbers_hidden": NUMBERS_HIDDEN,
}
WEEK_OVERVIEW = object_schema(_OVERVIEW)
CHANGE = object_schema(
    {
        "compared_with": {**WEEK_NAME, "description": "The last week before it in this answer that has a score."},
        "now_includes": array_schema(DOMAIN),
        "no_longer_includes": array_schema(DOMAIN),
        "difference": {
            "type": ["number", "null"],
            "description": "In points; null between different sets of domains, and with hidden numbers.",
        },
        "words": STRING,
    }
)
_STREAK = {
    "description": "Local days in a row, up to today or yesterday, with a log or a mark of nothing to log.",
    **object_schema(
        {
            "days": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "Null with hidden numbers, as the next two.",
            },
            "since": {"type": ["string", "null"], "format": "date"},
            "paused_days": {"type": ["integer", "null"], "minimum": 0, "description": "Excused ones since it began."},
            "words": STRING,
        },
    ),
}
WEEK_LIST = object_schema(
    {
        "results": array_schema(
            object_schema(
                {
                    **_OVERVIEW,
                    "words": WORDS,
                    "included": array_schema(DOMAIN, description="Those with a number."),
                    "change": {"anyOf": [CHANGE, {"type": "null"}]},
                }
            )
        ),
        "streak": _STREAK,
        "disclaimer": DISCLAIMER,
    }
)

# --- Guidance -----------------------------------------------------------------------------------------------------------
_GAIN = object_schema(
    {
        "domain": {**NUMBER, "description": "What the step adds to the domain's 100 points."},
        "score": {"type": ["number", "null"], "description": "What it adds to the week's score."},
    }
)
SUGGESTION = object_schema(
    {
        "id": STRING,
        "practice": PRACTICE_CODE,
        "title": STRING,
        "text": STRING,
        "reason": STRING,
        "effect": {
            **choice(("raises", "keeps", "no_number_yet")),
            "description": "What taking the step does: it raises the score; or the target is reached and it keeps it, nearer to"
            " the participant's own goal; or there is no number yet.",
        },
        "gain": {"anyOf": [_GAIN, {"type": "null"}]},
        "step": {
            "type": ["object", "null"],
            "description": "The step as a record that `POST /v1/weeks/{week}/what-if` takes.",
        },
        "grade": STRING,
        "evidence": EVIDENCE,
        "safety": {"type": ["string", "null"], "description": "To be shown with the suggestion."},
    }
)
KEEP_GOING = object_schema(
    {
        "id": STRING,
        "practice": or_null(PRACTICE_CODE),
        "text": STRING,
        "reason": {"type": ["string", "null"]},
        "grade": {"type": ["string", "null"]},
        "evidence": {"anyOf": [EVIDENCE, {"type": "null"}]},
    }
)
GUIDANCE = object_schema(
    {
        "week": WEEK_NAME,
        "numbers_hidden": BOOLEAN,
        "suggestions": array_schema(SUGGESTION, maxItems=3),
        "keep_going": {"anyOf": [KEEP_GOING, {"type": "null"}]},
        "disclaimer": DISCLAIMER,
    }
)
