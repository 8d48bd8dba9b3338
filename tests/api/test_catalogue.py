"""The catalogue over REST: downloaded once, brought up to date by what has changed, and searched."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Phone, cognitive, exercise, meal
from tracker import finding
from tracker.catalogue import searching
from tracker.catalogue.changing import change_entries, retire
from tracker.models import Food
from tracker.scoring.weeks import Week

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept_of_the_catalogue")]


def food(code: str, label: str, **columns: Any) -> Food:
    return Food(code=code, labels={"en": label}, household_measures={"en": "1 cup"}, source="A test", **columns)


def add(*foods: Food) -> None:
    change_entries(Food, foods, by=None, reason="A test")


def test_a_download_is_whole_and_changes_follow_it(phone: Phone) -> None:
    first = phone.get("/v1/catalogue/foods").json()
    assert first["complete"] is True
    assert len(first["results"]) == Food.objects.count() > 600
    blueberries = next(entry for entry in first["results"] if entry["code"] == "blueberries")
    assert blueberries["gives"] == {"berries": 1}
    assert blueberries["terms"][0] == "blueberries"

    nothing = phone.get(f"/v1/catalogue/foods?since={first['version']}").json()
    assert nothing == {"version": first["version"], "complete": False, "results": []}

    add(food("test_stew", "Test stew", gives={"beans": 1}))
    retire(Food, ["blueberries"], retired=True, by=None, now=timezone.now())
    after = phone.get(f"/v1/catalogue/foods?since={first['version']}").json()
    assert after["complete"] is False
    assert [(entry["code"], entry["retired"]) for entry in after["results"]] == [
        ("blueberries", True),
        ("test_stew", False),
    ]
    assert phone.get(f"/v1/catalogue/foods?since={after['version']}").json()["results"] == []
    assert len(phone.get("/v1/catalogue/foods").json()["results"]) == len(first["results"]) + 1
    # Of another list, nothing has changed, and its version says as much.
    assert phone.get(f"/v1/catalogue/exercise-activities?since={first['version']}").json()["results"] == []


def test_what_is_as_it_was_is_no_change(phone: Phone) -> None:
    add(food("test_stew", "Test stew", gives={"beans": 1}))
    version = phone.get("/v1/catalogue/foods").json()["version"]
    add(food("test_stew", "Test stew", gives={"beans": 1.0}))
    assert phone.get("/v1/catalogue/foods").json()["version"] == version


@pytest.mark.parametrize("version", ["1.9.1", "1.0.999999", "0.0.1"])
def test_a_version_of_another_life_gets_everything(phone: Phone, version: str) -> None:
    assert phone.get(f"/v1/catalogue/foods?since={version}").json()["complete"] is True


@pytest.mark.parametrize(
    "query", ["since=soup", "since=1", "since=1.0.x", "since=1.-1.2", "q=stew&since=1.0.0", "q=%20", "language=!"]
)
def test_parameters_that_mean_nothing_are_refused(phone: Phone, query: str) -> None:
    answer = phone.get(f"/v1/catalogue/foods?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("?")


def test_an_app_that_has_it_gets_304_until_something_changes(phone: Phone) -> None:
    tag = phone.get("/v1/catalogue/foods")["ETag"]
    again = phone.get("/v1/catalogue/foods", if_none_match=tag)
    assert (again.status_code, again["ETag"], again.content) == (304, tag, b"")
    add(food("test_stew", "Test stew"))
    assert phone.get("/v1/catalogue/foods", if_none_match=tag).status_code == 200


def test_labels_come_in_the_language_asked_for(phone: Phone) -> None:
    def label(language: str) -> str:
        answer = phone.get(f"/v1/catalogue/foods?q=spinach&language={language}").json()
        return str(answer["results"][0]["label"])

    assert label("es") == label("es-MX") == "Espinacas crudas"
    assert label("en") == label("fi") == "Spinach, raw"


def test_a_changed_entry_is_found_by_its_new_name_at_once(phone: Phone) -> None:
    def codes(query: str) -> list[str]:
        return [entry["code"] for entry in phone.get(f"/v1/catalogue/foods?q={query}").json()["results"]]

    assert codes("xylostew") == []
    add(food("test_stew", "Xylostew"))
    assert codes("xylostew") == ["test_stew"]
    add(food("test_stew", "Quilostew"))
    assert (codes("xylostew"), codes("quilostew")) == ([], ["test_stew"])
    retire(Food, ["test_stew"], retired=True, by=None, now=timezone.now())
    assert codes("quilostew") == []
    retire(Food, ["test_stew"], retired=False, by=None, now=timezone.now())
    assert codes("quilostew") == ["test_stew"]


def test_many_changes_make_a_new_index(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "REBUILD_FROM", 3)
    phone.get("/v1/catalogue/foods?q=stew")
    add(*(food(f"test_stew_{number}", f"Xylostew {number}") for number in range(5)))
    assert len(phone.get("/v1/catalogue/foods?q=xylostew").json()["results"]) == 5


def searched(phone: Phone, query: str) -> list[dict[str, Any]]:
    answer = phone.get(f"/v1/catalogue/search?{query}")
    assert answer.status_code == 200, answer.json()
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_a_search_covers_all_lists_and_what_is_usual_comes_first(phone: Phone, other_phone: Phone) -> None:
    today = timezone.now().date()
    before = [(found["list"], found["entry"]["code"]) for found in searched(phone, "q=wal")]
    assert ("foods", "walnuts") in before
    assert ("exercise_activities", "walk") in before
    for days in range(1, 5):
        log = exercise(today - timedelta(days=days), activity="dog_walk", minutes=20 + days, effort="light")
        assert phone.post("/v1/exercise-logs", log).status_code == 201
    first = searched(phone, "q=wal")[0]
    assert (first["list"], first["entry"]["code"]) == ("exercise_activities", "dog_walk")
    assert first["usual"] == {"duration_seconds": 21 * 60, "effort": "light"}
    assert first["times"] == 4
    # A habit is somebody's own, and only ever moves what was asked for.
    assert [(found["list"], found["entry"]["code"]) for found in searched(other_phone, "q=wal")] == before
    assert "dog_walk" not in [found["entry"]["code"] for found in searched(phone, "q=spinach")]


def test_without_a_query_it_is_what_one_logs_most(phone: Phone) -> None:
    today = timezone.now().date()
    assert searched(phone, "") == []
    yesterday = today - timedelta(days=1)
    old = today - timedelta(days=30)
    items = [{"food": "spinach", "measures": 2}, {"food_group": "berries", "servings": 1}]
    phone.post("/v1/diet-logs", {**meal(yesterday), "items": items})
    phone.post("/v1/cognitive-logs", cognitive(yesterday, activity="crossword", minutes=15, social=True))
    phone.post("/v1/cognitive-logs", cognitive(today - timedelta(days=2), activity="crossword", minutes=25))
    phone.post("/v1/exercise-logs", exercise(old, activity="run", minutes=30))
    phone.post("/v1/exercise-logs", exercise(today - timedelta(days=70), activity="yoga", minutes=30))
    found = searched(phone, "")
    assert [(one["list"], one["entry"]["code"], one["times"]) for one in found] == [
        ("cognitive_activities", "crossword", 2),
        ("foods", "spinach", 1),
        ("exercise_activities", "run", 1),
    ]
    assert found[0]["usual"] == {"duration_seconds": 900, "social": True}
    assert found[1]["usual"] == {"servings": 2, "measures": 2}
    assert [one["list"] for one in searched(phone, "lists=foods")] == ["foods"]
    assert len(searched(phone, "limit=1")) == 1


def test_a_breakfast_a_walk_and_a_crossword_are_three_calls_from_the_search_results(
    phone: Phone, last_week: Week
) -> None:
    day = last_week.monday
    breakfast = [searched(phone, f"q={query}&lists=foods&limit=1")[0]["entry"] for query in ("oatm", "blueb", "walnu")]
    walk = searched(phone, "q=brisk&limit=1")[0]["entry"]
    crossword = searched(phone, "q=crosswrod&limit=1")[0]["entry"]
    logged = [
        phone.post("/v1/diet-logs", {**meal(day), "items": [{"food": entry["code"]} for entry in breakfast]}),
        phone.post("/v1/exercise-logs", exercise(day, activity=walk["code"], minutes=30)),
        phone.post("/v1/cognitive-logs", cognitive(day, activity=crossword["code"], minutes=20)),
    ]
    assert [answer.status_code for answer in logged] == [201, 201, 201]
    assert logged[0].json()["servings"] == {"berries": 1, "nuts": 1, "whole_grains": 1}
    assert (logged[1].json()["activity"], logged[2].json()["activity"]) == ("walk_brisk", "crossword")


def test_what_is_ones_own_is_found_and_what_is_starred_comes_first(phone: Phone, other_phone: Phone) -> None:
    stew, swim, template = (str(uuid.uuid4()) for _ in range(3))
    own = {"id": stew, "name": "Grandma's walnut stew", "gives": {"nuts": 1}}
    assert phone.post("/v1/own-foods", own).status_code == 201
    activity = {"id": swim, "domain": "exercise", "name": "Waltz with Ana", "activity": "swim_laps"}
    assert phone.post("/v1/own-activities", activity).status_code == 201
    meals = {"id": template, "name": "Walnut breakfast", "items": [{"food": "walnuts"}]}
    assert phone.post("/v1/meal-templates", meals).status_code == 201
    star = {"id": str(uuid.uuid4()), "list": "own_foods", "entry": stew}
    assert phone.post("/v1/favourites", star).status_code == 201

    found = {(one["list"], one["entry"].get("name")) for one in searched(phone, "q=wal&limit=50")}
    assert {
        ("own_foods", own["name"]),
        ("own_activities", "Waltz with Ana"),
        ("meal_templates", "Walnut breakfast"),
    } <= found
    first = searched(phone, "q=walnut+stew")[0]
    assert (first["list"], first["entry"]["id"], first["favourite"]) == ("own_foods", stew, True)
    assert [(one["list"], one["favourite"]) for one in searched(phone, "")] == [("own_foods", True)]
    assert [one["list"] for one in searched(phone, "q=wal&lists=own_activities")] == ["own_activities"]
    assert not [one for one in searched(other_phone, "q=wal&limit=50") if one["list"].startswith(("own", "meal"))]

    yesterday = timezone.now().date() - timedelta(days=1)
    item = {"name": own["name"], "own_food": stew, "gives": {"nuts": 1}, "measures": 2}
    assert phone.post("/v1/diet-logs", {**meal(yesterday), "items": [item]}).status_code == 201
    (again,) = searched(phone, "")
    assert (again["entry"]["id"], again["usual"], again["times"]) == (stew, {"measures": 2}, 1)
    assert phone.client.delete(f"/v1/own-foods/{stew}", headers={"If-Match": '"1"'}).status_code == 204
    assert searched(phone, "") == []


def test_the_newest_of_what_is_ones_own_is_searched(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "NEWEST", 2)
    for number in range(3):
        assert phone.post("/v1/own-foods", {"id": str(uuid.uuid4()), "name": f"Xylostew {number}"}).status_code == 201
    found = {one["entry"]["name"] for one in searched(phone, "q=xylostew")}
    assert found == {"Xylostew 1", "Xylostew 2"}


@pytest.mark.parametrize("query", ["lists=sweets", "lists=foods,foods", "limit=51", "limit=0", "q=", "page=2"])
def test_searches_that_mean_nothing_are_refused(phone: Phone, query: str) -> None:
    assert phone.get(f"/v1/catalogue/search?{query}").status_code == 422


def test_a_search_takes_few_queries(phone: Phone, django_assert_max_num_queries: Any) -> None:
    searched(phone, "q=wal")
    with django_assert_max_num_queries(12):
        searched(phone, "q=wal")


def test_between_equals_a_changed_entry_stands_where_a_new_index_would_have_it(phone: Phone) -> None:
    add(food("test_b", "Qwomble stew"))
    assert [entry["code"] for entry in phone.get("/v1/catalogue/foods?q=qwomble").json()["results"]] == ["test_b"]
    add(food("test_a", "Qwomble stew"))
    assert [entry["code"] for entry in phone.get("/v1/catalogue/foods?q=qwomble").json()["results"]] == [
        "test_a",
        "test_b",
    ]


def test_what_is_searched_is_what_is_downloaded(phone: Phone) -> None:
    """Without synonyms in Spanish the English ones are an entry's own, on the server as on phones."""
    add(Food(code="test_a", labels={"en": "A", "es": "Qwomble"}, synonyms={"en": ["Qqwry"]}, source="A test"))
    add(Food(code="test_b", labels={"en": "Qqwry", "es": "Xx"}, synonyms={"es": ["Yy"]}, source="A test"))
    downloaded = phone.get("/v1/catalogue/foods?language=es").json()["results"]
    terms = {entry["code"]: entry["terms"] for entry in downloaded if entry["code"].startswith("test_")}
    assert terms == {"test_a": ["qwomble", "qqwry"], "test_b": ["xx", "yy"]}
    found = phone.get("/v1/catalogue/foods?language=es&q=qqwry").json()["results"]
    assert [entry["code"] for entry in found] == ["test_a", "test_b"]
