"""The OpenAPI document: drf-spectacular describes the endpoints, msgspec the records.

What every endpoint has in common is added here, at the end: the refusals that any of them can answer, and the links from a
record that was created to what can be done with it. So a new endpoint declares only what is its own.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from backend.api.parameters import MAX_PAGE

REF = "#/components/schemas/"

_structs: dict[str, type[msgspec.Struct]] = {}
_schemas: dict[str, dict[str, Any]] = {}

FIELD_ERROR = {
    "type": "object",
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer, or ?parameter."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
    "required": ["pointer", "code", "detail"],
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable; apps localise it."},
        "detail": {"type": "string", "description": "English, for developers."},
        "errors": {"type": "array", "items": FIELD_ERROR},
        "current": {"type": "object", "description": "409 and 412: the server's copy of the record."},
        "retry_at": {"type": "string", "format": "date-time", "description": "From when this will be taken."},
    },
    "required": ["type", "title", "status", "code", "detail"],
    # RFC 9457 lets a problem say more.
    "additionalProperties": True,
}
PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
# Any endpoint may be asked too much of, or find no database.
REFUSED_FOR_NOW = (429, 503)
RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
CHALLENGE = {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}}


def struct_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """A reference to a struct's schema, which is added to the document's components."""
    _structs[struct.__name__] = struct
    return {"$ref": f"{REF}{struct.__name__}"}


def named_schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A reference to a schema written out, which is added to the document's components."""
    _schemas[name] = schema
    return {"$ref": f"{REF}{name}"}


def object_schema(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def array_schema(items: dict[str, Any], **bounds: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **bounds}


def page_schema(results: dict[str, Any]) -> dict[str, Any]:
    """One page of a listing."""
    return object_schema(
        {
            "results": array_schema(results, maxItems=MAX_PAGE),
            "next_cursor": {"type": ["string", "null"], "description": "Null on the last page."},
        }
    )


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The refusals of an endpoint that are its own, for `extend_schema(responses=...)`.

    Those that follow from its form need not be named: without a token, of a body, of a path, refused for now.
    """
    response = OpenApiResponse(named_schema("Problem", PROBLEM), description="Refused.")
    return {(status, "application/problem+json"): response for status in statuses}


VERSION_TAG = r'^"[0-9]+"$'
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^(W/)?"[0-9]{1,16}"$'},
    OpenApiParameter.HEADER,
    description='The version last seen, such as "3". None for a new record.',
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what the app has already."
)


def answer_header(name: str, schema: dict[str, Any], *statuses: int, description: str = "") -> OpenApiParameter:
    """A header that these answers always carry, for `extend_schema(parameters=...)`."""
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, required=True, response=list(statuses), description=description
    )


def etag(*statuses: int) -> OpenApiParameter:
    """`ETag` of a derived document."""
    return answer_header("ETag", {"type": "string"}, *statuses, description="For `If-None-Match`.")


def version_etag(*statuses: int) -> OpenApiParameter:
    return answer_header(
        "ETag",
        {"type": "string", "pattern": VERSION_TAG},
        *statuses,
        description="The record's version, for `If-Match`.",
    )


def add_components(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """drf-spectacular's last step: the schemas that `struct_schema` and `named_schema` promised, and what all endpoints
    have in common."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    _, schemas = msgspec.json.schema_components(list(_structs.values()), ref_template=REF + "{name}")
    components.update({name: _described(schema) for name, schema in schemas.items()})
    components.update(_schemas, Problem=PROBLEM)
    result["components"]["schemas"] = dict(sorted(components.items()))
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _add_common_refusals(path, operation)
    _add_links(result["paths"])
    return result


def _add_common_refusals(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    statuses = {400, 414, *REFUSED_FOR_NOW}
    if any(operation.get("security", ())):
        statuses.add(401)
    if "{" in path:
        statuses.add(404)
    if "requestBody" in operation:
        statuses |= {413, 415, 422}
        operation["requestBody"]["required"] = True
    for status in statuses:
        responses.setdefault(str(status), {"content": PROBLEM_CONTENT, "description": "Refused."})
    for status in REFUSED_FOR_NOW:
        responses[str(status)] = {**responses[str(status)], "headers": RETRY_AFTER}
    if 401 in statuses:
        responses["401"] = {**responses["401"], "headers": CHALLENGE}
    operation["responses"] = dict(sorted(responses.items()))


def _add_links(paths: dict[str, Any]) -> None:
    """OpenAPI links: what was created can be read, replaced and deleted by its id and version; a page leads to the next;
    what an address names leads to what lies under it."""
    for path, operations in paths.items():
        for method, operation in operations.items():
            links = {}
            if method == "post" and "{" not in path:
                below = [under for other, under in paths.items() if f"{other}/".startswith(f"{path}/{{uid}}/")]
                made = {"path.uid": "$response.body#/id"}
                links = {name: link for under in below for name, link in _links_to(under, made).items()}
            elif method in ("get", "put") and "{" in path:
                links = _links_below(paths, path)
            elif any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
                links = _links_to({method: operation}, {"query.cursor": f"$response.body#/{_cursor_of(operation)}"})
            for status in ("200", "201"):
                if links and status in operation["responses"]:
                    operation["responses"][status]["links"] = links


def _cursor_of(operation: dict[str, Any]) -> str:
    """Where a page says how it goes on. A listing's is null at its end; one that goes on for ever has another name."""
    content = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schema = _schemas.get(content.get("$ref", "").removeprefix(REF), content)
    return "next_cursor" if "next_cursor" in schema.get("properties", {}) else "cursor"


def _links_below(paths: dict[str, Any], path: str) -> dict[str, Any]:
    same = {f"path.{name}": f"$request.path.{name}" for name in re.findall(r"{(\w+)}", path)}
    below = [operations for other, operations in paths.items() if other == path or other.startswith(f"{path}/")]
    return {name: link for operations in below for name, link in _links_to(operations, same).items()}


def _links_to(operations: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """Links to operations, with the version just seen where they take one."""
    links = {}
    for operation in operations.values():
        versioned = any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
        version = {"header.If-Match": "$response.header.ETag"} if versioned else {}
        name = operation["operationId"]
        links[name] = {"operationId": name, "parameters": {**parameters, **version}}
    return links


def _described(schema: Any) -> Any:
    """msgspec's schema without its titles, and with decimals as they are taken: as a number or as a text."""
    if isinstance(schema, list):
        return [_described(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    described = {key: _described(value) for key, value in schema.items() if key != "title"}
    if described.get("format") == "decimal":
        described["type"] = ["number", "string"]
    return described


def struct_properties(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """A struct's properties as JSON Schema, without their defaults: what a document always shows."""
    _, schemas = msgspec.json.schema_components([struct], ref_template=REF + "{name}")
    properties: dict[str, Any] = _described(schemas[struct.__name__])["properties"]
    return {
        name: {key: value for key, value in schema.items() if key != "default"} for name, schema in properties.items()
    }


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "backend.accounts.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that the sign-in endpoints return as `meta.session_token`.",
        }
