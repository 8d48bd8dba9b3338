"""The exchanges of `clients/conformance/server`, against the application as it is. Their README describes the form."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from backend.sync.cursors import LIFETIME
from backend.sync.records import registry
from tests.conftest import Phone, make_phone
from tests.contract import DocumentedClient
from tests.sync.backups import Backup

ROOT = Path(__file__).parents[2]
SCENARIOS = [
    pytest.param(scenario, id=f"{file.stem}: {scenario['name']}")
    for file in sorted((ROOT / "clients" / "conformance" / "server").glob("*.json"))
    for scenario in json.loads(file.read_text())
]
TYPES = ",".join(record_type.name for record_type in registry)
PLACEHOLDER = re.compile(r"\$(id|account|time|cursor|version|epoch):([\w+-]+)")


class Exchange:
    """One scenario under way: who takes part, and what the placeholders stand for."""

    def __init__(self) -> None:
        self.phones = {"phone": make_phone(), "stranger": make_phone()}
        self.values: dict[str, Any] = {}
        self.began = timezone.now()
        self.backup: Backup | None = None
        self.days_later = 0

    def phone(self, name: str) -> Phone:
        return self.phones["stranger" if name == "stranger" else "phone"]

    def step(self, step: dict[str, Any]) -> None:
        if "server" in step:
            {"backup": self.back_up, "restore": self.restore, "expire_cursors": self.expire_cursors}[step["server"]]()
            return
        request = self.filled(step["request"])
        answer = self.request(step["as"], request["method"], request["path"], request.get("body"))
        expected = step["expect"]
        assert answer.status_code == expected["status"], (request, answer.content)
        if "body" in expected:
            self.check(expected["body"], answer.json(), "")

    def request(self, name: str, method: str, path: str, body: Any = None) -> Any:
        client = DocumentedClient() if name == "nobody" else self.phone(name).client
        now = timezone.now() + timedelta(days=self.days_later)
        with patch("backend.sync.endpoints.timezone", SimpleNamespace(now=lambda: now)):
            if method == "POST":
                return client.post(path, body, format="json")
            return client.delete(path) if method == "DELETE" else client.get(path)

    def back_up(self) -> None:
        self.backup = Backup()

    def restore(self) -> None:
        assert self.backup is not None
        self.backup.restore()

    def expire_cursors(self) -> None:
        self.days_later += LIFETIME.days + 1

    def filled(self, value: Any) -> Any:
        """With what the placeholders stand for."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if whole := PLACEHOLDER.fullmatch(value):
            return self.value(*whole.groups())
        return PLACEHOLDER.sub(lambda found: str(self.value(*found.groups())), value)

    def value(self, kind: str, name: str) -> Any:
        if kind == "account":
            return str(self.phone(name).user.pk)
        if kind == "time":
            return (self.began + timedelta(seconds=int(name))).isoformat(timespec="seconds")
        if kind == "id":
            return self.values.setdefault(f"id:{name}", str(uuid.uuid4()))
        return self.values[f"{kind}:{name}"]

    def check(self, expected: Any, found: Any, place: str) -> None:
        """Members that aren't named may be there; lists are as long as they are said to be."""
        if isinstance(expected, dict):
            assert isinstance(found, dict), place
            for key, inner in expected.items():
                assert key in found, f"{place}/{key} is missing in {found}"
                self.check(inner, found[key], f"{place}/{key}")
        elif isinstance(expected, list):
            assert isinstance(found, list), place
            assert len(found) == len(expected), f"{place}: {found}"
            for number, (inner, item) in enumerate(zip(expected, found, strict=True)):
                self.check(inner, item, f"{place}/{number}")
        elif expected != "$any":
            if isinstance(expected, str) and (name := re.fullmatch(r"\$((?:cursor|version|epoch):\w+)", expected)):
                expected = self.values.setdefault(name.group(1), found)
            assert self.filled(expected) == found, f"{place}: {found!r}"

    def everything(self, name: str) -> dict[tuple[str, str], Any]:
        """What a new device gets."""
        changes: list[Any] = []
        path = f"/v1/sync/pull?limit=2&types={TYPES}"
        while True:
            page = self.request(name, "GET", path).json()
            changes += page["changes"]
            if not page["has_more"]:
                return {(change["type"], change["id"]): change for change in changes}
            path = f"/v1/sync/pull?limit=2&cursor={page['cursor']}"


@pytest.mark.django_db
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_server_answers_as_clients_are_told(scenario: dict[str, Any], catalogue: None) -> None:
    exchange = Exchange()
    for step in scenario["steps"]:
        exchange.step(step)
    for final in scenario["final"]:
        found = exchange.everything(final["as"])
        expected = {(record["type"], exchange.filled(record["id"])): record for record in final["records"]}
        assert found.keys() == expected.keys()
        for key, record in expected.items():
            exchange.check(record, found[key], "/".join(key))


def rows_of_the_tables() -> set[str]:
    """The rules of the two tables of docs/api/sync.md, as scenarios name them."""
    rows = set()
    prefix, columns = None, 0
    for line in (ROOT / "docs" / "api" / "sync.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| the server has |"):
            prefix, columns = ("" if len(cells) == 4 else "restore, the server has "), (2 if len(cells) == 4 else 1)
        elif not line.startswith("|"):
            prefix = None
        elif prefix is not None and not line.startswith("|--"):
            rows.add(prefix + " | ".join(cells[:columns]))
    return rows


def test_every_rule_has_an_exchange() -> None:
    named = {rule for param in SCENARIOS for rule in param.values[0].get("rules", [])}  # type: ignore[union-attr]
    rows = rows_of_the_tables()
    assert len(rows) == 20
    assert named == rows
