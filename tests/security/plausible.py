"""Values that make generated requests succeed, so that fuzzing reaches what lies behind the checks of form.

A schema can't say which codes the catalogue has, or that a time is past. `make_plausible` puts such values into a generated
case; the rest of it stays as generated. A new field that needs a value of its own is one line in `FIELDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.scoring.weeks import Week

ZONES = ("Europe/Helsinki", "America/New_York", "Asia/Tokyo", "UTC", "Pacific/Chatham")
OFFSETS = ("Z", "+02:00", "-05:00", "+12:45")
DAYS_BACK = 300
PASSWORD = "a quiet walk by the river"


class Values:
    """Makers of single values, by one seeded source of chance."""

    def __init__(self) -> None:
        self.exercise = sorted(ExerciseActivity.objects.values_list("code", flat=True))
        self.cognitive = sorted(CognitiveActivity.objects.values_list("code", flat=True))
        self.foods = sorted(Food.objects.values_list("code", flat=True))
        self.now = datetime.now(UTC)

    def instant(self, random: Random) -> str:
        past = self.now - timedelta(days=1 + random.randrange(DAYS_BACK), seconds=random.randrange(86_400))
        return past.strftime("%Y-%m-%dT%H:%M:%S") + random.choice(OFFSETS)

    def day(self, random: Random) -> str:
        return (self.now - timedelta(days=random.randrange(DAYS_BACK))).date().isoformat()

    def week(self, random: Random) -> str:
        return str(Week.of((self.now - timedelta(days=random.randrange(DAYS_BACK))).date()))


FIELDS: dict[str, Callable[[Values, Random], Any]] = {
    "started_at": Values.instant,
    "eaten_at": Values.instant,
    "ended_at": lambda values, random: None,
    "time_zone": lambda values, random: random.choice([None, *ZONES]),
    "home_time_zone": lambda values, random: random.choice(ZONES),
    "distance_m": lambda values, random: random.choice([None, random.randrange(40_000), f"{random.randrange(9000)}.5"]),
    "food": lambda values, random: random.choice(values.foods),
    "food_group": lambda values, random: None,
    "gives": lambda values, random: random.choice([{}, {"beans": 1.5}, {"leafy_greens": "0.25", "nuts": 2}]),
    "own_food": lambda values, random: _new_id(random),
    "measures": lambda values, random: random.choice([1, 0.5, "1.25", random.randrange(1, 100)]),
    "servings": lambda values, random: random.choice([1, 0.5, "1.25", random.randrange(1, 100)]),
    "birth_year": lambda values, random: random.randrange(1930, 2005),
    "kind": lambda values, random: random.choice(["terms", "privacy", "research"]),
    "version": lambda values, random: 1,
    "card_id": lambda values, random: random.choice(["aerobic_session", "tai_chi", "other_foods"]),
    "day": Values.day,
    "suggestion": lambda values, random: random.choice(["berries_1", "keep/walking", "Ünknown text"]),
    "week": Values.week,
}
# Fields whose values depend on where they stand.
BY_OPERATION: dict[str, dict[str, Callable[[Values, Random], Any]]] = {
    "exercise": {"activity": lambda values, random: random.choice([*values.exercise, "healthkit:running"])},
    "cognitive": {"activity": lambda values, random: random.choice(values.cognitive)},
}
# Whole bodies, where only one thing will do.
BODIES: dict[str, Callable[[Values, Random], Any]] = {
    "POST /v1/sync/push": lambda values, random: _pushed(values, random),
    "POST /v1/own-activities": lambda values, random: _own_activity(values, random) | {"id": _new_id(random)},
    "PUT /v1/own-activities/{uid}": lambda values, random: _own_activity(values, random),
    "POST /v1/favourites": lambda values, random: _favourite(values, random) | {"id": _new_id(random)},
    "PUT /v1/favourites/{uid}": lambda values, random: _favourite(values, random),
    "POST /v1/goals": lambda values, random: _goal(values, random) | {"id": _new_id(random)},
    "PUT /v1/goals/{uid}": lambda values, random: _goal(values, random),
    # Of whatever week the address names.
    "POST /v1/weeks/{week}/what-if": lambda values, random: {
        "records": [
            {
                "type": "week_confirmation",
                "domains": random.sample(["exercise", "cognitive", "diet"], random.randrange(4)),
            }
        ]
    },
    "POST /v1/erasure": lambda values, random: {"password": PASSWORD},
    "POST /v1/consents": lambda values, random: {
        "kind": random.choice(["terms", "privacy", "research"]),
        "version": 1,
        "decision": random.choice(["accepted", "withdrawn"]),
    },
}


def _new_id(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _own_activity(values: Values, random: Random) -> dict[str, Any]:
    """`effort` and `social` are each of one domain only."""
    if random.random() < 0.5:
        activity, effort = random.choice([*values.exercise, "fit:hiking"]), random.choice([None, "light"])
        return {"domain": "exercise", "name": "Mine", "activity": activity, "effort": effort, "duration_seconds": 60}
    activity = random.choice(values.cognitive)
    return {"domain": "cognitive", "name": "Mine", "activity": activity, "social": random.choice([None, True, False])}


def _favourite(values: Values, random: Random) -> dict[str, Any]:
    codes = {
        "exercise_activities": values.exercise,
        "cognitive_activities": values.cognitive,
        "foods": values.foods,
        "own_foods": [_new_id(random)],
        "own_activities": [_new_id(random)],
        "meal_templates": [_new_id(random)],
    }
    name = random.choice(sorted(codes))
    return {"list": name, "entry": random.choice(codes[name])}


def _goal(values: Values, random: Random) -> dict[str, Any]:
    """A step up or down, or none, and an end that it leads to, or none."""
    goal: dict[str, Any] = {
        "practice": random.choice(["berries", "fish"]),
        "from_week": values.week(random),
        "amount": 5,
    }
    if random.random() < 0.5:
        step = random.choice(["0.5", "-0.25", "1"])
        goal |= {"weekly_step": step, "until_amount": random.choice([None, 5 + float(step)])}
    return goal


def _pushed(values: Values, random: Random) -> dict[str, Any]:
    """A few changes that can be taken, of one or another kind."""
    uid = _new_id(random)
    logs: list[tuple[str, dict[str, Any]]] = [
        ("exercise_log", {"activity": random.choice(values.exercise), "started_at": values.instant(random)}),
        ("cognitive_log", {"activity": random.choice(values.cognitive), "started_at": values.instant(random)}),
    ]
    record_type, record = random.choice(logs)
    record |= {"duration_seconds": random.randrange(1, 7200)}
    if random.random() < 0.3:
        record_type, record = "own_food", {"name": "Stew", "gives": {"beans": random.randrange(1, 9)}}
    elif random.random() < 0.3:
        record["origin"] = {"platform": "healthkit", "app_id": None, "external_id": str(random.randrange(50))}
    changes: list[dict[str, Any]] = [
        {"op": "upsert", "type": record_type, "id": uid, "base_version": 0, "record": record},
        {"op": "upsert", "type": record_type, "id": uid, "base_version": 1, "record": {**record, "note": "again"}},
        {"op": "delete_by_origin", "platform": "healthkit", "external_id": str(random.randrange(50))},
        {"op": "delete", "type": record_type, "id": uid, "base_version": random.randrange(3)},
        {"op": "restore", "type": record_type, "id": uid, "version": 1, "deleted": True},
    ]
    return {"account": uid, "client_now": values.instant(random), "changes": changes[: random.randrange(6)]}


# In the address already, or made by the server.
LEFT_OUT = ("id", "date", "week", "suggestion")


def make_plausible(case: Any, values: Values, random: Random) -> Any:
    """The case with values that the server can take, wherever the schema leaves them open."""
    makers = dict(FIELDS)
    for word, more in BY_OPERATION.items():
        if word in case.operation.path:
            makers |= more
    for name in case.path_parameters or {}:
        if name in makers:
            case.path_parameters[name] = makers[name](values, random)
    if case.query:
        _make_query_plausible(case, values, random)
    if case.headers:
        for name in ("If-Match", "If-None-Match", "If-Range", "Range"):
            if random.random() < 0.8:
                case.headers.pop(name, None)
    if case.operation.label in BODIES:
        case.body = BODIES[case.operation.label](values, random)
    elif isinstance(case.body, dict):
        if case.operation.method.upper() == "PUT":
            for name in LEFT_OUT:
                case.body.pop(name, None)
        case.body = _with_values(case.body, makers, values, random)
    return case


def _make_query_plausible(case: Any, values: Values, random: Random) -> None:
    for name in ("cursor", "signature"):
        case.query.pop(name, None)
    if "types" in case.query:
        case.query["types"] = random.choice(["exercise_log", "weekly_score,participant_facts", "diet_log,day_mark"])
    in_weeks = case.operation.path.endswith("/weeks")
    first, last = sorted((Values.day(values, random), Values.day(values, random)))
    for name, day in (("from", first), ("to", last)):
        if name in case.query:
            case.query[name] = values.week(random) if in_weeks else day
    if in_weeks and len(case.query.keys() & {"from", "to"}) == 2:
        case.query["to"] = case.query["from"]
    elif in_weeks:
        case.query.pop("to", None)


def _with_values(body: Any, makers: dict[str, Any], values: Values, random: Random) -> Any:
    if isinstance(body, list):
        return [_with_values(item, makers, values, random) for item in body]
    if not isinstance(body, dict):
        return body
    filled = {
        name: makers[name](values, random) if name in makers else _with_values(value, makers, values, random)
        for name, value in body.items()
    }
    if filled.keys() & {"servings", "measures", "own_food", "food"}:
        # An item names a food or something of one's own; the generated one may have neither or both.
        other = ("food", "food_group") if "name" in filled else ("own_food", "gives")
        for name in other:
            filled.pop(name, None)
        if "name" not in filled:
            filled.setdefault("food", makers["food"](values, random))
    return filled
