"""A log once more, and a meal by its template: new logs like any other, with what the old one said."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Phone, at, cognitive, exercise, meal
from tracker.models import DietLog, DueWeek, ExerciseLog, Food
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db

ORIGIN = {"platform": "healthkit", "app_id": "watch", "external_id": "s1"}


def new_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture(autouse=True)
def _dish(catalogue: None) -> None:
    Food.objects.create(code="test_dish", labels={"en": "Dish"}, gives={"beans": 1})


def stored(phone: Phone, path: str, body: dict[str, Any]) -> str:
    answer = phone.post(f"/v1/{path}", body)
    assert answer.status_code == 201, answer.json()
    uid: str = answer.json()["id"]
    return uid


def test_a_session_once_more(phone: Phone, last_week: Week) -> None:
    monday, tuesday = last_week.monday, last_week.monday + timedelta(days=1)
    ended_at = at(monday, hour=13)
    said: dict[str, Any] = {"effort": "vigorous", "distance_m": 5200.5, "activity_name": "Lake", "note": "Windy"}
    rest: dict[str, Any] = {
        "origin": ORIGIN,
        "ended_at": ended_at,
        "separate_session": True,
        "time_zone": "Nowhere/At_all",
    }
    uid, new = stored(phone, "exercise-logs", exercise(monday, **said, **rest)), new_id()
    old = phone.get(f"/v1/exercise-logs/{uid}").json()
    assert old["flags"] == ["unknown_time_zone"]
    DueWeek.objects.all().delete()
    body = {"id": new, "started_at": at(tuesday)}
    answer = phone.post(f"/v1/exercise-logs/{uid}/repeat", body)
    assert answer.status_code == 201, answer.json()
    assert (answer["Location"], answer["ETag"]) == (f"/v1/exercise-logs/{new}", '"1"')
    assert answer["Engram-Outcome"] == "created"
    expected = {
        **old,
        "id": new,
        "started_at": at(tuesday),
        "local_date": str(tuesday),
        "time_zone": None,
        "ended_at": None,
        "origin": None,
        "separate_session": False,
        "flags": [],
    }
    assert answer.json() == expected
    assert expected["distance_m"] == 5200.5
    assert phone.get(f"/v1/exercise-logs/{new}").json() == expected
    assert DueWeek.objects.filter(user=phone.user, week=monday).count() == 1  # and it counts
    retry = phone.post(f"/v1/exercise-logs/{uid}/repeat", body)
    assert (retry.status_code, retry["Engram-Outcome"], retry.json()) == (200, "duplicate", expected)
    # What was seen of the old log says nothing about the new one.
    assert (
        phone.client.post(
            f"/v1/exercise-logs/{uid}/repeat", body, format="json", headers={"If-Match": '"7"'}
        ).status_code
        == 200
    )
    other = phone.post(f"/v1/exercise-logs/{uid}/repeat", {**body, "started_at": at(monday)})
    assert (other.status_code, other.json()["current"]) == (409, expected)
    assert phone.get(f"/v1/exercise-logs/{uid}").json() == old


def test_a_platform_activity_that_nobody_knows_keeps_its_name(phone: Phone, last_week: Week) -> None:
    uid = stored(phone, "exercise-logs", exercise(last_week.monday, activity="healthkit:wheel_of_fortune"))
    body = {"id": new_id(), "started_at": at(last_week.monday, hour=20)}
    new = phone.post(f"/v1/exercise-logs/{uid}/repeat", body).json()
    assert (new["activity"], new["activity_name"]) == ("other", "healthkit:wheel_of_fortune")
    assert new["flags"] == ["unknown_platform_type"]


def test_a_cognitive_activity_once_more(phone: Phone, last_week: Week) -> None:
    uid = stored(phone, "cognitive-logs", cognitive(last_week.monday, social=True, note="Chapter 3", origin=ORIGIN))
    old = phone.get(f"/v1/cognitive-logs/{uid}").json()
    body = {"id": new_id(), "started_at": "2026-01-05T12:00:00Z", "time_zone": "Asia/Tokyo"}
    answer = phone.post(f"/v1/cognitive-logs/{uid}/repeat", body)
    assert answer.status_code == 201, answer.json()
    assert answer.json() == {
        **old,
        "id": body["id"],
        "started_at": "2026-01-05T21:00:00+09:00",
        "time_zone": "Asia/Tokyo",
        "local_date": "2026-01-05",
        "week": "2026-W02",
        "origin": None,
    }


def test_a_meal_once_more_is_read_by_the_catalogue_of_today(phone: Phone, last_week: Week) -> None:
    own = {"name": "Stew", "own_food": new_id(), "gives": {"berries": 0.5}, "measures": 2}
    items = [
        {"food": "test_dish", "measures": 2},
        {"food": "test_dish", "servings": 1.5},
        {"food_group": "fish", "servings": 1},
        own,
    ]
    sent = {**meal(last_week.monday), "meal": "dinner", "items": items, "note": "Candles", "origin": ORIGIN}
    uid = stored(phone, "diet-logs", sent)
    old = phone.get(f"/v1/diet-logs/{uid}").json()
    assert old["servings"] == {"berries": 1, "beans": 3.5, "fish": 1}
    body = {"id": new_id(), "eaten_at": at(last_week.monday, hour=20)}
    same = phone.post(f"/v1/diet-logs/{uid}/repeat", body).json()
    assert same == {**old, "id": body["id"], "eaten_at": body["eaten_at"], "origin": None}
    # The dish has another group now, and still is what was eaten.
    Food.objects.filter(code="test_dish").update(gives={"leafy_greens": 2})
    body = {"id": new_id(), "eaten_at": at(last_week.monday, hour=21)}
    answer = phone.post(f"/v1/diet-logs/{uid}/repeat", body)
    assert answer.status_code == 201, answer.json()
    # What a measure holds is as of today; servings stay of the group that they were of.
    assert answer.json()["servings"] == {"leafy_greens": 4, "berries": 1, "beans": 1.5, "fish": 1}
    assert [item["food_group"] for item in answer.json()["items"]] == ["leafy_greens", "beans", "fish", None]
    assert answer.json()["flags"] == ["other_food_group"]
    assert phone.get(f"/v1/diet-logs/{uid}").json() == old


def test_a_meal_by_its_template(phone: Phone, last_week: Week) -> None:
    template = {"id": new_id(), "name": "Bowl", "meal": "lunch", "items": [{"food": "test_dish"}, {"name": "Tea"}]}
    uid = stored(phone, "meal-templates", template)
    body: dict[str, Any] = {"id": new_id(), "eaten_at": at(last_week.monday)}
    answer = phone.post(f"/v1/meal-templates/{uid}/log", body)
    assert answer.status_code == 201, answer.json()
    assert answer["Location"] == f"/v1/diet-logs/{body['id']}"
    log = answer.json()
    assert (log["meal"], log["servings"], log["note"], log["origin"]) == ("lunch", {"beans": 1}, "", None)
    assert phone.post(f"/v1/meal-templates/{uid}/log", body)["Engram-Outcome"] == "duplicate"
    body = {"id": new_id(), "eaten_at": at(last_week.monday), "meal": "dinner"}
    assert phone.post(f"/v1/meal-templates/{uid}/log", body).json()["meal"] == "dinner"


def test_a_template_without_a_meal_asks_which_it_was(phone: Phone, last_week: Week) -> None:
    uid = stored(phone, "meal-templates", {"id": new_id(), "name": "Apple", "items": []})
    body = {"id": new_id(), "eaten_at": at(last_week.monday)}
    answer = phone.post(f"/v1/meal-templates/{uid}/log", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/meal", "required")]
    assert phone.post(f"/v1/meal-templates/{uid}/log", {**body, "meal": "snack"}).status_code == 201


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"id": None}, "/id", "type"),
    ({"started_at": "2026-11-16"}, "/started_at", "malformed_time"),
    ({"started_at": "2026-11-16T08:00:00"}, "/started_at", "time_without_offset"),
    ({"started_at": "2099-11-16T08:00:00Z"}, "/started_at", "in_future"),
    ({"time_zone": "\n"}, "/time_zone", "characters"),
    ({"effort": "light"}, "/effort", "unknown_field"),
    ({"version": 1}, "/version", "unknown_field"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), REFUSED)
def test_what_is_refused_says_where_and_stores_nothing(
    phone: Phone, last_week: Week, change: dict[str, Any], pointer: str, code: str
) -> None:
    uid = stored(phone, "exercise-logs", exercise(last_week.monday))
    body = {"id": new_id(), "started_at": at(last_week.monday, hour=20), **change}
    answer = phone.client.post(f"/v1/exercise-logs/{uid}/repeat", body, format="json")
    assert answer.status_code == 422, answer.json()
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert ExerciseLog.objects.count() == 1


def test_only_ones_own_logs_that_are_there_can_be_repeated(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    uid = stored(phone, "diet-logs", meal(last_week.monday, fish=1))
    body = {"id": new_id(), "eaten_at": timezone.now().isoformat()}
    for nobody in (f"/v1/diet-logs/{new_id()}/repeat", f"/v1/exercise-logs/{uid}/repeat"):
        sent = body if "diet" in nobody else {"id": body["id"], "started_at": body["eaten_at"]}
        assert phone.post(nobody, sent).status_code == 404
    assert other_phone.post(f"/v1/diet-logs/{uid}/repeat", body).status_code == 404
    assert other_phone.post(f"/v1/meal-templates/{uid}/log", body).status_code == 404
    assert phone.delete(f"/v1/diet-logs/{uid}", if_match='"1"').status_code == 204
    assert phone.post(f"/v1/diet-logs/{uid}/repeat", body).status_code == 410
    assert phone.post(f"/v1/diet-logs/{new_id()}/repeat", body).status_code == 404
    # A deleted id is never used again, whatever it would be made from.
    kept, gone = stored(phone, "diet-logs", meal(last_week.monday)), uid
    assert phone.post(f"/v1/diet-logs/{kept}/repeat", {**body, "id": gone}).status_code == 410
    assert DietLog.objects.filter(deleted_at=None).count() == 1
