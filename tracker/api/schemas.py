"""The derived documents of the API in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from backend.api.openapi import array_schema, object_schema
from backend.languages import LANGUAGE_CODES
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


_SCORE = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
_DOMAIN = _choice(DOMAINS)
_PRACTICE_CODE = _choice(tuple(practice.code for practice in WES_1_0_0.practices))
_UNIT = _choice(tuple(dict.fromkeys(practice.unit for practice in WES_1_0_0.practices)))
_DISCLAIMER = {"type": "string", "description": "To be shown beside scores and suggestions."}

# --- Weeks --------------------------------------------------------------------------------------------------------------
_PRACTICE = object_schema(
    {
        "practice": _PRACTICE_CODE,
        "amount": NUMBER,
        "unit": _UNIT,
        "target": NUMBER,
        "weight": {**NUMBER, "description": "Of the domain, renormalised over the practices that apply."},
        "points": {"type": ["number", "null"], "description": "Of the domain's 100."},
    }
)
_DOMAIN_HEAD = {
    "domain": _DOMAIN,
    "score": _SCORE,
    "status": _choice(tuple(status for status in STATUSES if status != "partial")),
    "logged_days": {**WHOLE, "maximum": 7},
}
_WEEK_HEAD = {
    "week": WEEK_NAME,
    "from": DATE,
    "to": DATE,
    "protocol": STRING,
    "score": _SCORE,
    "status": _choice(tuple(status for status in STATUSES if status != "not_applicable")),
}
_LOG = object_schema(
    {
        "id": {"type": "string", "format": "uuid"},
        "counted": {
            "type": "object",
            "additionalProperties": NUMBER,
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
    },
    optional=("not_counted_because",),
)
WEEK = object_schema(
    {
        **_WEEK_HEAD,
        "domains": array_schema(object_schema({**_DOMAIN_HEAD, "practices": array_schema(_PRACTICE)})),
        "logs": array_schema(_LOG),
        "disclaimer": _DISCLAIMER,
    }
)
WEEK_LIST = object_schema(
    {
        "results": array_schema(object_schema({**_WEEK_HEAD, "domains": array_schema(object_schema(_DOMAIN_HEAD))})),
        "disclaimer": _DISCLAIMER,
    }
)

# --- Guidance -----------------------------------------------------------------------------------------------------------
_EVIDENCE = object_schema(
    {
        "id": STRING,
        "version": {"type": "integer", "minimum": 1},
        "practices": array_schema(_PRACTICE_CODE),
        "finding": STRING,
        "grade": {"type": "string", "description": "Always in English; `grade_label` is for people."},
        "grade_label": STRING,
        "years": array_schema({"type": "integer"}),
        "dois": array_schema(STRING),
        "caveats": array_schema(STRING),
    }
)
_SUGGESTION = object_schema(
    {
        "id": STRING,
        "practice": _PRACTICE_CODE,
        "title": STRING,
        "text": STRING,
        "reason": STRING,
        "grade": STRING,
        "evidence": _EVIDENCE,
        "safety": {"type": ["string", "null"], "description": "To be shown with the suggestion."},
    }
)
_KEEP_GOING = object_schema(
    {
        "id": STRING,
        "practice": _or_null(_PRACTICE_CODE),
        "text": STRING,
        "reason": {"type": ["string", "null"]},
        "grade": {"type": ["string", "null"]},
        "evidence": {"anyOf": [_EVIDENCE, {"type": "null"}]},
    }
)
GUIDANCE = object_schema(
    {
        "week": WEEK_NAME,
        "suggestions": array_schema(_SUGGESTION, maxItems=3),
        "keep_going": {"anyOf": [_KEEP_GOING, {"type": "null"}]},
        "disclaimer": _DISCLAIMER,
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
        "domain": _DOMAIN,
        "unit": _UNIT,
        "target": NUMBER,
        "scales_with_days": BOOLEAN,
        "weight": NUMBER,
        "weight_65": NUMBER,
        "source": STRING,
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
