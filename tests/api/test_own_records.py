"""Foods and activities of somebody's own, favourites, templates of meals and goals, over REST and push alike."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.conftest import Phone, at, exercise
from tracker.models import DueWeek, Favourite, MealTemplate, OwnActivity, OwnFood, PracticeGoal, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db

STEW = {"name": "Grandma's stew", "household_measure": "a deep plate", "gives": {"beans": 1.5}, "note": "No salt"}
ROUND = {"domain": "exercise", "name": "Round the lake", "activity": "walk_brisk", "duration_seconds": 2700}
STAR = {"list": "foods", "entry": "spinach"}
BOWL = {"name": "Monday bowl", "meal": "lunch", "items": [{"food": "spinach", "measures": 2}, {"name": "Stew"}]}
SPINACH = {"food": "spinach", "food_group": "leafy_greens", "servings": 2, "measures": 2}
GOAL = {"practice": "aerobic_minutes", "from_week": "2026-W48", "amount": 90}
PLAIN_STEW: dict[str, Any] = {
    "food": None,
    "food_group": None,
    "servings": None,
    "measures": 1,
    "name": "Stew",
    "own_food": None,
    "gives": {},
}

RECORDS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("own-foods", "own_food", STEW, STEW),
    ("own-foods", "own_food", {"name": "Tea"}, {"name": "Tea", "household_measure": "", "gives": {}, "note": ""}),
    ("own-activities", "own_activity", ROUND, {**ROUND, "effort": None, "social": None}),
    (
        "own-activities",
        "own_activity",
        {"domain": "cognitive", "name": "Club", "activity": "reading", "social": True},
        {
            "domain": "cognitive",
            "name": "Club",
            "activity": "reading",
            "social": True,
            "effort": None,
            "duration_seconds": None,
        },
    ),
    (
        "own-activities",
        "own_activity",
        {"domain": "exercise", "name": "Laps", "activity": "healthkit:running", "effort": "vigorous"},
        {
            "domain": "exercise",
            "name": "Laps",
            "activity": "run",
            "effort": "vigorous",
            "duration_seconds": None,
            "social": None,
        },
    ),
    ("favourites", "favourite", STAR, STAR),
    (
        "favourites",
        "favourite",
        {"list": "own_foods", "entry": "0193A1B2-0000-7000-8000-000000000001"},
        {"list": "own_foods", "entry": "0193a1b2-0000-7000-8000-000000000001"},
    ),
    ("meal-templates", "meal_template", BOWL, {**BOWL, "items": [SPINACH, PLAIN_STEW]}),
    ("meal-templates", "meal_template", {"name": "Bare", "items": []}, {"name": "Bare", "meal": None, "items": []}),
    ("goals", "goal", GOAL, {**GOAL, "weekly_step": None, "until_amount": None}),
    (
        "goals",
        "goal",
        {"practice": "nuts", "from_week": "2026-W53", "amount": 1.005, "weekly_step": "-0.25", "until_amount": "0.001"},
        {"practice": "nuts", "from_week": "2026-W53", "amount": 1.01, "weekly_step": -0.25, "until_amount": 0.01},
    ),
]
CASES = [
    f"{case[1]}: {next(case[2][key] for key in ('name', 'list', 'practice') if key in case[2])}" for case in RECORDS
]
# What a renamed one says instead, of those that have no name.
OTHERS: dict[str, dict[str, Any]] = {"favourite": {"list": "foods", "entry": "hummus"}, "goal": {"amount": 5}}


def new_id() -> str:
    return str(uuid.uuid4())


def push(phone: Phone, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    answer = phone.post("/v1/sync/push", {"account": str(phone.user.pk), "changes": list(changes)})
    assert answer.status_code == 200, answer.json()
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


def upsert(kind: str, uid: str, record: dict[str, Any], base_version: int = 0) -> dict[str, Any]:
    return {"op": "upsert", "type": kind, "id": uid, "base_version": base_version, "record": record}


@pytest.mark.parametrize(("path", "kind", "sent", "shown"), RECORDS, ids=CASES)
def test_from_the_first_version_to_the_tombstone(
    phone: Phone, other_phone: Phone, path: str, kind: str, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    uid = new_id()
    created = phone.post(f"/v1/{path}", {"id": uid, **sent})
    assert created.status_code == 201, created.json()
    address = f"/v1/{path}/{uid}"
    assert (created["Location"], created["ETag"], created["Engram-Outcome"]) == (address, '"1"', "created")
    document = {"id": uid, **shown, "version": 1}
    assert created.json() == document
    assert phone.get(address).json() == document
    assert phone.get(address, if_none_match='"1"').status_code == 304
    assert phone.post(f"/v1/{path}", {"id": uid, **sent})["Engram-Outcome"] == "duplicate"
    assert phone.get(f"/v1/{path}").json() == {"results": [document], "next_cursor": None}
    # It goes out by a pull as it is shown here, and to nobody else.
    change = {"type": kind, "id": uid, "version": 1, "record": document}
    page = phone.get(f"/v1/sync/pull?types={kind}").json()
    assert page["changes"] == [change]
    assert other_phone.get(address).status_code == 404
    assert other_phone.get(f"/v1/sync/pull?types={kind}").json()["changes"] == []
    assert push(phone, upsert(kind, uid, sent))[0]["outcome"] == "duplicate"
    other = {**document, **OTHERS.get(kind, {"name": "Renamed"})}
    assert phone.put(address, other).status_code == 409
    assert phone.put(address, other, if_match='"1"').json() == {**document, **other, "version": 2}
    assert push(phone, upsert(kind, uid, sent, 1))[0]["outcome"] == "conflict"
    assert phone.delete(address, if_match='"2"').status_code == 204
    assert phone.get(address).status_code == 410
    assert phone.put(address, sent).status_code == 410
    assert phone.get(f"/v1/{path}").json()["results"] == []
    gone = phone.get(f"/v1/sync/pull?cursor={page['cursor']}").json()["changes"]
    assert gone == [{"type": kind, "id": uid, "version": 3, "deleted": True}]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("own-foods", {**STEW, "name": ""}, "/name", "length"),
    ("own-foods", {**STEW, "name": "two\nlines"}, "/name", "characters"),
    ("own-foods", {**STEW, "name": "x" * 121}, "/name", "length"),
    ("own-foods", {"note": "no name"}, "/name", "required"),
    ("own-foods", {**STEW, "household_measure": "x" * 121}, "/household_measure", "length"),
    ("own-foods", {**STEW, "household_measure": "a\x00"}, "/household_measure", "characters"),
    ("own-foods", {**STEW, "note": "\x00"}, "/note", "characters"),
    ("own-foods", {**STEW, "gives": {"cake": 1}}, "/gives", "unknown_choice"),
    ("own-foods", {**STEW, "gives": {"beans": 0}}, "/gives/beans", "out_of_range"),
    ("own-foods", {**STEW, "gives": {"beans": 101}}, "/gives/beans", "out_of_range"),
    ("own-foods", {**STEW, "calories": 1}, "/calories", "unknown_field"),
    ("own-activities", {**ROUND, "activity": "reading"}, "/activity", "unknown_activity"),
    ("own-activities", {**ROUND, "domain": "diet"}, "/domain", "unknown_choice"),
    ("own-activities", {**ROUND, "social": False}, "/social", "unexpected"),
    ("own-activities", {**ROUND, "duration_seconds": 0}, "/duration_seconds", "out_of_range"),
    ("own-activities", {**ROUND, "duration_seconds": 86401}, "/duration_seconds", "out_of_range"),
    ("own-activities", {**ROUND, "domain": "cognitive"}, "/activity", "unknown_activity"),
    (
        "own-activities",
        {"domain": "cognitive", "name": "Club", "activity": "reading", "effort": "light"},
        "/effort",
        "unexpected",
    ),
    ("favourites", {**STAR, "list": "friends"}, "/list", "unknown_choice"),
    ("favourites", {**STAR, "entry": "no such food"}, "/entry", "unknown_entry"),
    ("favourites", {"list": "exercise_activities", "entry": "reading"}, "/entry", "unknown_entry"),
    ("favourites", {"list": "cognitive_activities", "entry": "walk_brisk"}, "/entry", "unknown_entry"),
    ("favourites", {"list": "meal_templates", "entry": "spinach"}, "/entry", "malformed_id"),
    ("meal-templates", {**BOWL, "items": [{"food": "no such food"}]}, "/items/0/food", "unknown_food"),
    ("meal-templates", {**BOWL, "items": [{"measures": 1}]}, "/items/0/food", "required"),
    ("meal-templates", {**BOWL, "items": [{"food": "spinach"}] * 41}, "/items", "length"),
    ("meal-templates", {**BOWL, "meal": "brunch"}, "/meal", "unknown_choice"),
    ("goals", {**GOAL, "practice": "steps"}, "/practice", "unknown_practice"),
    ("goals", {**GOAL, "from_week": "2025-W53"}, "/from_week", "malformed_week"),
    ("goals", {**GOAL, "from_week": "2026-11-23"}, "/from_week", "malformed_week"),
    ("goals", {**GOAL, "amount": 0}, "/amount", "out_of_range"),
    ("goals", {**GOAL, "amount": -1}, "/amount", "out_of_range"),
    ("goals", {**GOAL, "amount": 1500.01}, "/amount", "out_of_range"),
    ("goals", {**GOAL, "amount": "Infinity"}, "/amount", "out_of_range"),
    ("goals", {**GOAL, "amount": "NaN"}, "/amount", "out_of_range"),
    ("goals", {**GOAL, "amount": None}, "/amount", "type"),
    ("goals", {**GOAL, "weekly_step": 1500.01}, "/weekly_step", "out_of_range"),
    ("goals", {**GOAL, "weekly_step": "-Infinity"}, "/weekly_step", "out_of_range"),
    ("goals", {**GOAL, "weekly_step": "NaN"}, "/weekly_step", "out_of_range"),
    ("goals", {**GOAL, "weekly_step": 10, "until_amount": 0}, "/until_amount", "out_of_range"),
    ("goals", {**GOAL, "weekly_step": 10, "until_amount": 80}, "/until_amount", "out_of_range"),
    ("goals", {**GOAL, "weekly_step": -10, "until_amount": 100}, "/until_amount", "out_of_range"),
    ("goals", {**GOAL, "until_amount": 100}, "/until_amount", "unexpected"),
    ("goals", {**GOAL, "weekly_step": 0, "until_amount": 90}, "/until_amount", "unexpected"),
    ("goals", {**GOAL, "steps": 1}, "/steps", "unknown_field"),
]


@pytest.mark.parametrize(("path", "sent", "pointer", "code"), REFUSED)
def test_what_is_refused_says_where_and_stores_nothing(
    phone: Phone, path: str, sent: dict[str, Any], pointer: str, code: str
) -> None:
    answer = phone.client.post(f"/v1/{path}", {"id": new_id(), **sent}, format="json")
    assert answer.status_code == 422, answer.json()
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not any(model.objects.exists() for model in (OwnFood, OwnActivity, Favourite, MealTemplate, PracticeGoal))


def test_a_platform_name_that_nobody_knows_is_kept_as_other(phone: Phone) -> None:
    sent = {"id": new_id(), "domain": "exercise", "name": "Capoeira", "activity": "healthkit:capoeira_de_angola"}
    answer = phone.post("/v1/own-activities", sent)
    assert (answer.status_code, answer.json()["activity"]) == (201, "other")
    assert OwnActivity.objects.get().flags == ["unknown_platform_type"]


def test_pages_go_by_id_and_know_no_dates(phone: Phone) -> None:
    ids = sorted((new_id() for _ in range(5)), reverse=True)
    for uid in ids:
        assert phone.post("/v1/favourites", {"id": uid, **STAR}).status_code == 201  # starred on five phones
    pages, cursor = [], ""
    while True:
        page = phone.get(f"/v1/favourites?limit=2{cursor}").json()
        pages.append([record["id"] for record in page["results"]])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    for parameter in ("from", "to"):
        answer = phone.client.get(f"/v1/favourites?{parameter}=2026-11-16")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"?{parameter}"


def test_a_meal_and_the_own_food_that_it_names_arrive_together(phone: Phone, last_week: Week) -> None:
    food, eaten = new_id(), new_id()
    item = {"name": STEW["name"], "own_food": food, "gives": STEW["gives"], "measures": 2}
    meal = {"eaten_at": at(last_week.monday), "meal": "lunch", "items": [item]}
    outcomes = push(phone, upsert("own_food", food, STEW), upsert("diet_log", eaten, meal))
    assert [outcome["outcome"] for outcome in outcomes] == ["created", "created"]
    # What the food is later changes no meal.
    push(phone, {"op": "delete", "type": "own_food", "id": food, "base_version": 1})
    log = phone.get(f"/v1/diet-logs/{eaten}").json()
    assert (log["servings"], log["items"][0]["own_food"], log["version"]) == ({"beans": 3}, food, 1)


def test_they_make_no_week_due_and_change_no_score(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.monday))
    score_due_weeks()
    before = list(WeeklyScore.objects.values())
    assert len(before) == 1
    for path, _, sent, _ in RECORDS:
        uid = new_id()
        assert phone.put(f"/v1/{path}/{uid}", sent).status_code == 201
        assert phone.delete(f"/v1/{path}/{uid}", if_match='"1"').status_code == 204
    assert not DueWeek.objects.exists()
    assert score_due_weeks().scored == 0
    assert list(WeeklyScore.objects.values()) == before
