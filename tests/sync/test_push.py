"""Push: every rule, in order, through HTTP."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from backend.sync.models import DeviceSync, RefusedChange
from backend.sync.tasks import forget_old_refusals
from tests.conftest import Phone, cognitive, exercise, meal
from tests.sync.conftest import delete, outcomes, pull, push, removal, upsert
from tracker.models import CognitiveLog, DietLog, DueWeek, ExerciseLog
from tracker.record_types.marks import day_mark_id
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def run(minutes: int = 30, **fields: Any) -> dict[str, Any]:
    return exercise(MONDAY, minutes=minutes, **fields)


def test_mixed_types_are_stored_in_one_push(phone: Phone) -> None:
    mark = {"id": str(day_mark_id(MONDAY)), "date": MONDAY.isoformat(), "nothing": ["diet"]}
    sent = [
        upsert("exercise_log", run()),
        upsert("cognitive_log", cognitive(MONDAY)),
        upsert("diet_log", meal(MONDAY, berries=1)),
        upsert("day_mark", mark),
    ]
    answer = phone.post("/v1/sync/push", {"account": str(phone.user.pk), "changes": sent})
    assert answer.json()["epoch"] == 0
    assert answer.json()["outcomes"] == [
        {"outcome": "created", "type": change["type"], "id": change["id"], "version": 1} for change in sent
    ]
    for model in (ExerciseLog, CognitiveLog, DietLog):
        assert model.objects.get(user=phone.user).version == 1
    assert DueWeek.objects.get(user=phone.user).week == MONDAY


def test_a_retry_after_a_lost_answer_changes_nothing(phone: Phone) -> None:
    log = run()
    sent = [
        upsert("exercise_log", log),
        upsert("exercise_log", {**log, "note": "wet"}, 1),
        delete("exercise_log", log["id"], 2),
    ]
    assert outcomes(phone, *sent) == [("created", 1), ("replaced", 2), ("deleted", 3)]
    assert outcomes(phone, *sent) == [("deleted", 3), ("deleted", 3), ("duplicate", 3)]


def test_a_retry_of_several_changes_of_one_record_is_a_duplicate(phone: Phone) -> None:
    log = run(note="first")
    edits = [{**log, "note": note} for note in ("second", "third")]
    sent = [upsert("exercise_log", log), upsert("exercise_log", edits[0], 1), upsert("exercise_log", edits[1], 2)]
    assert outcomes(phone, *sent) == [("created", 1), ("replaced", 2), ("replaced", 3)]
    assert outcomes(phone, *sent) == [("duplicate", 3)] * 3
    assert outcomes(phone, *sent[1:]) == [("duplicate", 3)] * 2
    # Somebody else's edit on top: then it is a conflict after all.
    push(phone, upsert("exercise_log", {**log, "note": "fourth"}, 3))
    assert outcomes(phone, *sent) == [("conflict", 4)] * 3
    assert row_of(log) == (4, "fourth")


def row_of(log: dict[str, Any]) -> tuple[int, str]:
    stored = ExerciseLog.objects.get(uid=log["id"])
    return stored.version, stored.note


@pytest.mark.parametrize(
    ("base", "note", "expected", "stored"),
    [
        (2, "new", ("replaced", 3), (3, "new")),
        (1, "new", ("conflict", 2), (2, "second")),
        (0, "new", ("conflict", 2), (2, "second")),
        (1, "second", ("duplicate", 2), (2, "second")),
        (3, "new", ("invalid", 2), (2, "second")),
    ],
)
def test_the_rule_of_writing(
    phone: Phone, base: int, note: str, expected: tuple[str, int], stored: tuple[int, str]
) -> None:
    log = run(note="first")
    outcomes(phone, upsert("exercise_log", log), upsert("exercise_log", {**log, "note": "second"}, 1))
    assert outcomes(phone, upsert("exercise_log", {**log, "note": note}, base)) == [expected]
    assert row_of(log) == stored


def test_a_conflict_shows_the_servers_copy(phone: Phone) -> None:
    log = run(note="first")
    push(phone, upsert("exercise_log", log))
    (outcome,) = push(phone, upsert("exercise_log", {**log, "note": "other"}))
    assert outcome["current"]["version"] == 1
    assert outcome["current"]["record"] == phone.get(f"/v1/exercise-logs/{log['id']}").json()
    (outcome,) = push(phone, delete("exercise_log", log["id"], 0))
    assert outcome["outcome"] == "conflict"


def test_deleting_what_never_came_keeps_a_late_creation_out(phone: Phone) -> None:
    log = run()
    assert outcomes(phone, delete("exercise_log", log["id"], 0)) == [("deleted", 1)]
    assert outcomes(phone, upsert("exercise_log", log)) == [("deleted", 1)]
    assert phone.get("/v1/exercise-logs").json()["results"] == []


BAD: list[tuple[Any, str, str]] = [
    ("nothing", "", "type"),
    ({}, "/op", "unknown_choice"),
    ({"op": ["upsert"]}, "/op", "unknown_choice"),
    ({"op": "upsert", "type": "exercise_log"}, "/id", "required"),
    ({"op": "upsert", "type": "sleep_log", "id": "5", "base_version": 0, "record": {}}, "/id", "type"),
    (delete("sleep_log", str(uuid.UUID(int=7)), 0), "/type", "unknown_choice"),
    (delete("weekly_score", str(uuid.UUID(int=7)), 0), "/type", "read_only"),
    (delete("day_mark", str(day_mark_id(MONDAY)), 0), "/op", "not_deletable"),
    (delete("exercise_log", str(uuid.UUID(int=7)), -1), "/base_version", "out_of_range"),
    (upsert("exercise_log", run(), record="text"), "/record", "type"),
    (upsert("exercise_log", run(effort="extreme")), "/record/effort", "unknown_choice"),
    (upsert("exercise_log", run(colour="red")), "/record/colour", "unknown_field"),
    (upsert("exercise_log", run(activity="flying")), "/record/activity", "unknown_activity"),
    (upsert("exercise_log", run(), record={**run(), "id": str(uuid.UUID(int=8))}), "/record/id", "other_id"),
    (removal("", "x"), "/platform", "length"),
    ({"op": "restore", "type": "exercise_log", "id": str(uuid.UUID(int=7)), "version": 3}, "/record", "required"),
    (
        {"op": "restore", "type": "exercise_log", "id": str(uuid.UUID(int=7)), "version": 3, "deleted": True},
        "/version",
        "not_restored",
    ),
]


@pytest.mark.parametrize(("bad", "pointer", "code"), BAD)
def test_one_bad_change_never_costs_the_others(phone: Phone, bad: Any, pointer: str, code: str) -> None:
    before, after = run(), run()
    found = push(phone, upsert("exercise_log", before), bad, upsert("exercise_log", after))
    assert [outcome["outcome"] for outcome in found] == ["created", "invalid", "created"]
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in found[1]["errors"]]
    assert {str(log.uid) for log in ExerciseLog.objects.filter(user=phone.user)} == {before["id"], after["id"]}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"changes": []}, "/account"),
        ({"account": "me", "changes": []}, "/account"),
        ({"account": str(uuid.UUID(int=1))}, "/changes"),
        ({"account": str(uuid.UUID(int=1)), "changes": [{}] * 501}, "/changes"),
        ({"account": str(uuid.UUID(int=1)), "changes": [], "device": "x"}, "/device"),
    ],
)
def test_a_push_in_another_form_is_refused_whole(phone: Phone, body: Any, pointer: str) -> None:
    answer = phone.post("/v1/sync/push", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_push_for_somebody_else_stores_nothing(phone: Phone, other_phone: Phone) -> None:
    body = {"account": str(other_phone.user.pk), "changes": [upsert("exercise_log", run())]}
    answer = phone.post("/v1/sync/push", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_account")
    assert not ExerciseLog.objects.exists()


def test_what_ends_soon_is_taken_later_and_what_ends_next_year_never(phone: Phone) -> None:
    soon, late = timezone.now() + timedelta(hours=2), timezone.now() + timedelta(days=200)
    logs = [run(minutes=30, started_at=start.isoformat()) for start in (soon, late)]
    first, second = push(phone, *[upsert("exercise_log", log) for log in logs])
    assert first["outcome"] == "retry"
    # It ends in 2:30, and 15 minutes are borne with.
    assert first["retry_after"] == pytest.approx(2.25 * 3600, abs=60)
    assert [error["code"] for error in first["errors"]] == ["in_future"]
    assert (second["outcome"], second["errors"][0]["pointer"]) == ("invalid", "/record/started_at")
    assert not ExerciseLog.objects.exists()


def origin(external_id: str, platform: str = "healthkit", app_id: str | None = None) -> dict[str, Any]:
    return {"origin": {"platform": platform, "app_id": app_id, "external_id": external_id}}


def test_the_same_origin_under_another_id_is_the_first_ones(phone: Phone) -> None:
    first, again = run(**origin("s1")), run(**origin("s1"))
    found = push(phone, upsert("exercise_log", first), upsert("exercise_log", again))
    assert [outcome["outcome"] for outcome in found] == ["created", "duplicate"]
    assert (found[1]["id"], found[1]["same_as"], found[1]["version"]) == (again["id"], first["id"], 1)
    assert found[1]["current"]["record"]["id"] == first["id"]
    # A deleted session stays deleted, whatever id it comes back under.
    push(phone, delete("exercise_log", first["id"], 1))
    (outcome,) = push(phone, upsert("exercise_log", again))
    assert (outcome["outcome"], outcome["same_as"]) == ("deleted", first["id"])


def test_deleting_by_origin_reaches_every_type_and_every_order(phone: Phone) -> None:
    walk, puzzle = run(**origin("s1")), cognitive(MONDAY, **origin("s1"))
    push(
        phone,
        upsert("exercise_log", walk),
        upsert("cognitive_log", puzzle),
        upsert("exercise_log", {**walk, "note": "x"}, 1),
    )
    found = push(phone, removal("healthkit", "s1"), removal("healthkit", "s1"), removal("health_connect", "s1"))
    assert [outcome["outcome"] for outcome in found] == ["deleted", "duplicate", "deleted"]
    assert found[0]["removed"] == [
        {"type": "cognitive_log", "id": puzzle["id"], "version": 2},
        {"type": "exercise_log", "id": walk["id"], "version": 3},
    ]
    assert (found[1]["removed"], found[2]["removed"]) == ([], [])
    # Seen or not: what was deleted at its source doesn't come back.
    late = run(**origin("s1", "health_connect"))
    assert outcomes(phone, upsert("exercise_log", late), upsert("exercise_log", run(**origin("s1")))) == [
        ("deleted", None),
        ("deleted", 3),
    ]
    assert outcomes(phone, removal("health_connect", "s1")) == [("duplicate", None)]
    assert not ExerciseLog.objects.filter(deleted_at=None).exists()
    assert {change["version"] for change in pull(phone, types="cognitive_log")[0]} == set()


def test_what_was_deleted_at_its_source_comes_back_as_no_other_type(phone: Phone) -> None:
    push(phone, upsert("exercise_log", run(**origin("s1"))), removal("healthkit", "s1"))
    assert outcomes(phone, upsert("cognitive_log", cognitive(MONDAY, **origin("s1")))) == [("deleted", None)]


def test_a_push_of_nothing_but_unknown_fields_is_answered_shortly(phone: Phone) -> None:
    many = {f"field{number}": 1 for number in range(50_000)}
    (outcome,) = push(phone, upsert("exercise_log", {**run(), **many}))
    assert (outcome["outcome"], len(outcome["errors"])) == ("invalid", 20)


def test_refusals_are_kept_within_bounds(phone: Phone) -> None:
    for _ in range(2):
        push(phone, *[upsert("exercise_log", run(effort="extreme")) for _ in range(250)])
    assert RefusedChange.objects.count() <= 400
    assert len(phone.get("/v1/sync/status").json()["refused"]) == 200
    RefusedChange.objects.update(refused_at=timezone.now() - timedelta(days=31))
    forget_old_refusals()
    assert not RefusedChange.objects.exists()


def test_what_was_created_and_deleted_at_its_source_in_one_push(phone: Phone) -> None:
    log = run(**origin("s9"))
    found = push(
        phone, upsert("exercise_log", log), removal("healthkit", "s9"), upsert("exercise_log", {**log, "note": "x"}, 1)
    )
    assert [outcome["outcome"] for outcome in found] == ["created", "deleted", "deleted"]


@pytest.mark.parametrize(("ahead", "flags"), [(299, []), (301, ["clock_skew"]), (-301, ["clock_skew"])])
def test_a_clock_that_is_off_is_kept_and_flagged(phone: Phone, ahead: int, flags: list[str]) -> None:
    log = run()
    now = (timezone.now() + timedelta(seconds=ahead)).isoformat()
    push(phone, upsert("exercise_log", log), client_now=now)
    stored = ExerciseLog.objects.get(user=phone.user)
    assert stored.flags == flags
    assert stored.started_at == datetime(2026, 11, 16, 11, tzinfo=UTC)
    (sync,) = DeviceSync.objects.all()
    assert sync.clock_skew_seconds == pytest.approx(ahead, abs=5)


@pytest.mark.parametrize("clock", ["yesterday", 12, None, {"a": 1}, "2026-11-16T12:00:00"])
def test_a_clock_that_cant_be_read_is_no_reason_to_refuse(phone: Phone, clock: Any) -> None:
    assert outcomes(phone, upsert("exercise_log", run()), client_now=clock) == [("created", 1)]
    assert ExerciseLog.objects.get(user=phone.user).flags == []


def test_the_status_says_why_a_log_did_not_count(phone: Phone, other_phone: Phone) -> None:
    log = run(note="secret", effort="extreme", hidden="secret")
    for _ in range(2):
        push(phone, upsert("exercise_log", log), upsert("exercise_log", run()))
    push(other_phone, upsert("exercise_log", run(effort="extreme")))
    status = phone.get("/v1/sync/status").json()
    (device,) = status["devices"]
    assert (device["current"], device["last_pull_at"], device["changes_behind"]) == (True, None, 2)
    refused = [(row["type"], row["id"], row["code"], row["pointer"]) for row in status["refused"]]
    assert refused == [("exercise_log", log["id"], "unknown_field", "/record")]
    assert "secret" not in str(status)
    assert "hidden" not in str(status)
    pull(phone)
    status = phone.get("/v1/sync/status").json()
    assert status["devices"][0]["changes_behind"] == 0
    RefusedChange.objects.update(refused_at=timezone.now() - timedelta(days=31))
    assert phone.get("/v1/sync/status").json()["refused"] == []


def test_pushes_across_weeks_make_exactly_those_due(phone: Phone) -> None:
    weeks = [Week(MONDAY), Week(MONDAY).minus(3), Week(MONDAY).minus(7)]
    push(phone, *[upsert("exercise_log", exercise(week.monday)) for week in weeks])
    due = DueWeek.objects.filter(user=phone.user).values_list("week", flat=True)
    assert set(due) == {week.monday for week in weeks}


def test_queries_do_not_grow_with_the_batch(phone: Phone, django_assert_max_num_queries: Any) -> None:
    def batch(count: int) -> list[dict[str, Any]]:
        changes = []
        for number in range(count):
            day = MONDAY - timedelta(days=number % 40)
            changes += [
                upsert("exercise_log", exercise(day, **origin(f"{uuid.uuid4()}"))),
                upsert("cognitive_log", cognitive(day)),
                upsert("diet_log", meal(day, berries=1)),
                removal("healthkit", str(uuid.uuid4())),
                upsert("exercise_log", exercise(day, effort="none")),
            ]
        return changes

    push(phone, *batch(1))
    counted = []
    for count in (1, 100):
        with django_assert_max_num_queries(30) as queries:
            push(phone, *batch(count))
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("places", [{3}, {0, 19}, set(range(20))])
def test_what_the_database_refuses_costs_none_of_the_others(phone: Phone, places: set[int]) -> None:
    """A rule of the database that no check of ours has foreseen: here one more constraint."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE tracker_exerciselog ADD CONSTRAINT unforeseen CHECK (note <> 'unforeseen')")
    logs = [run(note="unforeseen" if place in places else "fine") for place in range(20)]
    found = push(phone, *[upsert("exercise_log", log) for log in logs])
    for place, outcome in enumerate(found):
        if place in places:
            assert (outcome["outcome"], outcome["retry_after"]) == ("retry", 3600)
            assert outcome["errors"][0]["code"] == "not_storable"
        else:
            assert (outcome["outcome"], outcome["version"]) == ("created", 1)
    kept = {log["id"] for place, log in enumerate(logs) if place not in places}
    assert {str(log.uid) for log in ExerciseLog.objects.filter(user=phone.user)} == kept
    assert len({change["id"] for change in pull(phone, types="exercise_log")[0]}) == len(kept)
    refused = phone.get("/v1/sync/status").json()["refused"]
    assert {(row["id"], row["code"]) for row in refused} == {(logs[place]["id"], "not_storable") for place in places}
    answer = phone.post("/v1/exercise-logs", run(note="unforeseen"))
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


def test_what_builds_on_a_change_that_has_to_wait_waits_too(phone: Phone) -> None:
    """Refused, it would be set aside for good, and the record would stay as it was before."""
    log = exercise(MONDAY, started_at=(timezone.now() + timedelta(minutes=20)).isoformat(), minutes=30)
    corrected = {**log, "started_at": f"{MONDAY}T12:00:00+01:00"}
    chain = [upsert("exercise_log", log), upsert("exercise_log", corrected, 1)]
    first, second, other = push(phone, *chain, upsert("exercise_log", run(), 1))
    assert (first["outcome"], first["errors"][0]["code"]) == ("retry", "in_future")
    assert second == first
    assert (other["outcome"], other["errors"][0]["code"]) == ("invalid", "ahead")
    refused = phone.get("/v1/sync/status").json()["refused"]
    assert [(row["id"], row["code"]) for row in refused] == [(other["id"], "ahead")]
