"""What somebody thinks of a suggestion, over REST and push alike: one record for each, which two phones agree on."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import Phone
from tracker.models import DueWeek, SuggestionFeedback
from tracker.record_types.feedback import suggestion_feedback_id

pytestmark = pytest.mark.django_db

PATH = "/v1/suggestion-feedback"
UID = str(suggestion_feedback_id("berries_1"))


def push(phone: Phone, **change: Any) -> dict[str, Any]:
    body = {"account": str(phone.user.pk), "changes": [{"type": "suggestion_feedback", **change}]}
    outcome: dict[str, Any] = phone.post("/v1/sync/push", body).json()["outcomes"][0]
    return outcome


def test_it_is_given_changed_and_taken_back(phone: Phone, other_phone: Phone) -> None:
    given = phone.put(f"{PATH}/berries_1", {"verdict": "useful"})
    assert (given.status_code, given["ETag"]) == (201, '"1"')
    assert given.json() == {"id": UID, "suggestion": "berries_1", "verdict": "useful", "version": 1}
    assert phone.get(f"{PATH}/berries_1").json() == given.json()
    assert phone.get(PATH).json() == {"results": [given.json()], "next_cursor": None}
    assert phone.put(f"{PATH}/berries_1", {"verdict": "useful"})["Engram-Outcome"] == "duplicate"
    assert phone.put(f"{PATH}/berries_1", {"verdict": "not_for_me"}).status_code == 409
    changed = phone.put(f"{PATH}/berries_1", {"verdict": "not_for_me"}, if_match='"1"').json()
    assert (changed["verdict"], changed["version"]) == ("not_for_me", 2)
    taken_back = phone.put(f"{PATH}/berries_1", {"verdict": None}, if_match='"2"').json()
    assert taken_back == {"id": UID, "suggestion": "berries_1", "verdict": None, "version": 3}
    assert phone.delete(f"{PATH}/berries_1", if_match='"3"').status_code == 405
    assert other_phone.get(f"{PATH}/berries_1").status_code == 404
    assert other_phone.get(PATH).json()["results"] == []
    assert not DueWeek.objects.exists()


def test_two_phones_agree_and_a_push_says_the_same(phone: Phone) -> None:
    record = {"suggestion": "berries_1", "verdict": "useful"}
    assert push(phone, op="upsert", id=UID, base_version=0, record=record)["outcome"] == "created"
    assert phone.put(f"{PATH}/berries_1", {"verdict": "useful"}).status_code == 200
    other = push(phone, op="upsert", id=UID, base_version=0, record={**record, "verdict": "not_for_me"})
    assert other["outcome"] == "conflict"
    deleted = push(phone, op="delete", id=UID, base_version=1)
    assert (deleted["outcome"], deleted["errors"][0]["code"]) == ("invalid", "not_deletable")
    foreign = push(phone, op="upsert", id=str(uuid.uuid4()), base_version=0, record=record)
    assert (foreign["outcome"], foreign["errors"][0]["pointer"]) == ("invalid", "/record/id")
    changes = phone.get("/v1/sync/pull?types=suggestion_feedback").json()["changes"]
    assert [(change["id"], change["record"]["verdict"]) for change in changes] == [(UID, "useful")]


@pytest.mark.parametrize("code", ["not known yet", "ñandú?", "..", "x" * 80])
def test_any_code_will_do_for_texts_come_and_go(phone: Phone, code: str) -> None:
    address = f"{PATH}/{quote(code, safe='')}"
    assert phone.put(address, {"verdict": "useful"}).status_code == 201
    assert phone.get(address).json()["suggestion"] == code


@pytest.mark.parametrize(
    ("code", "sent", "pointer", "error"),
    [
        ("berries_1", {"verdict": "awful"}, "/verdict", "unknown_choice"),
        ("berries_1", {"verdict": "useful", "suggestion": "nuts_1"}, "/suggestion", "other_id"),
        ("berries_1", {"verdict": "useful", "id": str(uuid.uuid4())}, "/id", "other_id"),
        ("berries_1", {"verdict": "useful", "why": "tasty"}, "/why", "unknown_field"),
        ("x" * 81, {"verdict": "useful"}, "/suggestion", "length"),
        ("two\u2028lines", {"verdict": "useful"}, "/suggestion", "characters"),
    ],
)
def test_what_is_refused_says_where(phone: Phone, code: str, sent: dict[str, Any], pointer: str, error: str) -> None:
    answer = phone.client.put(f"{PATH}/{code}", sent, format="json")
    assert answer.status_code == 422, answer.json()
    assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [(pointer, error)]
    assert not SuggestionFeedback.objects.exists()
