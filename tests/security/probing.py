"""Requests for what is somebody else's, generated from the OpenAPI document and the URL map.

Every operation, by every kind of caller, with the owner's ids wherever an id can stand: in the path, the query, the body, a
filter, a cursor, a header. A new endpoint is probed as soon as it is in the document.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver

from tests.contract import Operation, document
from tests.security.lives import Life

# Names that a careless filter or a careless writer might read an owner from.
OWNER_NAMES = ("user", "user_id", "participant", "owner", "email")


@dataclass(frozen=True)
class Probe:
    """One request. `unknown` is its path with an id that is nobody's; `undeclared`: the body has a field that is not there."""

    operation: Operation
    path: str
    kind: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    unknown: str | None = None
    undeclared: bool = False

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def sent(self) -> str:
        return f"{self.address} {json.dumps(self.body)} {self.headers}"


def probes(operation: Operation, life: Life) -> Iterator[Probe]:
    """All requests of one operation that name something of this participant's."""
    for parameters in life.addresses_of(operation.path):
        path, unknown = _fill(operation.path, parameters), _unknown(operation, parameters)
        body, query = _body(operation, life, parameters), required_query(operation)
        yield Probe(operation, path, "path", query=query, body=body, unknown=unknown)
        if operation.parameters("header"):
            headers = {"If-Match": '"1"', "If-None-Match": '"1"'}
            yield Probe(operation, path, "header", query=query, body=body, headers=headers)
        for name, value in _query_values(operation, life):
            yield Probe(operation, path, "query", query={**query, name: value}, body=body)
        for name in OWNER_NAMES:
            value = life.user.email if name == "email" else str(life.user.pk)
            yield Probe(operation, path, "filter", query={**query, name: value}, body=body)
            if isinstance(body, dict):
                undeclared = name not in fields_of(operation)
                yield Probe(operation, path, "body", body={**body, name: value}, undeclared=undeclared)


def send(client: Any, method: str, address: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Any method, with a JSON body or none."""
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    if body is None:
        return client.generic(method.upper(), address, **extra)
    return client.generic(method.upper(), address, json.dumps(body), "application/json", **extra)


def _fill(path: str, parameters: dict[str, str]) -> str:
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _unknown(operation: Operation, parameters: dict[str, str]) -> str | None:
    ids = {
        parameter["name"]: str(uuid.uuid4())
        for parameter in operation.parameters("path")
        if parameter["schema"].get("format") == "uuid"
    }
    return _fill(operation.path, {**parameters, **ids}) if ids else None


def required_query(operation: Operation) -> dict[str, str]:
    """What a listing can't do without: a name that both participants have something under."""
    return {parameter["name"]: "healthkit" for parameter in operation.parameters("query") if parameter.get("required")}


def _query_values(operation: Operation, life: Life) -> Iterator[tuple[str, str]]:
    for parameter in operation.parameters("query"):
        name = parameter["name"]
        yield name, str(life.user.pk)
        if name == "cursor":
            query = urlencode({**required_query(operation), "limit": 1})
            page = life.phone.get(f"{operation.path}?{query}").json()
            if (cursor := page.get("next_cursor", page.get("cursor"))) is not None:
                yield name, cursor
        elif parameter["schema"].get("format") == "date":
            yield name, life.week.monday.isoformat()
        elif "W" in parameter["schema"].get("pattern", ""):
            yield name, str(life.week)


def _body_schema(operation: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = operation.schema["requestBody"]["content"]["application/json"]["schema"]
    return schema


def fields_of(operation: Operation) -> set[str]:
    """The names that the operation's body may have, ignored ones included."""
    schema = _body_schema(operation)
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", ()))


def _body(operation: Operation, life: Life, parameters: dict[str, str]) -> Any:
    """What the operation takes, with the owner's ids in it: their own record where there is one, else made from the schema."""
    if "requestBody" not in operation.schema:
        return None
    body = sample(_body_schema(operation))
    owned = life.addresses.get(operation.path) or life.addresses.get(f"{operation.path}/{{uid}}")
    if owned and isinstance(body, dict) and "id" in body and "uid" in (parameters or owned[0]):
        body["id"] = (parameters or owned[0])["uid"]
    if isinstance(body, dict):
        body |= {"week": str(life.week)} if "week" in body and "week" in parameters else {}
        body |= {"date": parameters["day"]} if "date" in body and "day" in parameters else {}
    return body


SAMPLES = {
    "uuid": "01938f2e-7c1a-7000-8000-3d5f0a6b9c21",
    "date-time": "2026-01-05T12:00:00+01:00",
    "date": "2026-01-05",
}
BY_NAME: dict[str, Any] = {
    "activity": "reading",
    "domain": "cognitive",
    "effort": None,
    "entry": "walk_brisk",
    "food": "blueberries",
    "food_group": "berries",
    "home_time_zone": "UTC",
    "items": [{"food_group": "berries", "servings": 1}],
}


def sample(schema: dict[str, Any], name: str = "") -> Any:
    """A small value that the schema allows, without the fields that are ignored."""
    if "$ref" in schema:
        return sample(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name)
    if "anyOf" in schema or "oneOf" in schema or "allOf" in schema:
        return sample((schema.get("anyOf") or schema.get("oneOf") or schema["allOf"])[0], name)
    if name in BY_NAME:
        return BY_NAME[name]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        fields = schema.get("properties", {})
        return {key: sample(value, key) for key, value in fields.items() if not value.get("readOnly")}
    if kind == "array":
        return [sample(schema["items"], name)]
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        return int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
    return SAMPLES.get(schema.get("format", ""), "Probe")


def texts_of(answer: Any) -> str:
    """All that an answer says: headers and body, unpacked if it is an archive."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    texts = [str(dict(answer.headers)), str(answer.cookies), body.decode("utf-8", "replace")]
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            texts += [f"{name} {archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()]
    return "\n".join(texts)


def routes(prefix: str, patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every address of the URL map under a prefix, in Django's notation."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        whole = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(prefix, pattern.url_patterns, whole)
        elif isinstance(pattern, URLPattern) and whole.startswith(prefix):
            yield whole
