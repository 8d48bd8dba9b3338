"""The derived documents of the API in JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from tracker.scoring.protocol import DOMAINS, STATUSES

_NUMBER_OR_NULL = {"type": ["number", "null"]}
_STATUS = {"type": "string", "enum": list(STATUSES)}
_DOMAIN = {"type": "string", "enum": list(DOMAINS)}
_STRING = {"type": "string"}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_PRACTICE = _object(
    {
        "practice": _STRING,
        "amount": {"type": "number"},
        "unit": _STRING,
        "target": {"type": "number"},
        "weight": {"type": "number", "description": "Of the domain, renormalised over the practices that apply."},
        "points": {**_NUMBER_OR_NULL, "description": "Of the domain's 100."},
    }
)
_DOMAIN_HEAD = {
    "domain": _DOMAIN,
    "score": _NUMBER_OR_NULL,
    "status": _STATUS,
    "logged_days": {"type": "integer"},
}
_WEEK_HEAD = {
    "week": {"type": "string", "pattern": r"^\d{4}-W\d{2}$"},
    "from": {"type": "string", "format": "date"},
    "to": {"type": "string", "format": "date"},
    "protocol": _STRING,
    "score": {**_NUMBER_OR_NULL, "minimum": 0, "maximum": 100},
    "status": _STATUS,
}
_LOG = _object(
    {
        "id": _STRING,
        "counted": {"type": "object", "additionalProperties": {"type": "number"}},
        "not_counted_because": _STRING,
        "flags": _array(_STRING),
    },
    optional=("not_counted_because",),
)
WEEK = _object(
    {
        **_WEEK_HEAD,
        "domains": _array(_object({**_DOMAIN_HEAD, "practices": _array(_PRACTICE)})),
        "logs": _array(_LOG),
        "disclaimer": _STRING,
    }
)
WEEK_LIST = _object(
    {
        "results": _array(_object({**_WEEK_HEAD, "domains": _array(_object(_DOMAIN_HEAD))})),
        "disclaimer": _STRING,
    }
)
GUIDANCE = {"type": "object", "description": "Suggestions, each with its reason, evidence card and grade."}
CATALOGUE = _object({"results": _array({"type": "object"})})
SERVER = {"type": "object", "description": "Versions, limits and features."}
