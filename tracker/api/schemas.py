"""The derived documents of the API in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from backend.api.openapi import array_schema, object_schema
from backend.languages import LANGUAGE_CODES
from tracker.api.evidence_schemas import EVIDENCE
from tracker.catalogue.entries import FOOD_CATEGORIES
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, DOMAINS, FOOD_GROUPS, INTENSITIES, STATUSES, WES_1_0_0

WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"

STRING: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}
WEEK_NAME: dict[str, Any] = {"type": "string", "pattern": WEEK_PATTERN}
FLAGS = array_schema(STRING)


def _choice(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    nullable = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


SCORE = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
DOMAIN = _choice(DOMAINS)
_PRACTICE_CODE = _choice(tuple(practice.code for practice in WES_1_0_0.practices))
_UNIT = _choice(tuple(dict.fromkeys(practice.unit for practice in WES_1_0_0.practices)))
NUMBER_OR_NULL: dict[str, Any] = {"type": ["number", "null"]}
NUMBERS_HIDDEN = {
    "type": "boolean",
    "description": "The participant chose words instead of numbers: every number in here is null.",
}
WORDS = {"type": "string", "description": "The same in a sentence."}
DISCLAIMER = {"type": "string", "description": "To be shown beside scores and suggestions."}

# --- Weeks --------------------------------------------------------------------------------------------------------------
_PRACTICE = object_schema(
    {
        "practice": _PRACTICE_CODE,
        "amount": NUMBER_OR_NULL,
        "unit": _UNIT,
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
    "status": _choice(tuple(status for status in STATUSES if status != "partial")),
    "logged_days": {"type": ["integer", "null"], "minimum": 0, "maximum": 7},
}
WEEK_HEAD = {
    "week": WEEK_NAME,
    "from": DATE,
    "to": DATE,
    "protocol": STRING,
    "score": SCORE,
    "status": _choice(tuple(status for status in STATUSES if status != "not_applicable")),
}
_LOG = object_schema(
    {
        "id": {"type": "string", "format": "uuid"},
        "counted": {
            "type": "object",
            "additionalProperties": NUMBER_OR_NULL,
            "propertyNames": _PRACTICE_CODE,
            "description": "For each practice, how much of its amount came from this log.",
        },
        "not_counted_because": _choice(
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
                object_schema({"practice": _PRACTICE_CODE, "before": NUMBER_OR_NULL, "after": NUMBER_OR_NULL})
            ),
            "logs": array_schema(
                object_schema(
                    {
                        "id": {"type": "string", "format": "uuid"},
                        "type": _choice(("exercise_log", "cognitive_log", "diet_log", "day_mark", "week_confirmation")),
                        "what": _choice(("added", "changed", "removed")),
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
        "practice": _PRACTICE_CODE,
        "title": STRING,
        "text": STRING,
        "reason": STRING,
        "effect": {
            **_choice(("raises", "keeps", "no_number_yet")),
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
        "practice": _or_null(_PRACTICE_CODE),
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

GIVES = {"type": "object", "additionalProperties": NUMBER, "propertyNames": _choice(FOOD_GROUPS)}

# --- The catalogue ------------------------------------------------------------------------------------------------------
_ENTRY = {
    "code": STRING,
    "label": STRING,
    "synonyms": array_schema(STRING),
    "terms": array_schema(STRING, description="Label and synonyms as a search compares them."),
    "retired": {"type": "boolean", "description": "Don't offer it any more; it is still accepted."},
}
EXERCISE_ACTIVITY = object_schema(
    {
        **_ENTRY,
        "category": STRING,
        "met": {"type": ["number", "null"]},
        "intensity": _or_null(_choice(INTENSITIES)),
        "strength": BOOLEAN,
        "balance": BOOLEAN,
        "platform_names": array_schema(STRING),
    }
)
COGNITIVE_ACTIVITY = object_schema(
    {
        **_ENTRY,
        "category": _choice(COGNITIVE_CATEGORIES),
        "usually_social": BOOLEAN,
        "examples": array_schema(STRING),
    }
)
FOOD = object_schema(
    {
        **_ENTRY,
        "category": _choice(FOOD_CATEGORIES),
        "food_group": _or_null(_choice(FOOD_GROUPS)),
        "gives": {**GIVES, "description": "Servings of each food group in one household measure."},
        "household_measure": STRING,
        "common": {"type": "boolean", "description": "Among what people log most."},
    }
)
PRACTICE = object_schema(
    {
        "code": _PRACTICE_CODE,
        "label": STRING,
        "domain": DOMAIN,
        "unit": _UNIT,
        "target": NUMBER,
        "scales_with_days": BOOLEAN,
        "weight": NUMBER,
        "weight_65": NUMBER,
        "source": STRING,
        "evidence": array_schema(STRING, minItems=1, description="Ids of its evidence cards."),
    }
)

# --- The profile --------------------------------------------------------------------------------------------------------
ME = object_schema(
    {
        "id": {"type": "string", "format": "uuid"},
        "email": {"type": "string", "format": "email"},
        "display_name": {"type": "string", "maxLength": 80},
        "home_time_zone": {"type": "string", "description": "IANA name."},
        "language": {"type": "string", "enum": list(LANGUAGE_CODES)},
        "hide_numbers": BOOLEAN,
        "preferred_origins": array_schema(STRING, maxItems=20),
        "weekly_email": object_schema(
            {
                "enabled": BOOLEAN,
                "weekday": {**WHOLE, "maximum": 6, "description": "0 is Monday."},
                "hour": {**WHOLE, "maximum": 23},
            }
        ),
        "mail_stopped": {
            **object_schema(
                {
                    "reason": {"type": "string", "enum": ["bounced", "complained"]},
                    "since": {"type": "string", "format": "date-time"},
                    "message": {
                        **STRING,
                        "description": "Why, and how to get mail again, in the participant's language.",
                    },
                }
            ),
            "type": ["object", "null"],
            "description": "The weekly summary does not go to this address for now; null if it does.",
        },
        "push_week_ready": BOOLEAN,
        "birth_year": {"type": ["integer", "null"]},
        "not_applicable": array_schema(_PRACTICE_CODE),
    }
)

# --- The server ---------------------------------------------------------------------------------------------------------
SERVER = object_schema(
    {
        "name": STRING,
        "version": STRING,
        "api_versions": array_schema(STRING),
        "protocol": STRING,
        "time": {"type": "string", "format": "date-time"},
        "languages": array_schema(STRING),
        "minimum_app_version": {"type": ["string", "null"]},
        "features": array_schema(STRING),
        "record_id_namespace": {"type": "string", "format": "uuid"},
        "limits": object_schema(
            dict.fromkeys(
                (
                    "page",
                    "body_bytes",
                    "push_changes",
                    "push_bytes",
                    "pull_changes",
                    "diet_items",
                    "duration_seconds",
                    "future_tolerance_seconds",
                ),
                WHOLE,
            )
        ),
    }
)
