"""Weeks over REST: the last log always counts, what is shown explains itself, and the query counts are pinned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import Phone, cognitive, exercise, meal
from tracker.models import DueWeek, ParticipantFacts, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.wellness import DISCLAIMER

pytestmark = pytest.mark.django_db


def log_some(phone: Phone, week: Week) -> None:
    for day in week.days[:4]:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/diet-logs", meal(day, berries=1))


def test_a_week_that_is_due_is_scored_on_the_spot(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    assert WeeklyScore.objects.count() == 0
    on_the_spot = phone.get(f"/v1/weeks/{last_week}").json()
    assert on_the_spot["status"] == "partial"
    overview = phone.get(f"/v1/weeks?from={last_week}&to={last_week}").json()["results"]
    score_due_weeks(now=timezone.now())
    assert phone.get(f"/v1/weeks/{last_week}").json() == on_the_spot
    assert phone.get(f"/v1/weeks?from={last_week}&to={last_week}").json()["results"] == overview
    assert overview[0]["score"] == on_the_spot["score"] == float(WeeklyScore.objects.get().score or 0)


def test_a_weeks_document_explains_each_log(phone: Phone, last_week: Week) -> None:
    run = exercise(last_week.monday, activity="run", minutes=25)
    stretch = exercise(last_week.days[1], activity="yoga", minutes=30, effort="light")
    read = cognitive(last_week.days[2], minutes=5)
    for path, log in (("exercise", run), ("exercise", stretch), ("cognitive", read)):
        phone.post(f"/v1/{path}-logs", log)
    document = phone.get(f"/v1/weeks/{last_week}").json()
    assert list(document) == ["week", "from", "to", "protocol", "score", "status", "domains", "logs", "disclaimer"]
    assert document["disclaimer"] == DISCLAIMER
    assert (document["from"], document["to"]) == (str(last_week.first_day), str(last_week.last_day))
    assert document["logs"] == [
        {"id": run["id"], "counted": {"aerobic_minutes": 50.0, "active_days": 1.0}, "flags": []},
        {"id": stretch["id"], "counted": {}, "not_counted_because": "light_intensity", "flags": []},
        {"id": read["id"], "counted": {"cognitive_minutes": 5.0}, "flags": []},
    ]
    assert (document["score"], document["status"]) == (None, "insufficient_data")
    aerobic = document["domains"][0]["practices"][0]
    assert aerobic == {
        "practice": "aerobic_minutes",
        "amount": 50.0,
        "unit": "minutes",
        "target": 150.0,
        "weight": 0.65,
        "points": None,
    }


def test_an_etag_changes_with_the_records_and_the_facts(phone: Phone, last_week: Week) -> None:
    address = f"/v1/weeks/{last_week}"
    log_some(phone, last_week)
    tag = phone.get(address)["ETag"]
    assert phone.get(address, if_none_match=tag).status_code == 304
    phone.post("/v1/exercise-logs", exercise(last_week.days[6]))
    changed = phone.get(address, if_none_match=tag)
    assert changed.status_code == 200
    phone.patch("/v1/me", {"birth_year": 1950})
    assert phone.get(address, if_none_match=changed["ETag"]).status_code == 200


def test_a_change_of_facts_holds_from_the_current_week_on(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    phone.patch("/v1/me", {"birth_year": 1990})
    before = phone.get(f"/v1/weeks/{last_week}").json()
    score_due_weeks(now=timezone.now())
    phone.patch("/v1/me", {"birth_year": 1940, "not_applicable": ["berries"]})
    assert ParticipantFacts.objects.count() == 2
    assert phone.get(f"/v1/weeks/{last_week}").json() == before
    current = phone.get("/v1/weeks/current").json()
    assert "balance_days" in [item["practice"] for item in current["domains"][0]["practices"]]
    assert "berries" not in [item["practice"] for item in current["domains"][2]["practices"]]


def test_the_first_facts_hold_for_every_week(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score_due_weeks(now=timezone.now())
    phone.patch("/v1/me", {"birth_year": 1940})
    assert set(DueWeek.objects.values_list("week", flat=True)) == {last_week.monday}
    score_due_weeks(now=timezone.now())
    assert WeeklyScore.objects.get().birth_year == 1940


def test_the_current_week_is_the_one_at_home(phone: Phone) -> None:
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Kiritimati"})
    expected = Week.of((timezone.now() + timedelta(hours=14)).date())
    assert phone.get("/v1/weeks/current").json()["week"] == str(expected)


@pytest.mark.parametrize("week", ["2025-W53", "2026-W00", "2026-W54"])
def test_a_week_that_does_not_exist_is_not_found(phone: Phone, week: str) -> None:
    answer = phone.get(f"/v1/weeks/{week}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nobody_sees_anothers_week(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    assert other_phone.get(f"/v1/weeks/{last_week}").json()["logs"] == []
    assert other_phone.get(f"/v1/weeks?from={last_week}").json()["results"] == []


def test_query_counts(phone: Phone, last_week: Week) -> None:
    current = Week.of(timezone.now().date())
    log_some(phone, last_week)
    for path, limit in (
        ("/v1/weeks/current", 4),
        (f"/v1/weeks/{last_week}", 4),
        (f"/v1/weeks/{last_week}/guidance", 4),
        (f"/v1/weeks?from={last_week}&to={current}", 4),
        ("/v1/exercise-logs?limit=50", 4),
        ("/v1/diet-logs?limit=50", 4),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert phone.get(path).status_code == 200
        assert len(queries) <= limit, path
    for path, log in (
        ("/v1/exercise-logs", exercise(last_week.days[5])),
        ("/v1/cognitive-logs", cognitive(last_week.days[5])),
        ("/v1/diet-logs", meal(last_week.days[5], fish=1)),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert phone.post(path, log).status_code == 201
        assert len(queries) <= 8, [query["sql"][:80] for query in queries]
