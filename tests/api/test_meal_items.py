"""What a meal is made of: foods by measure, dishes of several groups, food groups, and what is somebody's own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.conftest import Phone, meal
from tracker.models import DietLog, Food
from tracker.record_types import diet_items
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db

OWN = {"name": "Grandma's stew", "own_food": "0193a1b2-0000-7000-8000-000000000001", "gives": {"beans": 1.5}}

COUNTED: list[tuple[str, list[dict[str, Any]], dict[str, float]]] = [
    ("a measure of a food", [{"food": "spinach", "measures": 2}], {"leafy_greens": 2}),
    ("one measure, if nothing is said", [{"food": "spinach"}], {"leafy_greens": 1}),
    ("a measure that is less than a serving", [{"food": "hummus", "measures": 1}], {"beans": 0.5}),
    ("a measure that is a third", [{"food": "anchovies", "measures": 1.5}], {"fish": 0.5}),
    ("servings of a food", [{"food": "hummus", "servings": 1}], {"beans": 1}),
    ("a dish of several groups", [{"food": "test_dish", "measures": 3}], {"other_vegetables": 1.5, "beans": 3}),
    ("servings of a dish are measures", [{"food": "test_dish", "servings": 1}], {"other_vegetables": 0.5, "beans": 1}),
    ("what counts for no practice", [{"food": "potatoes", "measures": 2}], {}),
    ("one's own", [{**OWN, "measures": 2}], {"beans": 3}),
    ("one's own, one of it", [OWN], {"beans": 1.5}),
    ("one's own that counts for nothing", [{"name": "Birthday cake"}], {}),
    ("never rounded to nothing", [{"food": "anchovies", "measures": 0.01}], {"fish": 0.01}),
    (
        "added up over the items",
        [{"food": "test_dish"}, {"food_group": "beans", "servings": 0.25}, OWN],
        {"other_vegetables": 0.5, "beans": 2.75},
    ),
]


@pytest.fixture(autouse=True)
def _dish(catalogue: None) -> None:
    Food.objects.create(code="test_dish", labels={"en": "Dish"}, gives={"beans": 1, "other_vegetables": 0.5})


@pytest.mark.parametrize(("items", "servings"), [case[1:] for case in COUNTED], ids=[case[0] for case in COUNTED])
def test_what_items_count_for(
    phone: Phone, last_week: Week, items: list[dict[str, Any]], servings: dict[str, float]
) -> None:
    sent = {**meal(last_week.monday), "items": items}
    answer = phone.post("/v1/diet-logs", sent)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["servings"] == servings
    # As it was sent again, it is a retry; read, edited and put back, it is the same meal.
    assert phone.post("/v1/diet-logs", sent)["Engram-Outcome"] == "duplicate"
    document = phone.get(f"/v1/diet-logs/{sent['id']}").json()
    edited = phone.put(f"/v1/diet-logs/{sent['id']}", {**document, "note": "Late"}, if_match='"1"').json()
    assert edited == {**document, "note": "Late", "version": 2}
    again = phone.put(f"/v1/diet-logs/{sent['id']}", edited, if_match='"1"')
    assert again["Engram-Outcome"] == "duplicate"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "/items/0/food", "required"),
    ({"measures": 1}, "/items/0/food", "required"),
    ({"food_group": "beans", "measures": 1}, "/items/0/measures", "unexpected"),
    ({"food": "hummus", "measures": 0}, "/items/0/measures", "out_of_range"),
    ({"food": "hummus", "measures": "sNaN"}, "/items/0/measures", "out_of_range"),
    ({**OWN, "name": None}, "/items/0/name", "required"),
    ({**OWN, "food": "hummus"}, "/items/0/food", "unexpected"),
    ({**OWN, "food_group": "beans"}, "/items/0/food_group", "unexpected"),
    ({**OWN, "gives": {"beans": 100.5}}, "/items/0/gives/beans", "out_of_range"),
    ({**OWN, "gives": {"sweets": 1}}, "/items/0/gives", "unknown_choice"),
    ({**OWN, "name": ""}, "/items/0/name", "length"),
]


@pytest.mark.parametrize(("item", "pointer", "code"), REFUSED)
def test_what_no_item_is(phone: Phone, last_week: Week, item: dict[str, Any], pointer: str, code: str) -> None:
    answer = phone.post("/v1/diet-logs", {**meal(last_week.monday), "items": [item]})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"].startswith(pointer)
    assert error["code"] == code
    assert not DietLog.objects.exists()


def test_servings_stay_of_the_group_that_they_were_of(phone: Phone, last_week: Week) -> None:
    """An app that has been offline since before a correction, and an edit of the note afterwards, mean what they say."""
    Food.objects.create(code="test_leaf", labels={"en": "Leaf"}, gives={"leafy_greens": 1})
    sent = {**meal(last_week.monday), "items": [{"food": "test_leaf", "servings": 3}]}
    first = phone.post("/v1/diet-logs", sent).json()
    Food.objects.filter(code="test_leaf").update(gives={"beans": 1, "nuts": 2})
    edited = phone.put(f"/v1/diet-logs/{sent['id']}", {**first, "note": "Late"}, if_match='"1"').json()
    assert (edited["items"], edited["servings"]) == (first["items"], {"leafy_greens": 3})
    again = phone.post(
        f"/v1/diet-logs/{sent['id']}/repeat", {"id": str(uuid.uuid4()), "eaten_at": sent["eaten_at"]}
    ).json()
    assert (again["servings"], again["flags"]) == ({"leafy_greens": 3}, ["other_food_group"])
    late = {**meal(last_week.monday), "items": [{"food": "test_leaf", "food_group": "leafy_greens", "servings": 1}]}
    assert phone.post("/v1/diet-logs", late).json()["servings"] == {"leafy_greens": 1}


def test_a_number_of_a_million_digits_is_not_kept(phone: Phone, last_week: Week) -> None:
    long = "1." + "0" * 100_000 + "1"
    answer = phone.post("/v1/diet-logs", {**meal(last_week.monday), "items": [{"food": "hummus", "measures": long}]})
    assert answer.json()["items"][0]["measures"] == 1
    cached = diet_items._kept.cache_info().currsize
    for digit in "23":
        longer = "1." + "0" * 100_000 + digit
        phone.post("/v1/diet-logs", {**meal(last_week.monday), "items": [{"food": "hummus", "measures": longer}]})
    assert diet_items._kept.cache_info().currsize == cached


def test_a_corrected_dish_changes_no_meal_that_was_logged(phone: Phone, last_week: Week) -> None:
    sent = {**meal(last_week.monday), "id": str(uuid.uuid4()), "items": [{"food": "test_dish", "measures": 2}]}
    before = phone.post("/v1/diet-logs", sent).json()
    Food.objects.filter(code="test_dish").update(gives={"nuts": 5})
    assert phone.get(f"/v1/diet-logs/{sent['id']}").json() == before
    assert phone.post("/v1/diet-logs", sent)["Engram-Outcome"] == "duplicate"
    assert phone.get(f"/v1/diet-logs/{sent['id']}").json() == before
