"""Everything that a week can hold, through the API into the tables and back: the batch path reads it as the exact one does."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests.conftest import Phone, at, make_phone
from tracker.models import CognitiveActivity, ExerciseActivity, WeeklyScore
from tracker.participant_weeks import explained_week, standing
from tracker.scoring.protocol import DOMAINS, FOOD_GROUPS, INTENSITIES, WES_1_0_0
from tracker.scoring.weeks import Week
from tracker.week_documents import tenths
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db

PEOPLE = 8
LOGS = 18


def some_record(
    chance: random.Random, day: date, exercise: list[str], cognitive: list[str]
) -> tuple[str, dict[str, Any]]:
    uid = f"{chance.getrandbits(128):032x}"
    uid = f"{uid[:8]}-{uid[8:12]}-4{uid[13:16]}-8{uid[17:20]}-{uid[20:]}"
    minutes = chance.choice([1, 9, 10, 14, 15, 19, 20, 60, 181, 700])
    seconds = max(1, minutes * 60 - chance.choice([0, 0, 1]))
    kind = chance.choice(["exercise-logs", "cognitive-logs", "diet-logs"])
    body: dict[str, Any] = {"id": uid}
    if kind == "diet-logs":
        groups = chance.sample(FOOD_GROUPS, chance.randint(0, 4))
        items = [{"food_group": group, "servings": chance.choice([0.01, 0.5, 1, 2.25, 50])} for group in groups]
        return kind, {**body, "eaten_at": at(day, chance.randint(0, 9)), "meal": "snack", "items": items}
    body |= {"started_at": at(day, chance.randint(0, 9)), "duration_seconds": seconds}
    if kind == "exercise-logs":
        effort = chance.choice([None, *INTENSITIES])
        return kind, {**body, "activity": chance.choice(exercise), **({"effort": effort} if effort else {})}
    return kind, {**body, "activity": chance.choice(cognitive), "social": chance.random() < 0.4}


def live(phone: Phone, chance: random.Random, week: Week, exercise: list[str], cognitive: list[str]) -> None:
    for _ in range(LOGS):
        path, body = some_record(chance, chance.choice(week.days), exercise, cognitive)
        assert phone.post(f"/v1/{path}", body).status_code == 201
    for day in chance.sample(week.days, chance.randint(0, 4)):
        nothing = chance.sample(DOMAINS, chance.randint(0, 3))
        phone.put(f"/v1/day-marks/{day}", {"excused": chance.random() < 0.4, "nothing": nothing})
    if chance.random() < 0.7:
        phone.put(f"/v1/weeks/{week}/confirmation", {"domains": chance.sample(DOMAINS, chance.randint(0, 3))})


def assert_stored_as_explained(phone: Phone, week: Week) -> None:
    stored = WeeklyScore.objects.get(user=phone.user, week=week.monday)
    document = explained_week(phone.user, week, standing(phone.user))
    assert (stored.status, None if stored.score is None else float(stored.score)) == (
        document["status"],
        document["score"],
    )
    shown = {}
    for index, part in enumerate(document["domains"]):
        score = getattr(stored, f"{part['domain']}_score")
        assert (None if score is None else float(score)) == part["score"]
        assert getattr(stored, f"{part['domain']}_status") == part["status"]
        assert stored.logged_days[index] == part["logged_days"]
        shown.update({item["practice"]: item for item in part["practices"]})
    assert {item.practice.code for item in stored.practices()} == shown.keys()
    for item in stored.practices():
        expected = shown[item.practice.code]
        assert item.amount == pytest.approx(expected["amount"], abs=0.005 + 1e-9)
        assert (item.target, item.weight, item.points) == (expected["target"], expected["weight"], expected["points"])
    equal, shown_equal = stored.equal_weights(), document["sensitivity"]["equal_weights"]
    assert (tenths(equal.score), {code: tenths(number) for code, number in equal.domains.items()}) == (
        shown_equal["score"],
        shown_equal["domains"],
    )


def results() -> list[dict[str, Any]]:
    bookkeeping = {"id", "revision", "seq", "scored_at", "closed_at"}
    rows = WeeklyScore.objects.order_by("user_id", "week").values()
    return [{name: value for name, value in row.items() if name not in bookkeeping} for row in rows]


@pytest.mark.parametrize("seed", [1, 2])
def test_any_week_is_stored_as_it_is_explained(catalogue: None, last_week: Week, settings: Any, seed: int) -> None:
    chance = random.Random(seed)
    exercise = list(ExerciseActivity.objects.order_by("code").values_list("code", flat=True))
    cognitive = list(CognitiveActivity.objects.order_by("code").values_list("code", flat=True))
    phones = [make_phone() for _ in range(PEOPLE)]
    weeks = [last_week.previous(), last_week]
    for phone in phones:
        facts = {
            "birth_year": chance.choice([None, 1930, last_week.iso_year - 65, last_week.iso_year - 64, 2000]),
            "not_applicable": chance.sample([practice.code for practice in WES_1_0_0.practices], chance.randint(0, 6)),
        }
        phone.patch("/v1/me", facts)
        for week in weeks:
            live(phone, chance, week, exercise, cognitive)
        if chance.random() < 0.5:
            score_due_weeks()  # some weeks are scored again and again as they grow
    settings.SCORING_BATCH_SIZE = 3
    score_due_weeks()
    for phone in phones:
        for week in weeks:
            assert_stored_as_explained(phone, week)
    grown = results()

    # From scratch, and in one batch: the same, down to the hash of the inputs.
    WeeklyScore.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT id, unnest(%s::date[]), 1 FROM accounts_user",
            [[week.monday for week in weeks]],
        )
    settings.SCORING_BATCH_SIZE = 4096
    score_due_weeks()
    assert results() == grown


def test_moving_house_moves_no_stored_week(phone: Phone, last_week: Week) -> None:
    """A time in UTC without a zone is laid onto the home of that moment, and stays there."""
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Kiritimati"})
    sunday_evening = f"{last_week.previous().last_day}T20:00:00Z"  # Monday morning at home
    body = {"id": "01938f2e-7c1a-7000-8000-3d5f0a6b9c21", "activity": "run", "duration_seconds": 1800}
    answer = phone.post("/v1/exercise-logs", {**body, "started_at": sunday_evening})
    assert answer.json()["week"] == str(last_week)
    score_due_weeks()
    before = results()
    phone.patch("/v1/me", {"home_time_zone": "Pacific/Pago_Pago"})
    score_due_weeks()
    assert results() == before
    assert phone.get(f"/v1/exercise-logs/{body['id']}").json()["week"] == str(last_week)
