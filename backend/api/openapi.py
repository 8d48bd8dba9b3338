"""The OpenAPI document: drf-spectacular describes the endpoints, msgspec the records."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

REF = "#/components/schemas/"

_structs: dict[str, type[msgspec.Struct]] = {}
_schemas: dict[str, dict[str, Any]] = {}

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; apps localise it."},
        "detail": {"type": "string", "description": "English, for developers."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer, or ?parameter."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}


def struct_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """A reference to a struct's schema, which is added to the document's components."""
    _structs[struct.__name__] = struct
    return {"$ref": f"{REF}{struct.__name__}"}


def named_schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A reference to a schema written out, which is added to the document's components."""
    _schemas[name] = schema
    return {"$ref": f"{REF}{name}"}


def problems(*statuses: int, access: str = "participant") -> dict[tuple[int, str], OpenApiResponse]:
    """The refusals of an endpoint, for `extend_schema(responses=...)`: these, and those that every endpoint has."""
    response = OpenApiResponse(named_schema("Problem", PROBLEM), description="Refused.")
    always = (429, 503) if access == "anybody" else (401, 429, 503)
    # A body can be refused before anybody has looked into it.
    bodies = (413, 415) if 400 in statuses else ()
    return {(status, "application/problem+json"): response for status in sorted({*always, *bodies, *statuses})}


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description='The version last seen, such as "3". None for a new record.'
)


def add_components(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """drf-spectacular's last step: the schemas that `struct_schema` and `named_schema` promised."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    _, schemas = msgspec.json.schema_components(list(_structs.values()), ref_template=REF + "{name}")
    components.update({name: _described(schema) for name, schema in schemas.items()})
    components.update(_schemas)
    result["components"]["schemas"] = dict(sorted(components.items()))
    return result


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "backend.accounts.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that the sign-in endpoints return as `meta.session_token`.",
        }
