"""Pushing and pulling, as a phone does it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from tests.conftest import Phone

MARKS = ("day_mark", "week_confirmation", "suggestion_feedback")
OWN: dict[str, dict[str, Any]] = {
    "own_food": {"name": "Stew", "gives": {"beans": 1.5}},
    "own_activity": {"domain": "exercise", "name": "Round the lake", "activity": "walk_brisk"},
    "favourite": {"list": "foods", "entry": "spinach"},
    "meal_template": {"name": "Bowl", "items": [{"food": "spinach", "measures": 2}]},
    "goal": {"practice": "berries", "from_week": "2026-W48", "amount": 3},
}


def one_of_each_own() -> list[dict[str, Any]]:
    return [upsert(record_type, {"id": str(uuid.uuid4()), **record}) for record_type, record in OWN.items()]


def upsert(record_type: str, record: dict[str, Any], base_version: int = 0, /, **members: Any) -> dict[str, Any]:
    return {
        "op": "upsert",
        "type": record_type,
        "id": record["id"],
        "base_version": base_version,
        "record": {name: value for name, value in record.items() if name != "id"},
        **members,
    }


def delete(record_type: str, uid: str, base_version: int) -> dict[str, Any]:
    return {"op": "delete", "type": record_type, "id": uid, "base_version": base_version}


def removal(platform: str, external_id: str) -> dict[str, Any]:
    return {"op": "delete_by_origin", "platform": platform, "external_id": external_id}


def push(phone: Phone, *changes: Any, **members: Any) -> list[dict[str, Any]]:
    """The outcomes."""
    answer = phone.post("/v1/sync/push", {"account": str(phone.user.pk), "changes": list(changes), **members})
    assert answer.status_code == 200, answer.content
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    assert len(outcomes) == len(changes)
    return outcomes


def outcomes(phone: Phone, *changes: Any, **members: Any) -> list[tuple[str, int | None]]:
    return [(outcome["outcome"], outcome.get("version")) for outcome in push(phone, *changes, **members)]


def pull_page(phone: Phone, cursor: str | None = None, **parameters: Any) -> dict[str, Any]:
    given = {**({"cursor": cursor} if cursor else {}), **parameters}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    answer = phone.get(f"/v1/sync/pull?{query}")
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def pull(phone: Phone, cursor: str | None = None, **parameters: Any) -> tuple[list[dict[str, Any]], str]:
    """Everything until there is no more, and the cursor then."""
    changes: list[dict[str, Any]] = []
    while True:
        page = pull_page(phone, cursor, **parameters)
        changes += page["changes"]
        cursor = page["cursor"]
        if not page["has_more"]:
            return changes, cursor


def brief(changes: Sequence[dict[str, Any]]) -> list[tuple[str, int, bool]]:
    """Id, version, and whether it is deleted."""
    return [(change["id"], change["version"], "deleted" in change) for change in changes]
