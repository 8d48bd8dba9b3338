"""The OpenAPI document as a contract: every answer that a test gets is held against it.

`DocumentedClient` is the client of all API tests. An answer that the document doesn't describe (its status, its media type, a
header, a field too many or too few) fails the test that got it, and so does a body that the document forbids and the server
takes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient

PROBLEM = "application/problem+json"
PUSH = "/v1/sync/push"
# What the router and the framework answer, whatever the operation.
UNDOCUMENTED = {405: "method_not_allowed"}
BODY_LIMIT = 400


@cache
def document() -> dict[str, Any]:
    """The document as `/v1/openapi.json` shows it."""
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    read: dict[str, Any] = json.loads(json.dumps(generated, default=str))
    return read


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    schema: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def is_open(self) -> bool:
        """Is there something in it for people who are not signed in?"""
        return not all(self.schema.get("security", ({},)))

    def parameters(self, place: str) -> list[dict[str, Any]]:
        return [parameter for parameter in self.schema.get("parameters", ()) if parameter["in"] == place]


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        Operation(path, method, schema)
        for path, methods in document()["paths"].items()
        for method, schema in methods.items()
    )


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    paths = sorted(document()["paths"], key=lambda path: ("{" in path, path))
    return [
        (re.compile(re.sub(r"{\w+}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), path)
        for path in paths
    ]


def operation_of(method: str, path: str) -> Operation | None:
    """The operation that a request goes to, None if the document has none."""
    template = next((template for pattern, template in _patterns() if pattern.fullmatch(path)), None)
    return next((item for item in operations() if (item.method, item.path) == (method.lower(), template)), None)


def closed(schema: Any) -> Any:
    """The schema with every object limited to the fields it names, unless it says that it is open."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result


@cache
def _validator(reference: str, *, strict: bool) -> Draft202012Validator:
    """Of the schema at that place of the document (a JSON pointer)."""
    whole = closed(document()) if strict else document()
    return Draft202012Validator({**whole, "$ref": f"#{reference}"}, format_checker=FormatChecker())


def _pointer(*steps: str) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def faults_of_answer(method: str, path: str, answer: Any) -> list[str]:
    """What the document has against this answer of `/v1`; nothing if it is as documented."""
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    operation = operation_of(method, path)
    if operation is None or answer.status_code in UNDOCUMENTED:
        if answer.status_code < 400:
            return [f"{method} {path} is not in the document"]
        return _faults(_pointer("components", "schemas", "Problem"), answer.content) if media_type == PROBLEM else []
    responses = operation.schema["responses"]
    status = str(answer.status_code)
    if status not in responses:
        return [f"{operation.name} answers an undocumented {status}: {answer.content[:BODY_LIMIT]!r}"]
    faults = _faults_of_headers(operation, responses[status].get("headers", {}), answer)
    content = responses[status].get("content", {})
    if not content:
        return faults + ([f"{operation.name} {status} has a body"] if answer.content else [])
    if media_type not in content:
        return [*faults, f"{operation.name} {status} is {media_type}, documented are {list(content)}"]
    steps = ("paths", operation.path, operation.method, "responses", status, "content", media_type, "schema")
    return faults + [f"{operation.name} {status}{fault}" for fault in _faults(_pointer(*steps), content_of(answer))]


def content_of(answer: Any) -> bytes:
    """The body, expanded if it came compressed."""
    content: bytes = answer.content
    return gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content


def _faults_of_headers(operation: Operation, headers: dict[str, Any], answer: Any) -> list[str]:
    faults = []
    for name, header in headers.items():
        value = answer.headers.get(name)
        if value is None:
            if header.get("required"):
                faults.append(f"{operation.name} {answer.status_code} has no {name}")
            continue
        schema = header["schema"]
        given = int(value) if schema.get("type") == "integer" and value.isdigit() else value
        if not Draft202012Validator(schema).is_valid(given):
            faults.append(f"{operation.name} {answer.status_code}: {name} is {value!r}")
    return faults


_known_faults: dict[tuple[str, bytes], list[str]] = {}


def _faults(pointer: str, body: bytes) -> list[str]:
    """Looked for once in each body: probes ask for the whole catalogue again and again, and it takes seconds to go through."""
    key = (pointer, hashlib.sha256(body).digest())
    if key not in _known_faults:
        errors = _validator(pointer, strict=True).iter_errors(json.loads(body))
        _known_faults[key] = [f" at {error.json_path}: {error.message[:BODY_LIMIT]}" for error in errors]
    return _known_faults[key]


def faults_of_body(method: str, path: str, body: Any) -> list[str]:
    """What the document has against a body that the server took."""
    operation = operation_of(method, path)
    if operation is None or "requestBody" not in operation.schema:
        return []
    steps = ("paths", operation.path, operation.method, "requestBody", "content", "application/json", "schema")
    errors = _validator(_pointer(*steps), strict=False).iter_errors(body)
    return [f"{operation.name} took a body that is not documented: {error.message[:BODY_LIMIT]}" for error in errors]


def taken(path: str, body: Any, answer: Any) -> Any:
    """What the server took of a body: of a push, the changes that it did not refuse one by one."""
    if path != PUSH:
        return body
    outcomes = answer.json()["outcomes"]
    changes = [
        change for change, outcome in zip(body["changes"], outcomes, strict=True) if outcome["outcome"] != "invalid"
    ]
    return {**body, "changes": changes}


class DocumentedClient(APIClient):
    """A test client that fails on whatever the document doesn't describe."""

    def request(self, **kwargs: Any) -> Any:
        body = kwargs["wsgi.input"].read() if "wsgi.input" in kwargs else b""
        if "wsgi.input" in kwargs:
            kwargs["wsgi.input"] = type(kwargs["wsgi.input"])(body)
        answer = super().request(**kwargs)
        path, method = kwargs["PATH_INFO"], kwargs["REQUEST_METHOD"]
        if path.startswith("/v1/") and path != "/v1/openapi.json" and not answer.streaming:
            faults = faults_of_answer(method, path, answer)
            if answer.status_code < 300 and body:
                faults += faults_of_body(method, path, taken(path, json.loads(body), answer))
            assert not faults, "\n".join(faults)
        return answer
