"""The API's documents in JSON Schema, for the OpenAPI document: what they are made of, the catalogue, the profile and the
server. Those of weeks are in `week_schemas.py`."""

from __future__ import annotations

from typing import Any

from backend.api.openapi import array_schema, object_schema
from backend.languages import LANGUAGE_CODES
from tracker.catalogue.entries import FOOD_CATEGORIES
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, DOMAINS, FOOD_GROUPS, INTENSITIES, PRACTICES

WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"

STRING: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}
WEEK_NAME: dict[str, Any] = {"type": "string", "pattern": WEEK_PATTERN}
FLAGS = array_schema(STRING)


def choice(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    nullable = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


SCORE = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
DOMAIN = choice(DOMAINS)
PRACTICE_CODE = choice(tuple(PRACTICES))
UNIT = choice(tuple(dict.fromkeys(practice.unit for practice in PRACTICES.values())))
NUMBER_OR_NULL: dict[str, Any] = {"type": ["number", "null"]}
NUMBERS_HIDDEN = {
    "type": "boolean",
    "description": "The participant chose words instead of numbers: every number in here is null.",
}
WORDS = {"type": "string", "description": "The same in a sentence."}
DISCLAIMER = {"type": "string", "description": "To be shown beside scores and suggestions."}

GIVES = {"type": "object", "additionalProperties": NUMBER, "propertyNames": choice(FOOD_GROUPS)}

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
        "intensity": or_null(choice(INTENSITIES)),
        "strength": BOOLEAN,
        "balance": BOOLEAN,
        "platform_names": array_schema(STRING),
    }
)
COGNITIVE_ACTIVITY = object_schema(
    {
        **_ENTRY,
        "category": choice(COGNITIVE_CATEGORIES),
        "usually_social": BOOLEAN,
        "examples": array_schema(STRING),
    }
)
FOOD = object_schema(
    {
        **_ENTRY,
        "category": choice(FOOD_CATEGORIES),
        "food_group": or_null(choice(FOOD_GROUPS)),
        "gives": {**GIVES, "description": "Servings of each food group in one household measure."},
        "household_measure": STRING,
        "common": {"type": "boolean", "description": "Among what people log most."},
    }
)
PRACTICE = object_schema(
    {
        "code": PRACTICE_CODE,
        "label": STRING,
        "domain": DOMAIN,
        "unit": UNIT,
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
        "not_applicable": array_schema(PRACTICE_CODE),
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
