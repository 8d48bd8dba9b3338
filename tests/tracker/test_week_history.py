"""What changed in a week since the result before: one earlier result is kept, and what made the difference is named."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import Phone, at, cognitive, exercise, make_phone, meal
from tests.tracker.test_hidden_numbers import numbers_in
from tests.tracker.test_stored_weeks import some_record
from tracker.models import CognitiveActivity, DepartedRecord, EarlierScore, ExerciseActivity, WeeklyScore
from tracker.participant_weeks import read_week
from tracker.record_types.marks import day_mark_id
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.week_history import Result, read_history
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db


def score() -> None:
    score_due_weeks()


def changes(phone: Phone, week: Week, **query: str) -> Any:
    return phone.get(f"/v1/weeks/{week}" + "".join(f"?{name}={value}" for name, value in query.items())).json()[
        "changes"
    ]


def log_some(phone: Phone, week: Week) -> list[dict[str, Any]]:
    logs = [exercise(day, minutes=20, activity="walk") for day in week.days[:4]]
    for log in logs:
        phone.post("/v1/exercise-logs", log)
    for day in week.days[:4]:
        phone.post("/v1/diet-logs", meal(day, berries=1))
    return logs


def test_a_first_result_has_nothing_before_it(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    assert changes(phone, last_week) is None
    score()
    assert changes(phone, last_week) is None
    assert not EarlierScore.objects.exists()


def test_a_log_that_is_added_makes_a_change_whether_a_worker_has_been_there_or_not(
    phone: Phone, last_week: Week
) -> None:
    log_some(phone, last_week)
    score()
    before = WeeklyScore.objects.get()
    late = exercise(last_week.days[5], minutes=70, activity="walk")
    phone.post("/v1/exercise-logs", late)
    told = changes(phone, last_week)
    since = dict(told["since"])
    assert datetime.fromisoformat(since.pop("scored_at")) == before.scored_at
    assert since == {"revision": 1, "score": float(before.score or 0)}
    assert told["revision"] == 2
    assert told["logs"] == [{"id": late["id"], "type": "exercise_log", "what": "added"}]
    assert told["practices"] == [
        {"practice": "aerobic_minutes", "before": 80.0, "after": 150.0},
        {"practice": "active_days", "before": 4.0, "after": 5.0},
    ]
    assert [part["domain"] for part in told["domains"]] == ["exercise"]
    assert told["facts"] is False
    after = phone.get(f"/v1/weeks/{last_week}").json()
    assert told["score"] == {"before": float(before.score or 0), "after": after["score"]}
    assert told["words"] == f"The week went from {before.score:g} to {after['score']:g} of 100."
    score()
    assert changes(phone, last_week) == told
    kept = EarlierScore.objects.get()
    assert (kept.revision, kept.seq, kept.score) == (1, before.seq, before.score)
    assert kept.scored_at == before.scored_at
    assert WeeklyScore.objects.get().revision == 2


def test_what_was_changed_removed_or_moved_is_named(phone: Phone, last_week: Week) -> None:
    first, second, third, fourth = log_some(phone, last_week)
    score()
    phone.put(f"/v1/exercise-logs/{first['id']}", {**first, "duration_seconds": 2400}, if_match='"1"')
    phone.delete(f"/v1/exercise-logs/{second['id']}", if_match='"1"')
    elsewhere = {**third, "started_at": at(last_week.previous().days[2])}
    phone.put(f"/v1/exercise-logs/{third['id']}", elsewhere, if_match='"1"')
    within = {**fourth, "started_at": at(last_week.days[6])}
    phone.put(f"/v1/exercise-logs/{fourth['id']}", within, if_match='"1"')
    phone.put(f"/v1/day-marks/{last_week.days[5]}", {"nothing": ["exercise"]})
    expected = [
        (first["id"], "exercise_log", "changed"),
        (second["id"], "exercise_log", "removed"),
        (third["id"], "exercise_log", "removed"),
        (fourth["id"], "exercise_log", "changed"),
        (str(day_mark_id(last_week.days[5])), "day_mark", "added"),
    ]
    for _ in range(2):
        told = changes(phone, last_week)["logs"]
        assert [(item["id"], item["type"], item["what"]) for item in told] == expected
        score()
    # It is added to the week that it went to, if that had a result.
    assert set(DepartedRecord.objects.values_list("week", "uid")) == {
        (last_week.monday, UUID(second["id"])),
        (last_week.monday, UUID(third["id"])),
    }


def test_only_what_a_score_may_have_counted_is_remembered_when_it_goes(phone: Phone, last_week: Week) -> None:
    unscored = exercise(last_week.days[0])
    phone.post("/v1/exercise-logs", unscored)
    phone.delete(f"/v1/exercise-logs/{unscored['id']}", if_match='"1"')
    log_some(phone, last_week)
    score()
    between = exercise(last_week.days[5])
    phone.post("/v1/exercise-logs", between)
    phone.delete(f"/v1/exercise-logs/{between['id']}", if_match='"1"')
    assert not DepartedRecord.objects.exists()
    assert changes(phone, last_week) is None
    score()
    assert (WeeklyScore.objects.get().revision, EarlierScore.objects.count()) == (1, 0)


def test_what_left_before_the_earlier_result_is_forgotten(phone: Phone, last_week: Week) -> None:
    first, *_ = log_some(phone, last_week)
    score()
    phone.delete(f"/v1/exercise-logs/{first['id']}", if_match='"1"')
    score()
    assert DepartedRecord.objects.count() == 1
    more = exercise(last_week.days[5])
    phone.post("/v1/exercise-logs", more)
    score()
    assert not DepartedRecord.objects.exists()
    assert EarlierScore.objects.get().revision == 2
    assert changes(phone, last_week)["logs"] == [{"id": more["id"], "type": "exercise_log", "what": "added"}]


def test_facts_are_a_cause_too(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score()
    phone.patch("/v1/me", {"not_applicable": ["strength_days"]})
    told = changes(phone, last_week)
    assert (told["facts"], told["logs"]) == (True, [])
    assert told["practices"] == [{"practice": "strength_days", "before": 0.0, "after": None}]
    score()
    assert changes(phone, last_week) == told


def test_a_result_that_stays_the_same_keeps_the_change_before(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score()
    phone.post("/v1/exercise-logs", exercise(last_week.days[5], minutes=60))
    score()
    told = changes(phone, last_week)
    noted = exercise(last_week.days[5], minutes=30, effort="light")
    phone.post("/v1/exercise-logs", noted)
    for _ in range(2):
        again = changes(phone, last_week)
        assert {**again, "logs": again["logs"][:1]} == told
        assert [item["id"] for item in again["logs"]][1:] == [noted["id"]]
        score()
    assert EarlierScore.objects.get().revision == 1


def test_scores_over_other_domains_are_not_compared(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score()
    for day in last_week.days[:3]:
        phone.post("/v1/cognitive-logs", cognitive(day, minutes=10))
    told = changes(phone, last_week)
    assert told["score"]["after"] < told["score"]["before"]
    assert told["words"] == f"The week now includes mental activity: {told['score']['after']:g} of 100."
    assert changes(phone, last_week, language="es")["words"].startswith("La semana ahora incluye actividad mental: ")


def test_whoever_hides_numbers_gets_words(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score()
    phone.post("/v1/exercise-logs", exercise(last_week.days[5], minutes=60))
    phone.patch("/v1/me", {"hide_numbers": True})
    for _ in range(2):
        told = changes(phone, last_week)
        assert list(numbers_in(told)) == []
        assert told["words"] == "More of your week counts now."
        assert told["logs"]
        score()


def test_another_participants_changes_are_not_shown(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    log_some(other_phone, last_week)
    score()
    phone.post("/v1/exercise-logs", exercise(last_week.days[5], minutes=60))
    score()
    assert changes(other_phone, last_week) is None
    assert len(changes(phone, last_week)["logs"]) == 1


def test_four_queries_are_enough(phone: Phone, last_week: Week) -> None:
    log_some(phone, last_week)
    score()
    for scored in (False, True):
        phone.post("/v1/exercise-logs", exercise(last_week.days[5 + scored], minutes=60))
        if scored:
            score()
        with CaptureQueriesContext(connection) as queries:
            assert changes(phone, last_week) is not None
        assert len(queries) <= 4


@pytest.mark.parametrize("seed", [1, 2])
def test_any_result_is_read_as_it_was_stored(catalogue: None, last_week: Week, seed: int) -> None:
    """So that a week which is due has a change exactly if its revision would grow."""
    chance = random.Random(seed)
    exercises = list(ExerciseActivity.objects.order_by("code").values_list("code", flat=True))
    cognitives = list(CognitiveActivity.objects.order_by("code").values_list("code", flat=True))
    for _ in range(4):
        phone = make_phone()
        phone.patch("/v1/me", {"birth_year": 1940, "not_applicable": chance.sample(["fish", "balance_days"], 1)})
        for step in range(5):
            for _ in range(4):
                path, body = some_record(chance, chance.choice(last_week.days), exercises, cognitives)
                phone.post(f"/v1/{path}", body)
            phone.put(f"/v1/day-marks/{last_week.days[step]}", {"excused": chance.random() < 0.3})
            score_due_weeks()
            history = read_history(phone.user.pk, last_week)
            records = read_week(phone.user, last_week)
            assert history.stored is not None
            assert Result.of_row(history.stored) == Result.of_score(score_week(records.records, records.facts))
            if history.earlier is not None:
                assert history.earlier["revision"] == history.stored["revision"] - 1
