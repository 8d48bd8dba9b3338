"""`POST /v1/weeks/{week}/what-if`: a week as it would be, and nothing of it is stored."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import User
from backend.postgres.read_only import storing_nothing
from tests.conftest import Phone, at, cognitive, exercise, meal
from tests.tracker.test_hidden_numbers import numbers_in
from tracker.models import DueWeek, ExerciseLog
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db


def ask(phone: Phone, week: Week, *records: dict[str, Any]) -> Any:
    return phone.post(f"/v1/weeks/{week}/what-if", {"records": list(records)})


def of(record_type: str, record: dict[str, Any]) -> dict[str, Any]:
    return {"type": record_type, **record}


def log_some(phone: Phone, week: Week) -> None:
    for day in week.days[:4]:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/diet-logs", meal(day, berries=1))


def everything_stored() -> dict[str, Any]:
    """The number of rows of every table, and what can change within one."""
    counts: dict[str, Any] = {
        model._meta.db_table: model._default_manager.count() for model in apps.get_models() if model._meta.managed
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, seq FROM sync_synccounter ORDER BY 1")
        counts["counters"] = cursor.fetchall()
    counts["due"] = list(DueWeek.objects.order_by("id").values_list("id", "version", "due_at"))
    counts["logs"] = list(ExerciseLog.objects.order_by("id").values_list("id", "version", "seq", "duplicate_of"))
    return counts


def test_the_week_is_the_one_that_there_would_be(phone: Phone, last_week: Week) -> None:
    """Supposed first, then really done: the same document."""
    log_some(phone, last_week)
    before = phone.get(f"/v1/weeks/{last_week}").json()
    day = last_week.days[5]
    run, read = exercise(day, minutes=40), cognitive(day, minutes=30, social=True)
    supper = meal(day, fish=1, olive_oil=1)
    answer = ask(
        phone,
        last_week,
        of("exercise_log", run),
        of("cognitive_log", read),
        of("diet_log", supper),
        of("day_mark", {"date": str(last_week.days[6]), "nothing": ["exercise", "diet"]}),
        of("week_confirmation", {"domains": ["cognitive"]}),
    )
    assert answer.status_code == 200, answer.content
    assert phone.get(f"/v1/weeks/{last_week}").json() == before
    phone.post("/v1/exercise-logs", run)
    phone.post("/v1/cognitive-logs", read)
    phone.post("/v1/diet-logs", supper)
    phone.put(f"/v1/day-marks/{last_week.days[6]}", {"nothing": ["exercise", "diet"]})
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["cognitive"]})
    after = phone.get(f"/v1/weeks/{last_week}").json()
    assert answer.json()["week"] == after
    difference = answer.json()["difference"]
    assert difference["score"] == {"before": before["score"], "after": after["score"]}
    assert [part["after"] for part in difference["domains"]] == [part["score"] for part in after["domains"]]
    assert difference["words"] == f"With this, the week would include mental activity: {after['score']:g} of 100."


def test_a_record_with_the_id_of_a_stored_one_stands_in_its_place(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    log = exercise(last_week.days[5], minutes=20, activity="walk")
    phone.post("/v1/exercise-logs", log)
    before = phone.get(f"/v1/weeks/{last_week}").json()
    answer = ask(phone, last_week, of("exercise_log", {**log, "duration_seconds": 3600})).json()
    minutes = answer["week"]["domains"][0]["practices"][0]["amount"]
    assert minutes == before["domains"][0]["practices"][0]["amount"] + 40
    assert len(answer["week"]["logs"]) == len(before["logs"])
    assert answer["difference"]["words"].startswith("With this, the week would go from ")


def test_nothing_is_stored(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score_due_weeks()
    phone.post("/v1/exercise-logs", exercise(last_week.days[5]))
    before = everything_stored()
    answer = ask(
        phone,
        last_week,
        of("exercise_log", exercise(last_week.days[5], origin={"platform": "healthkit", "external_id": "1"})),
        of("day_mark", {"date": str(last_week.monday), "excused": True}),
        of("week_confirmation", {"domains": ["exercise"]}),
    )
    assert answer.status_code == 200
    assert everything_stored() == before
    # Nor could it be.
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), storing_nothing():
        User.objects.update(display_name="Somebody else")
    assert refused.value.__cause__.sqlstate == "25006"  # type: ignore[union-attr]
    with storing_nothing():
        assert ask(phone, last_week, of("exercise_log", exercise(last_week.monday))).status_code == 200
    User.objects.update(display_name="Rosa")  # and afterwards one can again


def test_a_plan_may_lie_in_the_future(phone: Phone) -> None:
    week = Week.of(timezone.now().date()).next()
    plans = [of("exercise_log", exercise(day, minutes=30)) for day in week.days]
    plans += [of("cognitive_log", cognitive(day, minutes=30)) for day in week.days]
    for plan in plans:
        del plan["id"]
    answer = ask(phone, week, *plans).json()
    assert answer["week"]["score"] > 60
    assert len({log["id"] for log in answer["week"]["logs"]}) == 14
    assert answer == ask(phone, week, *plans).json()
    assert answer["difference"]["words"].startswith("With this, the week would have a number: ")


def test_what_is_refused_is_named_record_by_record(phone: Phone, last_week: Week) -> None:
    day, other = last_week.monday, last_week.next().monday
    before = everything_stored()
    answer = ask(
        phone,
        last_week,
        of("exercise_log", exercise(day)),
        of("exercise_log", exercise(day, minutes=0)),
        of("exercise_log", exercise(day, activity="flying")),
        of("exercise_log", exercise(other)),
        of("cognitive_log", {**cognitive(day), "started_at": "2026-11-16T10:00:00"}),
        of("diet_log", meal(day, fish=-1)),
        of("diet_log", {**meal(other), "base_version": 1}),
        of("day_mark", {"date": str(other)}),
        of("week_confirmation", {"week": str(last_week.next()), "domains": []}),
        of("own_food", {"id": str(uuid.uuid4()), "name": "Stew"}),
        "nothing",  # type: ignore[arg-type]
    )
    assert answer.status_code == 422
    assert sorted((error["pointer"], error["code"]) for error in answer.json()["errors"]) == [
        ("/records/1/duration_seconds", "out_of_range"),
        ("/records/10", "type"),
        ("/records/2/activity", "unknown_activity"),
        ("/records/3/started_at", "other_week"),
        ("/records/4/started_at", "time_without_offset"),
        ("/records/5/items/0/servings", "out_of_range"),
        ("/records/6/base_version", "unknown_field"),
        ("/records/7/date", "other_week"),
        ("/records/8/week", "other_week"),
        ("/records/9/type", "unknown_choice"),
    ]
    assert everything_stored() == before


@pytest.mark.parametrize("records", [[], [{"type": "day_mark", "date": "2026-11-16"}] * 51, None, "all"])
def test_one_to_fifty_records(phone: Phone, records: Any) -> None:
    answer = phone.post("/v1/weeks/2026-W47/what-if", {"records": records})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/records")


def test_sessions_of_two_sources_are_told_apart_as_in_a_push(phone: Phone, last_week: Week) -> None:
    day = last_week.monday
    phone.patch("/v1/me", {"preferred_origins": ["healthkit"]})
    typed_in = exercise(day, minutes=30)
    phone.post("/v1/exercise-logs", typed_in)
    watch = exercise(day, minutes=25, origin={"platform": "healthkit", "app_id": "watch", "external_id": "7"})
    supposed = ask(phone, last_week, of("exercise_log", watch)).json()["week"]
    logs = {log["id"]: log for log in supposed["logs"]}
    assert logs[typed_in["id"]]["not_counted_because"] == "duplicate"
    assert logs[watch["id"]]["counted"]["aerobic_minutes"] == 50
    phone.post("/v1/exercise-logs", watch)
    assert phone.get(f"/v1/weeks/{last_week}").json() == supposed
    # What comes from the same origin under another id says nothing new.
    again = ask(phone, last_week, of("exercise_log", {**watch, "id": str(uuid.uuid4())})).json()
    assert again["week"] == supposed
    assert again["difference"]["words"] == "With this, the week would have no number so far."
    # Moved away, it leaves the other one alone on that date.
    moved = ask(phone, last_week, of("exercise_log", {**watch, "started_at": at(last_week.days[2])})).json()["week"]
    assert [log.get("not_counted_because") for log in moved["logs"]] == [None, None]


def test_what_was_deleted_stays_deleted(phone: Phone, last_week: Week) -> None:
    """By its id, or by a platform that has reported it gone: a push could not bring it back either."""
    day = last_week.days[2]
    log_some(phone, last_week)
    walk = exercise(day, minutes=60)
    assert phone.post("/v1/exercise-logs", walk).status_code == 201
    assert phone.delete(f"/v1/exercise-logs/{walk['id']}", if_match='"1"').status_code == 204
    gone = {"op": "delete_by_origin", "platform": "health_connect", "external_id": "session-1"}
    pushed = phone.post("/v1/sync/push", {"account": str(phone.user.pk), "changes": [gone]})
    assert pushed.status_code == 200
    of_the_watch = exercise(day, minutes=60, origin={"platform": "health_connect", "external_id": "session-1"})
    before = phone.get(f"/v1/weeks/{last_week}").json()["score"]
    for record in (walk, of_the_watch):
        answer = ask(phone, last_week, of("exercise_log", record)).json()
        assert answer["week"]["domains"] == phone.get(f"/v1/weeks/{last_week}").json()["domains"]
    assert phone.get(f"/v1/weeks/{last_week}").json()["score"] == before
    other_id = ask(phone, last_week, of("exercise_log", exercise(day, minutes=60))).json()
    assert other_id["week"]["domains"] != phone.get(f"/v1/weeks/{last_week}").json()["domains"]


def test_what_is_ones_own_can_be_supposed(phone: Phone, last_week: Week) -> None:
    food = {"id": str(uuid.uuid4()), "name": "Stew", "gives": {"beans": 2}}
    phone.post("/v1/own-foods", food)
    item = {"name": "Stew", "gives": food["gives"], "measures": 2, "own_food": food["id"]}
    answer = ask(phone, last_week, of("diet_log", {**meal(last_week.monday), "items": [item]})).json()
    assert answer["week"]["logs"][0]["counted"] == {"beans": 4.0}


def test_the_number_of_queries_does_not_grow(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    counts = []
    for size in (1, 12):
        records = [
            record
            for number in range(size)
            for record in (
                of("exercise_log", exercise(last_week.days[number % 7])),
                of("cognitive_log", cognitive(last_week.days[number % 7])),
                of("diet_log", meal(last_week.days[number % 7], fish=1)),
                of("day_mark", {"date": str(last_week.days[number % 7])}),
            )
        ]
        ask(phone, last_week, *records)
        with CaptureQueriesContext(connection) as queries:
            assert ask(phone, last_week, *records).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts


def test_it_is_counted_as_a_read(phone: Phone, last_week: Week) -> None:
    answer = ask(phone, last_week, of("day_mark", {"date": str(last_week.monday)}))
    assert answer["RateLimit-Policy"].startswith('"participant_reads"')


def test_hidden_numbers_stay_hidden(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    phone.patch("/v1/me", {"hide_numbers": True})
    for record in (
        of("exercise_log", exercise(last_week.monday)),
        of("week_confirmation", {"domains": ["cognitive"]}),
        of("day_mark", {"date": str(last_week.monday), "excused": True}),
    ):
        for language in ("en", "es"):
            answer = phone.post(f"/v1/weeks/{last_week}/what-if?language={language}", {"records": [record]}).json()
            assert list(numbers_in(answer)) == []
            assert answer["week"]["numbers_hidden"] is answer["difference"]["numbers_hidden"] is True


def test_another_participants_records_are_not_looked_at(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    log = exercise(last_week.monday, minutes=30)
    other_phone.post("/v1/exercise-logs", log)
    answer = ask(phone, last_week, of("day_mark", {"date": str(last_week.monday)})).json()
    assert answer["week"]["logs"] == []
