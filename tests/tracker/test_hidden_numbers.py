"""Whoever hides numbers gets none: not in a week, not in the list of weeks, not in what phones pull."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Phone, cognitive, exercise, meal
from tests.sync.conftest import pull
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db

IDENTIFIER = re.compile(r"\d{4}-W\d{2}|\d{4}-\d{2}-\d{2}(T.*)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|wes-[\d.]+")


def numbers_in(value: Any, place: str = "") -> Iterator[str]:
    """Where there are numbers, or digits in what is no identifier and no date."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from numbers_in(item, f"{place}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from numbers_in(item, f"{place}/{index}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place
    elif isinstance(value, str) and re.search(r"\d", value) and not IDENTIFIER.fullmatch(value):
        yield f"{place}: {value}"


def pulled_scores(phone: Phone, cursor: str | None = None) -> tuple[list[dict[str, Any]], str]:
    changes, after = pull(phone, cursor)
    return [change["record"] for change in changes if change["type"] == "weekly_score"], after


def live(phone: Phone, week: Week) -> None:
    for day in week.days[:4]:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20))
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="yoga", effort="light"))
        phone.post("/v1/diet-logs", meal(day, berries=1, olive_oil=2))
    phone.post("/v1/cognitive-logs", cognitive(week.monday, minutes=5))


def documents(phone: Phone, week: Week) -> Iterator[dict[str, Any]]:
    """Each that holds numbers otherwise."""
    for language in ("en", "es"):
        yield phone.get(f"/v1/weeks/{week}?language={language}").json()
        yield phone.get(f"/v1/weeks/current?language={language}").json()
        yield from phone.get(f"/v1/weeks?language={language}").json()["results"]
    yield from pulled_scores(phone)[0]


@pytest.mark.parametrize("scored", [False, True])
def test_there_is_no_number_in_any_document(phone: Phone, last_week: Week, scored: bool) -> None:
    live(phone, last_week)
    if scored:
        score_due_weeks()
    shown = list(documents(phone, last_week))
    assert all(list(numbers_in(document)) for document in shown)
    assert not any(document["numbers_hidden"] for document in shown)
    phone.patch("/v1/me", {"hide_numbers": True})
    hidden = list(documents(phone, last_week))
    assert len(hidden) == len(shown)
    for document, before in zip(hidden, shown, strict=True):
        assert document["numbers_hidden"] is True
        assert list(numbers_in(document)) == []
        assert document.keys() == before.keys()
        assert document["status"] == before["status"]
    run = next(log for log in hidden[0]["logs"] if "active_days" in log["counted"])
    assert run["counted"] == {"aerobic_minutes": None, "active_days": None}
    assert run["words"] == "Counted for active minutes and active days."


def test_what_was_typed_in_stays_as_it_is(phone: Phone, last_week: Week) -> None:
    log = exercise(last_week.monday, minutes=20)
    phone.patch("/v1/me", {"hide_numbers": True})
    phone.post("/v1/exercise-logs", log)
    assert phone.get(f"/v1/exercise-logs/{log['id']}").json()["duration_seconds"] == 1200


@pytest.mark.parametrize("scored", [False, True])
def test_phones_get_their_scores_again_when_the_choice_changes(phone: Phone, last_week: Week, scored: bool) -> None:
    live(phone, last_week)
    live(phone, last_week.previous())
    if scored:
        score_due_weeks()
    before, cursor = pulled_scores(phone)
    assert len(before) == 2
    phone.patch("/v1/me", {"hide_numbers": True})
    after, cursor = pulled_scores(phone, cursor)
    assert {record["week"] for record in after} == {record["week"] for record in before}
    assert [place for record in after for place in numbers_in(record)] == []
    phone.patch("/v1/me", {"hide_numbers": True})
    assert pulled_scores(phone, cursor)[0] == []  # it was so already
    phone.patch("/v1/me", {"hide_numbers": False})
    again, cursor = pulled_scores(phone, cursor)
    assert sorted(again, key=str) == sorted(before, key=str)
    score_due_weeks()
    assert pulled_scores(phone, cursor)[0] == []
    assert WeeklyScore.objects.filter(revision=1).count() == 2


def test_an_older_result_never_comes_after_the_newer_one(phone: Phone, last_week: Week) -> None:
    """A week that is due when the choice changes: its stored score is an older result, and phones keep what came last."""
    live(phone, last_week)
    score_due_weeks()
    _, cursor = pulled_scores(phone)
    phone.post("/v1/exercise-logs", exercise(last_week.days[5], minutes=60))
    assert DueWeek.objects.count() == 1
    phone.patch("/v1/me", {"hide_numbers": True})
    phone.patch("/v1/me", {"hide_numbers": False})
    (told,), _ = pulled_scores(phone, cursor)
    (listed,) = phone.get(f"/v1/weeks?from={last_week}&to={last_week}").json()["results"]
    assert told["score"] == listed["score"]
    assert told["domains"][0]["logged_days"] == 5


def test_somebody_without_weeks_takes_no_change_number(phone: Phone) -> None:
    phone.patch("/v1/me", {"hide_numbers": True})
    assert pulled_scores(phone)[0] == []
    assert not DueWeek.objects.exists()
