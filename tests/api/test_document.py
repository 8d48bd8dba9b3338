"""The OpenAPI document: complete, valid, and what the answers of every other test are held against."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema

from tests.conftest import Phone, exercise
from tests.contract import document, faults_of_answer, faults_of_body, operations
from tracker.scoring.weeks import Week

PAGE = b'{"results": [], "next_cursor": null}'
JSON = {"Content-Type": "application/json"}


def routes(patterns: Any = None, prefix: str = "") -> list[tuple[str, Any]]:
    """Every route of the URL map, and what answers it."""
    found: list[tuple[str, Any]] = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            found.append((prefix + str(pattern.pattern), pattern.callback))
    return found


def documented_form(route: str) -> str:
    """`v1/weeks/<week:week>` as the document writes it."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def test_the_document_is_valid_openapi() -> None:
    validate_schema(document())  # type: ignore[no-untyped-call]
    assert document()["openapi"].startswith("3.1")


def test_every_route_and_method_is_in_the_document() -> None:
    served = {
        (documented_form(route), method)
        for route, view in routes()
        if route.startswith("v1/") and route != "v1/openapi.json"
        for method in view.view_class().allowed_methods
        if method not in ("OPTIONS", "HEAD")  # HEAD is GET without its body
    }
    assert {(operation.path, operation.method.upper()) for operation in operations()} == served


def test_every_operation_has_a_name_a_summary_and_a_described_success() -> None:
    names = [operation.schema["operationId"] for operation in operations()]
    assert len(names) == len(set(names))
    for operation in operations():
        assert operation.schema["summary"]
        assert any(status.startswith("2") for status in operation.schema["responses"])
        for status, answer in operation.schema["responses"].items():
            for content in answer.get("content", {}).values():
                assert content["schema"] != {}, f"{operation.name} {status}"


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (200, JSON, PAGE, ""),
        (418, JSON, PAGE, "undocumented 418"),
        (200, {"Content-Type": "text/html"}, PAGE, "is text/html"),
        (200, JSON, b'{"results": [], "next_cursor": 1}', "not of type"),
        (200, JSON, b'{"results": []}', "required property"),
        (200, JSON, b'{"results": [], "next_cursor": null, "total": 0}', "'total' was unexpected"),
        (200, JSON, b'{"results": [{"id": "x"}], "next_cursor": null}', "required property"),
        (422, JSON, b"{}", "is application/json"),
        (422, {"Content-Type": "application/problem+json"}, b"{}", "required property"),
    ],
)
def test_the_contract_sees_what_is_not_documented(
    status: int, headers: dict[str, str], body: bytes, fault: str
) -> None:
    answer = SimpleNamespace(status_code=status, headers=headers, content=body)
    found = " ".join(faults_of_answer("GET", "/v1/exercise-logs", answer))
    assert fault in found if fault else not found


def test_the_contract_sees_a_missing_header_and_an_undocumented_body(last_week: Week) -> None:
    answer = SimpleNamespace(status_code=204, headers={}, content=b"x")
    assert "has a body" in str(faults_of_answer("DELETE", f"/v1/diet-logs/{exercise(last_week.monday)['id']}", answer))
    answer = SimpleNamespace(status_code=200, headers=JSON, content=json.dumps({"results": []}).encode())
    assert "has no ETag" in str(faults_of_answer("GET", "/v1/catalogue/foods", answer))
    assert faults_of_body("POST", "/v1/exercise-logs", {**exercise(last_week.monday), "calories": 1})
    assert not faults_of_body("POST", "/v1/exercise-logs", exercise(last_week.monday))


@pytest.mark.django_db
def test_the_server_shows_the_document_to_everybody(phone: Phone) -> None:
    phone.client.credentials()
    shown = phone.get("/v1/openapi.json")
    assert shown.status_code == 200
    assert shown.json()["paths"].keys() == document()["paths"].keys()
