"""Changes of the profile: kept, never unseen if the app asks for that, and without effect on what was logged before."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from backend.accounts.models import Device, ProfileChange
from backend.sync.models import SyncCounter
from tests.conftest import Phone, exercise, make_phone
from tracker.models import ExerciseLog, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db


def changes(phone: Phone) -> list[tuple[str, Any, Any]]:
    """Oldest first."""
    results = phone.get("/v1/me/changes?limit=200").json()["results"]
    return [(change["field"], change["before"], change["after"]) for change in reversed(results)]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"display_name": "Rosa"}, [("display_name", "", "Rosa")]),
        ({"home_time_zone": "Europe/Helsinki"}, [("home_time_zone", "UTC", "Europe/Helsinki")]),
        ({"hide_numbers": True}, [("hide_numbers", False, True)]),
        ({"birth_year": 1960}, [("birth_year", None, 1960)]),
        ({"not_applicable": ["nuts", "fish"]}, [("not_applicable", [], ["fish", "nuts"])]),
        ({"weekly_email": {"enabled": False}}, [("weekly_email.enabled", True, False)]),
        (
            {"weekly_email": {"weekday": 6, "hour": 19}},
            [("weekly_email.weekday", 0, 6), ("weekly_email.hour", 8, 19)],
        ),
        ({"birth_year": 1960, "display_name": "R"}, [("display_name", "", "R"), ("birth_year", None, 1960)]),
        ({"display_name": "", "birth_year": None}, []),
        ({}, []),
    ],
)
def test_every_change_is_kept_and_what_is_none_is_not(phone: Phone, body: dict[str, Any], kept: Any) -> None:
    assert phone.patch("/v1/me", body).status_code == 200
    assert changes(phone) == kept
    assert phone.patch("/v1/me", body).status_code == 200
    assert changes(phone) == kept


def test_a_change_says_when_and_by_which_device(phone: Phone, other_phone: Phone) -> None:
    before = timezone.now()
    phone.patch("/v1/me", {"display_name": "Rosa"})
    (change,) = phone.get("/v1/me/changes").json()["results"]
    assert change["device_id"] == str(Device.objects.get(user=phone.user).pk)
    assert before <= ProfileChange.objects.get().changed_at <= timezone.now()
    assert other_phone.get("/v1/me/changes").json() == {"results": [], "next_cursor": None}


def test_the_history_comes_in_pages(phone: Phone, other_phone: Phone) -> None:
    for number in range(5):
        phone.patch("/v1/me", {"display_name": f"Name {number}"})
    seen, path = [], "/v1/me/changes?limit=2"
    cursor = None
    while True:
        page = phone.get(path + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [change["after"] for change in page["results"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert other_phone.get(f"{path}&cursor={cursor}").status_code == 422
    assert seen == [f"Name {number}" for number in (4, 3, 2, 1, 0)]
    assert phone.get("/v1/me/changes?limit=201").status_code == 422


def test_a_refused_change_is_not_kept(phone: Phone) -> None:
    assert phone.patch("/v1/me", {"display_name": "Rosa", "home_time_zone": "Atlantis"}).status_code == 422
    assert changes(phone) == []


def test_two_phones_do_not_overwrite_unseen_if_they_say_what_they_saw(phone: Phone) -> None:
    seen = phone.get("/v1/me")["ETag"]
    first = phone.patch("/v1/me", {"display_name": "Rosa"}, **{"If-Match": seen})
    assert first.status_code == 200
    second = phone.patch("/v1/me", {"display_name": "Rosalind"}, **{"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "conflict")
    assert second.json()["current"] == first.json() == phone.get("/v1/me").json()
    assert changes(phone) == [("display_name", "", "Rosa")]
    assert phone.get("/v1/me", **{"If-None-Match": first["ETag"]}).status_code == 304
    assert phone.patch("/v1/me", {"display_name": "Rosalind"}, **{"If-Match": first["ETag"]}).status_code == 200
    assert phone.patch("/v1/me", {"display_name": "R"}, **{"If-Match": "*"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_phones_that_saw_the_same_one_changes_it(catalogue: None) -> None:
    phone = make_phone()
    seen = phone.get("/v1/me")["ETag"]
    statuses: list[int] = []
    together = threading.Barrier(6)

    def change(name: str) -> None:
        own = Phone(phone.user, type(phone.client)(), phone.token)
        own.client.credentials(HTTP_AUTHORIZATION=f"Bearer {phone.token}")
        together.wait()
        statuses.append(own.patch("/v1/me", {"display_name": name}, **{"If-Match": seen}).status_code)
        connection.close()

    threads = [threading.Thread(target=change, args=[f"Name {number}"]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 5
    assert len(changes(phone)) == 1


def test_a_new_zone_moves_no_log_and_no_stored_week(phone: Phone, last_week: Week) -> None:
    """A log that is dated by the home zone alone, five minutes before midnight there."""
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Kiritimati"})
    log = exercise(last_week.first_day)
    log["started_at"] = f"{last_week.last_day}T09:55:00Z"  # 23:55 at home
    created = phone.post("/v1/exercise-logs", log).json()
    assert created["local_date"] == last_week.last_day.isoformat()
    score_due_weeks()
    stored = WeeklyScore.objects.values().get(user=phone.user)
    rows = list(ExerciseLog.objects.values())
    week = phone.get(f"/v1/weeks/{last_week}").json()
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Pago_Pago"})
    score_due_weeks()
    assert WeeklyScore.objects.values().get(user=phone.user) == stored
    assert list(ExerciseLog.objects.values()) == rows
    assert phone.get(f"/v1/weeks/{last_week}").json() == week
    assert phone.get(f"/v1/exercise-logs/{log['id']}").json() == created
    assert changes(phone)[-1] == ("home_time_zone", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def test_a_profile_alone_makes_nobody_a_participant_who_gets_summaries(phone: Phone) -> None:
    """Summaries go to people who have logged something; the counter of their changes says who that is."""
    phone.patch("/v1/me", {"display_name": "Rosa"})
    assert not SyncCounter.objects.filter(user=phone.user).exists()
