"""Weeks over REST: the last log always counts, what is shown explains itself, and the query counts are pinned."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import User
from tests.conftest import Phone, cognitive, exercise, meal, utc
from tracker.guidance.published import published_library
from tracker.models import DueWeek, ParticipantFacts, WeeklyScore
from tracker.participant_facts import FIRST_WEEK, change_facts
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
    score_due_weeks()
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
    head = ["week", "from", "to", "protocol", "score", "status", "words"]
    assert list(document) == [*head, "domains", "logs", "sensitivity", "disclaimer", "changes", "numbers_hidden"]
    assert document["disclaimer"] == DISCLAIMER
    assert (document["from"], document["to"]) == (str(last_week.first_day), str(last_week.last_day))
    assert document["logs"] == [
        {
            "id": run["id"],
            "counted": {"aerobic_minutes": 50.0, "active_days": 1.0},
            "flags": [],
            "words": "Counted 50 active minutes and 1 active day.",
        },
        {
            "id": stretch["id"],
            "counted": {},
            "not_counted_because": "light_intensity",
            "flags": [],
            "words": "It is noted as light activity; minutes count from a moderate effort on.",
        },
        {
            "id": read["id"],
            "counted": {"cognitive_minutes": 5.0},
            "flags": [],
            "words": "Counted 5 minutes of mental activity.",
        },
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
        "goal": 150.0,
        "goal_reached": False,
        "words": "You logged 50 of 150 active minutes.",
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
    phone.patch("/v1/me", {"birth_year": 1990, "not_applicable": []})
    before = phone.get(f"/v1/weeks/{last_week}").json()
    score_due_weeks()
    phone.patch("/v1/me", {"birth_year": 1940, "not_applicable": ["berries"]})
    assert ParticipantFacts.objects.count() == 2
    assert phone.get(f"/v1/weeks/{last_week}").json() == before
    current = phone.get("/v1/weeks/current").json()
    assert "balance_days" in [item["practice"] for item in current["domains"][0]["practices"]]
    assert "berries" not in [item["practice"] for item in current["domains"][2]["practices"]]


def test_the_first_facts_hold_for_every_week(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score_due_weeks()
    phone.patch("/v1/me", {"birth_year": 1940})
    assert set(DueWeek.objects.values_list("week", flat=True)) == {last_week.monday}
    score_due_weeks()
    assert WeeklyScore.objects.get().birth_year == 1940


def test_the_order_in_which_facts_are_first_stated_makes_no_difference(
    phone: Phone, other_phone: Phone, last_week: Week
) -> None:
    facts: list[dict[str, Any]] = [{"birth_year": 1950}, {"not_applicable": ["fish"]}]
    for one, order in ((phone, facts), (other_phone, facts[::-1])):
        for changes in order:
            assert one.patch("/v1/me", changes).status_code == 200
        (row,) = ParticipantFacts.objects.filter(user=one.user)
        assert (row.from_week, row.birth_year, row.not_applicable) == (FIRST_WEEK.monday, 1950, ["fish"])


def test_facts_stated_later_are_the_ones_that_hold_even_where_it_is_still_last_week(phone: Phone) -> None:
    monday_in_auckland = utc("2026-11-22T12:00:00Z")
    User.objects.update(home_time_zone="Pacific/Auckland")
    phone.user.refresh_from_db()
    change_facts(phone.user, stated={"birth_year": 1960}, now=monday_in_auckland - timedelta(days=30))
    change_facts(phone.user, stated={"birth_year": 1961}, now=monday_in_auckland)
    User.objects.update(home_time_zone="Pacific/Honolulu")
    phone.user.refresh_from_db()
    change_facts(phone.user, stated={"birth_year": 1962}, now=monday_in_auckland)
    rows = ParticipantFacts.objects.order_by("from_week").values_list("from_week", "birth_year")
    assert list(rows) == [(FIRST_WEEK.monday, 1960), (date(2026, 11, 23), 1962)]


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_state_different_facts_at_once_both_have_their_way(phone: Phone) -> None:
    start = Barrier(2)

    def state(changes: dict[str, Any]) -> int:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {phone.token}")
        start.wait()
        try:
            return int(client.patch("/v1/me", changes, format="json").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(state, [{"birth_year": 1950}, {"not_applicable": ["fish"]}]))
    assert answers == [200, 200]
    assert phone.get("/v1/me").json()["birth_year"] == 1950
    assert phone.get("/v1/me").json()["not_applicable"] == ["fish"]


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
    published_library()  # read once for each state of it, and kept
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
        # One of an exercise log's looks for the same session from another source.
        assert len(queries) <= 9, [query["sql"][:80] for query in queries]


def test_each_practice_says_how_it_stands_to_its_goal(phone: Phone, last_week: Week) -> None:
    for day in last_week.days[:2]:
        phone.post("/v1/exercise-logs", exercise(day, minutes=30, activity="walk_brisk"))
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["exercise", "diet"]})
    score_due_weeks()

    def stands() -> dict[str, tuple[float | None, bool]]:
        domains = phone.get(f"/v1/weeks/{last_week}").json()["domains"]
        return {
            item["practice"]: (item["goal"], item["goal_reached"]) for domain in domains for item in domain["practices"]
        }

    before = phone.get(f"/v1/weeks/{last_week}").json()
    assert (stands()["aerobic_minutes"], stands()["active_days"]) == ((150.0, False), (4.0, False))
    tag = phone.get(f"/v1/weeks/{last_week}")["ETag"]
    goals: list[dict[str, Any]] = [
        {"practice": "aerobic_minutes", "from_week": str(last_week.minus(2)), "amount": 40, "weekly_step": 10},
        {"practice": "aerobic_minutes", "from_week": str(last_week.next()), "amount": 500},
        {"practice": "active_days", "from_week": str(last_week), "amount": 3},
    ]
    for goal in goals:
        assert phone.post("/v1/goals", {"id": str(uuid.uuid4()), **goal}).status_code == 201
    assert phone.get(f"/v1/weeks/{last_week}", if_none_match=tag).status_code == 200
    assert (stands()["aerobic_minutes"], stands()["active_days"]) == ((60.0, True), (3.0, False))
    # Never the score.
    after = phone.get(f"/v1/weeks/{last_week}").json()
    without_goals = [
        [
            {**domain, "practices": [{**item, "goal": None, "goal_reached": None} for item in domain["practices"]]}
            for domain in document["domains"]
        ]
        for document in (before, after)
    ]
    assert without_goals[0] == without_goals[1]
    assert (before["score"], before["sensitivity"]) == (after["score"], after["sensitivity"])
    assert not DueWeek.objects.exists()
    # As targets are, they are less with excused days.
    phone.put(f"/v1/day-marks/{last_week.days[6]}", {"excused": True})
    assert (stands()["aerobic_minutes"], stands()["active_days"]) == ((51.43, True), (2.57, False))
    with CaptureQueriesContext(connection) as queries:
        stands()
    assert len(queries) <= 4
    phone.patch("/v1/me", {"hide_numbers": True})
    hidden = phone.get(f"/v1/weeks/{last_week}").json()
    assert (stands()["aerobic_minutes"], stands()["active_days"]) == ((None, True), (None, False))
    assert hidden["sensitivity"]["equal_weights"] == {
        "score": None,
        "domains": {"exercise": None, "cognitive": None, "diet": None},
    }
