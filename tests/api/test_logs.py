"""Logs over REST: the write rule, the refusals, and whose record is whose."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Phone, at, cognitive, exercise, meal
from tracker.models import CognitiveLog, DayMark, DietLog, DueWeek, ExerciseLog
from tracker.scoring.protocol import FOOD_GROUPS
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db


def test_a_created_log_comes_back_with_what_the_server_knows(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday, activity="run", minutes=25, note="Along the river", effort="vigorous")
    answer = phone.post("/v1/exercise-logs", sent)
    assert answer.status_code == 201
    assert answer["Location"] == f"/v1/exercise-logs/{sent['id']}"
    assert answer["ETag"] == '"1"'
    assert answer.json() == {
        "id": sent["id"],
        "activity": "run",
        "activity_name": None,
        "started_at": sent["started_at"],
        "ended_at": None,
        "duration_seconds": 1500,
        "effort": "vigorous",
        "distance_m": None,
        "separate_session": False,
        "time_zone": None,
        "note": "Along the river",
        "origin": None,
        "version": 1,
        "local_date": last_week.monday.isoformat(),
        "week": str(last_week),
        "flags": [],
        "duplicate_of": None,
    }
    assert phone.get(f"/v1/exercise-logs/{sent['id']}").json() == answer.json()


def test_get_edit_put_works(phone: Phone, last_week: Week) -> None:
    for path, sent in (
        ("/v1/exercise-logs", exercise(last_week.monday, distance_m=5200.5)),
        ("/v1/cognitive-logs", cognitive(last_week.monday, social=True)),
        ("/v1/diet-logs", meal(last_week.monday, berries=1.5, fish=1)),
    ):
        phone.post(path, sent)
        address = f"{path}/{sent['id']}"
        document = phone.get(address).json()
        document["note"] = "Edited"
        answer = phone.put(address, document, if_match='"1"')
        assert answer.status_code == 200, answer.json()
        assert answer.json() == {**document, "version": 2}


def test_a_retry_after_a_lost_answer_is_a_duplicate(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday)
    first = phone.post("/v1/exercise-logs", sent)
    again = phone.post("/v1/exercise-logs", sent)
    assert (again.status_code, again["Engram-Outcome"]) == (200, "duplicate")
    assert again.json() == first.json()
    assert ExerciseLog.objects.count() == 1


def test_nothing_is_overwritten_unseen(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday, note="First")
    address = f"/v1/exercise-logs/{sent['id']}"
    phone.post("/v1/exercise-logs", sent)
    assert phone.put(address, {**sent, "note": "Second"}, if_match='"1"').status_code == 200

    stale = phone.put(address, {**sent, "note": "Third"}, if_match='"1"')
    assert stale.status_code == 412
    assert stale["Content-Type"] == "application/problem+json"
    assert stale.json()["code"] == "conflict"
    assert stale.json()["current"]["note"] == "Second"

    blind = phone.put(address, {**sent, "note": "Third"})
    assert (blind.status_code, blind.json()["code"]) == (409, "conflict")

    ahead = phone.put(address, {**sent, "note": "Third"}, if_match='"7"')
    assert (ahead.status_code, ahead.json()["errors"][0]["code"]) == (422, "version_ahead")
    assert ExerciseLog.objects.get().note == "Second"
    assert ExerciseLog.objects.get().version == 2


def test_a_deleted_id_can_not_be_used_again(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday, note="Private")
    address = f"/v1/exercise-logs/{sent['id']}"
    phone.post("/v1/exercise-logs", sent)
    assert phone.delete(address).status_code == 409
    assert phone.delete(address, if_match='"1"').status_code == 204
    assert phone.delete(address, if_match='"1"').status_code == 204
    for answer in (phone.get(address), phone.put(address, sent), phone.post("/v1/exercise-logs", sent)):
        assert (answer.status_code, answer.json()["code"]) == (410, "deleted")
    row = ExerciseLog.objects.get()
    assert (row.note, row.activity, row.local_date, row.version) == ("", None, None, 2)


def test_deleting_an_id_never_seen_leaves_a_tombstone(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday)
    assert phone.delete(f"/v1/exercise-logs/{sent['id']}").status_code == 204
    assert phone.post("/v1/exercise-logs", sent).status_code == 410


def test_the_same_watch_session_under_a_new_id_gets_the_first_one_back(phone: Phone, last_week: Week) -> None:
    origin = {"platform": "healthkit", "app_id": "com.example.watch", "external_id": "A1"}
    first = phone.post("/v1/exercise-logs", exercise(last_week.monday, origin=origin)).json()
    again = phone.post("/v1/exercise-logs", exercise(last_week.monday, origin=origin))
    assert (again.status_code, again["Engram-Outcome"]) == (200, "duplicate")
    assert again.json()["id"] == first["id"]
    assert ExerciseLog.objects.count() == 1


def test_another_participants_id_is_like_one_that_does_not_exist(
    phone: Phone, other_phone: Phone, last_week: Week
) -> None:
    sent = exercise(last_week.monday)
    phone.post("/v1/exercise-logs", sent)
    foreign = other_phone.get(f"/v1/exercise-logs/{sent['id']}")
    unknown = other_phone.get(f"/v1/exercise-logs/{uuid.uuid4()}")
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert other_phone.post("/v1/exercise-logs", sent).status_code == 201
    assert ExerciseLog.objects.filter(uid=sent["id"]).count() == 2


REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("exercise", {"activity": "no_such"}, "/activity", "unknown_activity"),
    ("exercise", {"duration_seconds": 0}, "/duration_seconds", "out_of_range"),
    ("exercise", {"duration_seconds": 86401}, "/duration_seconds", "out_of_range"),
    ("exercise", {"duration_seconds": "ten"}, "/duration_seconds", "type"),
    ("exercise", {"started_at": "2026-11-16T08:00:00"}, "/started_at", "time_without_offset"),
    ("exercise", {"started_at": "yesterday"}, "/started_at", "malformed_time"),
    ("exercise", {"effort": "extreme"}, "/effort", "unknown_choice"),
    ("exercise", {"note": "a\x00b"}, "/note", "characters"),
    ("exercise", {"note": "x" * 2001}, "/note", "length"),
    ("exercise", {"id": "not-a-uuid"}, "/id", "type"),
    ("exercise", {"id": None}, "/id", "type"),
    ("exercise", {"calories": 300}, "/calories", "unknown_field"),
    ("exercise", {"distance_m": -1}, "/distance_m", "out_of_range"),
    ("exercise", {"origin": {"platform": "x", "colour": 1}}, "/origin/colour", "unknown_field"),
    ("exercise", {"ended_at": "2026-11-01T08:00:00Z"}, "/ended_at", "ends_before_start"),
    ("cognitive", {"activity": "no_such"}, "/activity", "unknown_activity"),
    ("cognitive", {"social": "yes"}, "/social", "type"),
    ("diet", {"meal": "brunch"}, "/meal", "unknown_choice"),
    ("diet", {"items": [{"food_group": "berries", "servings": 0}]}, "/items/0/servings", "out_of_range"),
    ("diet", {"items": [{"food_group": "berries", "servings": 1000.01}]}, "/items/0/servings", "out_of_range"),
    ("exercise", {"origin": {"platform": None}}, "/origin/platform", "type"),
    ("diet", {"items": [{"food": "no_such", "servings": 1}]}, "/items/0/food", "unknown_food"),
    ("diet", {"items": [{"food_group": "sweets", "servings": 1}]}, "/items/0/food_group", "unknown_choice"),
    ("diet", {"items": [{"food_group": "berries"}]}, "/items/0/servings", "required"),
    ("diet", {"items": [{"food_group": "berries", "servings": 1}] * 41}, "/items", "length"),
]


@pytest.mark.parametrize(("kind", "changes", "pointer", "code"), REFUSALS)
def test_refusals_name_the_field_and_store_nothing(
    phone: Phone, last_week: Week, kind: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    day = Week.parse("2026-W46").monday
    sent = {"exercise": exercise(day), "cognitive": cognitive(day), "diet": meal(day, fish=1)}[kind]
    answer = phone.post(f"/v1/{kind}-logs", {**sent, **changes})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    for model in (ExerciseLog, CognitiveLog, DietLog, DueWeek):
        assert model._default_manager.count() == 0


def test_every_field_at_fault_is_named(phone: Phone, last_week: Week) -> None:
    answer = phone.post("/v1/exercise-logs", {"id": "x", "activity": "", "duration_seconds": -1, "colour": 1})
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/id",
        "/activity",
        "/duration_seconds",
        "/started_at",
        "/colour",
    }


def test_what_ends_in_the_future_is_refused_for_now(phone: Phone) -> None:
    start = timezone.now() - timedelta(minutes=10)
    fine = exercise(start.date(), minutes=24, started_at=start.isoformat())
    assert phone.post("/v1/exercise-logs", fine).status_code == 201
    late = exercise(start.date(), minutes=40, started_at=start.isoformat())
    answer = phone.post("/v1/exercise-logs", late)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "in_future")
    expected = (start + timedelta(minutes=25)).isoformat().replace("+00:00", "Z")
    assert answer.json()["retry_at"] == expected


def test_a_phones_facts_are_kept_and_flagged(phone: Phone, last_week: Week) -> None:
    odd_zone = exercise(last_week.monday, time_zone="Atlantis/Capital")
    answer = phone.post("/v1/exercise-logs", odd_zone).json()
    assert (answer["time_zone"], answer["flags"]) == ("Atlantis/Capital", ["unknown_time_zone"])
    other_offset = exercise(last_week.monday, time_zone="America/New_York")
    assert phone.post("/v1/exercise-logs", other_offset).json()["flags"] == ["offset_disagrees_with_zone"]
    new_type = exercise(last_week.monday, activity="healthkit:zero_gravity_ballet")
    answer = phone.post("/v1/exercise-logs", new_type).json()
    assert (answer["activity"], answer["activity_name"]) == ("other", "healthkit:zero_gravity_ballet")
    assert answer["flags"] == ["unknown_platform_type"]
    known = exercise(last_week.monday, activity="healthkit:running")
    assert phone.post("/v1/exercise-logs", known).json()["activity"] == "run"


def test_the_local_date_is_where_the_participant_was(phone: Phone) -> None:
    phone.patch("/v1/me", {"home_time_zone": "America/New_York"})
    for fields, expected in (
        ({"started_at": "2026-03-29T22:30:00Z", "time_zone": "Europe/Helsinki"}, ("2026-03-30", "2026-W14")),
        ({"started_at": "2026-03-29T22:30:00Z"}, ("2026-03-29", "2026-W13")),
        ({"started_at": "2026-03-30T01:30:00+03:00"}, ("2026-03-30", "2026-W14")),
        ({"started_at": "2026-03-29T22:30:00+00:00"}, ("2026-03-29", "2026-W13")),
    ):
        sent = {"id": str(uuid.uuid4()), "activity": "run", "duration_seconds": 600, **fields}
        answer = phone.post("/v1/exercise-logs", sent).json()
        assert (answer["local_date"], answer["week"]) == expected
    stored = list(ExerciseLog.objects.values_list("local_date", flat=True))
    phone.patch("/v1/me", {"home_time_zone": "Asia/Tokyo"})
    assert list(ExerciseLog.objects.values_list("local_date", flat=True)) == stored


def test_ids_may_be_upper_case(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday)
    sent["id"] = sent["id"].upper()
    assert phone.put(f"/v1/exercise-logs/{sent['id']}", sent).status_code == 201
    assert phone.get(f"/v1/exercise-logs/{sent['id']}").status_code == 200


def test_pages_hold_every_log_once_newest_first(phone: Phone, last_week: Week) -> None:
    sent = [exercise(day, minutes=minutes) for day in last_week.days for minutes in (10, 20, 30)]
    for log in sent:
        phone.post("/v1/exercise-logs", log)
    seen, address = [], f"/v1/exercise-logs?limit=5&from={last_week.days[1]}"
    cursor = ""
    while True:
        page = phone.get(address + (f"&cursor={cursor}" if cursor else "")).json()
        seen += page["results"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 18
    assert {log["id"] for log in seen} == {log["id"] for log in sent[3:]}
    assert [log["local_date"] for log in seen] == sorted((log["local_date"] for log in seen), reverse=True)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "from=2026", "cursor=forged", "colour=red", "limit=1&limit=2"]
)
def test_bad_parameters_are_refused(phone: Phone, query: str) -> None:
    answer = phone.get(f"/v1/exercise-logs?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?" + query.partition("=")[0])


def test_a_cursor_is_its_owners(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    for _ in range(2):
        phone.post("/v1/exercise-logs", exercise(last_week.monday))
    cursor = phone.get("/v1/exercise-logs?limit=1").json()["next_cursor"]
    assert other_phone.get(f"/v1/exercise-logs?cursor={cursor}").status_code == 422
    assert phone.get(f"/v1/cognitive-logs?cursor={cursor}").status_code == 422


def test_without_a_token_there_is_nothing(phone: Phone) -> None:
    phone.client.credentials()
    for method in (phone.client.get, phone.client.post):
        answer = method("/v1/exercise-logs")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 5000])
def test_a_body_that_is_not_a_record_is_refused(phone: Phone, body: bytes) -> None:
    answer = phone.client.post("/v1/exercise-logs", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert ExerciseLog.objects.count() == 0


def test_marks_are_one_a_date_and_a_week(phone: Phone, last_week: Week) -> None:
    day = last_week.monday.isoformat()
    first = phone.put(f"/v1/day-marks/{day}", {"excused": True, "nothing": ["diet"]})
    assert first.status_code == 201
    assert first.json()["date"] == day
    again = phone.put(f"/v1/day-marks/{day}", {"date": day, "excused": True, "nothing": ["diet"]})
    assert again.status_code == 200
    changed = phone.put(f"/v1/day-marks/{day}", {"excused": False}, if_match='"1"')
    assert (changed.status_code, changed.json()["nothing"]) == (200, [])
    assert phone.get(f"/v1/day-marks/{day}").json()["version"] == 2
    assert phone.get("/v1/day-marks").json()["results"] == [changed.json()]
    confirmed = phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["diet", "exercise"]})
    assert (confirmed.status_code, confirmed.json()["domains"]) == (201, ["diet", "exercise"])
    other = phone.put(f"/v1/weeks/{last_week}/confirmation", {"week": "2026-W01", "domains": []})
    assert other.status_code == 422
    assert phone.get("/v1/weeks/2025-W53/confirmation").status_code == 404


def test_a_write_makes_exactly_its_weeks_due(phone: Phone, last_week: Week) -> None:
    sent = exercise(last_week.monday)
    phone.post("/v1/exercise-logs", sent)
    assert set(DueWeek.objects.values_list("week", flat=True)) == {last_week.monday}
    DueWeek.objects.all().delete()
    moved = {**sent, "started_at": at(last_week.previous().monday)}
    phone.put(f"/v1/exercise-logs/{sent['id']}", moved, if_match='"1"')
    assert set(DueWeek.objects.values_list("week", flat=True)) == {last_week.monday, last_week.previous().monday}
    DueWeek.objects.all().delete()
    phone.put(f"/v1/exercise-logs/{sent['id']}", moved)
    assert DueWeek.objects.count() == 0


def test_a_body_over_the_limit_is_refused(phone: Phone, last_week: Week, settings: Any) -> None:
    limit = settings.MAX_BODY_BYTES
    assert phone.get("/v1/server").json()["limits"]["body_bytes"] == limit
    body = exercise(last_week.first_day, note="x" * limit)
    answer = phone.post("/v1/exercise-logs", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert ExerciseLog.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("put", "/v1/day-marks/9999-12-31", 404),
        ("put", "/v1/day-marks/1899-12-31", 404),
        ("put", "/v1/weeks/9999-W52/confirmation", 404),
        ("get", "/v1/weeks/9999-W52", 404),
        ("get", "/v1/weeks/0001-W05/guidance", 404),
        ("get", "/v1/weeks?to=0001-W05", 422),
        ("get", "/v1/weeks?from=9999-W50&to=9999-W52", 422),
        ("get", "/v1/exercise-logs?from=0001-01-01", 422),
    ],
)
def test_years_out_of_reach_are_refused(phone: Phone, method: str, path: str, status: int) -> None:
    answer = phone.put(path, {"excused": True}) if method == "put" else phone.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert DayMark.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "kept", "counted"),
    [
        (0.1 + 0.2, 0.3, 30),
        (1.234, 1.23, 123),
        (1.235, 1.24, 124),
        (0.001, 0.01, 1),
        ("1.50", 1.5, 150),
        (1000, 1000, 100_000),
    ],
)
def test_servings_are_kept_in_hundredths(phone: Phone, last_week: Week, sent: Any, kept: float, counted: int) -> None:
    body = meal(last_week.first_day)
    body["items"] = [{"food_group": "berries", "servings": sent}]
    assert phone.post("/v1/diet-logs", body).json()["items"][0]["servings"] == kept
    (servings,) = DietLog.objects.values_list("servings", flat=True)
    assert servings is not None
    assert servings[FOOD_GROUPS.index("berries")] == counted
    assert phone.post("/v1/diet-logs", body)["Engram-Outcome"] == "duplicate"


def test_what_was_answered_can_be_sent_back(phone: Phone) -> None:
    """Also from zones whose offset was not of whole minutes, and of a type that nobody knew."""
    old = {**exercise(date(1971, 6, 1)), "started_at": "1971-06-01T08:00:00Z", "time_zone": "Africa/Monrovia"}
    new = exercise(date(2026, 11, 16), activity="healthkit:moonwalk")
    for body in (old, new):
        stored = phone.post("/v1/exercise-logs", body).json()
        again = phone.put(f"/v1/exercise-logs/{body['id']}", stored, **{"If-Match": '"1"'})
        assert again.status_code == 200, again.content
        assert again.json() == {**stored, "version": 2}
    assert again.json()["flags"] == ["unknown_platform_type"]


@pytest.mark.parametrize("accept", ["application/problem+json", "text/html", "*/*", "nonsense"])
def test_answers_are_json_whatever_is_asked_for(phone: Phone, accept: str) -> None:
    assert phone.get("/v1/me", Accept=accept)["Content-Type"] == "application/json"
