"""The documents of devices, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

_TIME = {"type": "string", "format": "date-time"}

_TOKEN: dict[str, Any] = {
    "expires_at": {**_TIME, "description": "It ends then, or after `idle_days` without a request."},
    "idle_days": {"type": "integer"},
    "renew_after": {**_TIME, "description": "From then on, renew it before anything else."},
}

DEVICE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "maxLength": 80},
        "platform": {"type": "string", "maxLength": 40},
        "app_version": {"type": "string", "maxLength": 40},
        "created_at": _TIME,
        "last_seen_at": {**_TIME, "description": "To the hour."},
        "current": {"type": "boolean", "description": "Whether it is the calling one."},
    },
}
DEVICE["required"] = list(DEVICE["properties"])

DEVICES: dict[str, Any] = {
    "type": "object",
    "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Device"}}},
    "required": ["results"],
}

CURRENT_DEVICE: dict[str, Any] = {
    "type": "object",
    "properties": {
        **DEVICE["properties"],
        "token": {"type": "object", "properties": _TOKEN, "required": list(_TOKEN)},
    },
    "required": [*DEVICE["required"], "token"],
}

RENEWED_TOKEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "token": {"type": "string", "description": "Opaque; keep it where the system keeps secrets."},
        **_TOKEN,
    },
    "required": ["token", *_TOKEN],
}
