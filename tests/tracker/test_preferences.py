"""Goals and feedback as guidance reads them: those of many participants' weeks by one query."""

from __future__ import annotations

import uuid
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import Phone
from tracker.preferences import Preferences, read_preferences
from tracker.scoring.weeks import Week
from tracker.week_records import read_weeks

pytestmark = pytest.mark.django_db

FIRST = Week.parse("2026-W48")


def set_goal(phone: Phone, **goal: Any) -> str:
    uid = str(uuid.uuid4())
    given = {"id": uid, "practice": "berries", "from_week": str(FIRST), "amount": 3, **goal}
    assert phone.post("/v1/goals", given).status_code == 201
    return uid


def judge(phone: Phone, suggestion: str, verdict: str | None, **headers: str) -> None:
    answer = phone.put(f"/v1/suggestion-feedback/{suggestion}", {"verdict": verdict}, **headers)
    assert answer.status_code in (200, 201)


def test_each_week_has_the_goals_in_force_and_all_feedback(phone: Phone, other_phone: Phone) -> None:
    set_goal(phone, weekly_step="0.75", until_amount=4)
    set_goal(phone, practice="nuts", from_week=str(FIRST.next()), amount="1.25")
    set_goal(other_phone, practice="berries", amount=9)
    judge(phone, "berries_1", "useful")
    judge(phone, "nuts_1", "not_for_me")
    judge(phone, "fish_1", "useful")
    judge(phone, "fish_1", None, if_match='"1"')
    judge(phone, "never_heard_of", "useful")
    weeks = [FIRST.previous(), FIRST, FIRST.next(), FIRST.minus(-2)]
    keys = [(phone.user.pk, week) for week in weeks] + [(other_phone.user.pk, FIRST)]
    stored = read_weeks(keys)
    with CaptureQueriesContext(connection) as queries:
        found = read_preferences(stored, ["berries_1", "nuts_1", "fish_1"])
    assert len(queries) == 1
    judged = {"useful": frozenset({"berries_1"}), "not_for_me": frozenset({"nuts_1"})}
    nuts = Fraction(5, 4)
    assert list(found) == keys
    assert [found[key] for key in keys] == [
        Preferences({}, **judged),
        Preferences({"berries": Fraction(3)}, **judged),
        Preferences({"berries": Fraction(15, 4), "nuts": nuts}, **judged),
        Preferences({"berries": Fraction(4), "nuts": nuts}, **judged),
        Preferences({"berries": Fraction(9)}),
    ]


def test_a_deleted_goal_leaves_the_one_before_it(phone: Phone) -> None:
    set_goal(phone, amount=3)
    later = set_goal(phone, from_week=str(FIRST.next()), amount=5)
    key = (phone.user.pk, FIRST.minus(-3))
    assert read_weeks([key])[key].goals == {"berries": 5}
    assert phone.delete(f"/v1/goals/{later}", if_match='"1"').status_code == 204
    assert read_weeks([key])[key].goals == {"berries": 3}


def test_nobody_is_asked_about_without_a_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert read_preferences({}, []) == {}
    assert len(queries) == 0
