"""The list of weeks: each compared with the one before, and the days in a row on which something was logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import Phone, cognitive, exercise, meal
from tracker import stored_trends
from tracker.api import weeks as views
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db

EVERYTHING = ["exercise", "cognitive", "diet"]
FIRST = Week.parse("2026-W40")


def week(number: int) -> Week:
    return FIRST.minus(-number)


def log_week(phone: Phone, week: Week, *, runs: int = 0, confirmed: Iterable[str] = EVERYTHING) -> None:
    for day in week.days[:runs]:
        assert phone.post("/v1/exercise-logs", exercise(day, activity="walk_brisk", minutes=15)).status_code == 201
    assert phone.put(f"/v1/weeks/{week}/confirmation", {"domains": list(confirmed)}).status_code == 201


def listed(phone: Phone, first: Week, last: Week, query: str = "") -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = phone.get(f"/v1/weeks?from={first}&to={last}{query}").json()["results"]
    return results


def test_weeks_are_compared_between_equal_domains_and_told_in_words_between_others(phone: Phone) -> None:
    log_week(phone, week(0), runs=2)
    log_week(phone, week(1), runs=4)
    log_week(phone, week(2), runs=4, confirmed=["exercise"])  # no score, for one domain isn't enough
    log_week(phone, week(3), runs=3)
    log_week(phone, week(4), runs=3, confirmed=["exercise", "diet"])
    log_week(phone, week(5), runs=3)
    log_week(phone, week(6), runs=3)
    weeks = listed(phone, week(0), week(6))
    # Brisk walks of 15 minutes: 65 points of exercise by 10 a walk, and half of the whole.
    assert [item["score"] for item in weeks] == [6.5, 13.0, None, 9.8, 13.0, 9.8, 9.8]
    assert [item["included"] for item in weeks] == [
        EVERYTHING,
        EVERYTHING,
        ["exercise"],
        EVERYTHING,
        ["exercise", "diet"],
        EVERYTHING,
        EVERYTHING,
    ]
    same: dict[str, Any] = {"now_includes": [], "no_longer_includes": []}
    assert [item["change"] for item in weeks] == [
        None,
        {
            "compared_with": "2026-W40",
            **same,
            "difference": 6.5,
            "words": "6.5 points more than in the week of September 28.",
        },
        None,
        {
            "compared_with": "2026-W41",
            **same,
            "difference": -3.2,
            "words": "A quieter week than that of October 5, by 3.2 points.",
        },
        {
            "compared_with": "2026-W43",
            "now_includes": [],
            "no_longer_includes": ["cognitive"],
            "difference": None,
            "words": "This time without mental activity.",
        },
        {
            "compared_with": "2026-W44",
            "now_includes": ["cognitive"],
            "no_longer_includes": [],
            "difference": None,
            "words": "Now includes mental activity.",
        },
        {"compared_with": "2026-W45", **same, "difference": 0, "words": "As many points as in the week of November 2."},
    ]
    # Compared with what is in the answer: the first one has nothing before it.
    assert [item["change"] and item["change"]["compared_with"] for item in listed(phone, week(1), week(3))] == [
        None,
        None,
        "2026-W41",
    ]
    score_due_weeks()
    assert listed(phone, week(0), week(6)) == weeks
    spanish = listed(phone, week(0), week(6), "&language=es")
    assert [item["change"] and item["change"]["words"] for item in spanish] == [
        None,
        "6,5 puntos más que en la semana del 28 de septiembre.",
        None,
        "Una semana más tranquila que la del 5 de octubre, con 3,2 puntos menos.",
        "Esta vez sin actividad mental.",
        "Ahora incluye actividad mental.",
        "Tantos puntos como en la semana del 2 de noviembre.",
    ]


def test_a_week_that_can_still_grow_says_so_beside_fewer_points(phone: Phone) -> None:
    log_week(phone, week(0), runs=4)
    for day in week(1).days[:3]:
        for path, log in (("exercise", exercise(day, minutes=1)), ("cognitive", cognitive(day, minutes=1))):
            phone.post(f"/v1/{path}-logs", log)
        phone.post("/v1/diet-logs", meal(day))
    (_, later) = listed(phone, week(0), week(1))
    assert later["status"] == "at_least"
    assert later["change"]["words"].endswith(" points. What you log later still counts.")


def test_hidden_numbers_leave_words(phone: Phone) -> None:
    for number, runs in enumerate((2, 4, 3, 3)):
        log_week(phone, week(number), runs=runs)
    phone.patch("/v1/me", {"hide_numbers": True})
    changes = [item["change"] for item in listed(phone, week(0), week(3))[1:]]
    assert [change["difference"] for change in changes] == [None, None, None]
    assert [change["words"] for change in changes] == [
        "A fuller week than the one before.",
        "A quieter week than the one before.",
        "A week like the one before.",
    ]


# --- Days in a row

TODAY = timezone.now().date()
NONE = {"days": 0, "since": None, "paused_days": 0, "words": "Any day is a good day to begin."}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def streak_of(phone: Phone) -> dict[str, Any]:
    found: dict[str, Any] = phone.get("/v1/weeks").json()["streak"]
    return found


def fill(phone: Phone, pattern: str) -> None:
    """A letter a day, the last one today: e, c, d a log of that domain, n a mark of nothing to log, x excused, X excused and
    logged, - excused no longer, . nothing at all."""
    for days, letter in enumerate(reversed(pattern)):
        day = ago(days)
        if letter in "eX":
            log = {**exercise(day, minutes=1), "started_at": f"{day}T00:00:00Z"}
            assert phone.post("/v1/exercise-logs", log).status_code == 201
        if letter == "c":
            phone.post("/v1/cognitive-logs", {**cognitive(day, minutes=1), "started_at": f"{day}T00:00:00Z"})
        if letter == "d":
            phone.post("/v1/diet-logs", {**meal(day), "eaten_at": f"{day}T00:00:00Z"})
        if letter in "nxX-":
            mark = {"excused": letter in "xX", "nothing": ["diet"] if letter == "n" else []}
            assert phone.put(f"/v1/day-marks/{day}", mark).status_code == 201


PATTERNS = [
    ("", 0, None, 0),
    ("eee..", 0, None, 0),
    ("e", 1, 0, 0),
    ("e.", 1, 1, 0),
    ("ecdn", 4, 3, 0),
    (".edc.", 3, 3, 0),
    ("e.cd", 2, 1, 0),
    ("e-cd", 2, 1, 0),
    ("exxd", 2, 3, 2),
    ("xed", 2, 1, 0),
    ("edx", 2, 2, 1),
    ("edx.", 2, 3, 1),
    ("eXd", 2, 2, 1),
    ("xx", 0, None, 0),
    ("ex.d", 1, 0, 0),
]


@pytest.mark.parametrize(("pattern", "days", "since", "paused"), PATTERNS)
def test_days_in_a_row(phone: Phone, pattern: str, days: int, since: int | None, paused: int) -> None:
    fill(phone, pattern)
    found = streak_of(phone)
    began = None if since is None else ago(since).isoformat()
    assert (found["days"], found["since"], found["paused_days"]) == (days, began, paused)


def test_what_is_said_of_them(phone: Phone, other_phone: Phone) -> None:
    assert streak_of(phone) == NONE
    fill(phone, "e")
    assert streak_of(phone)["words"] == "You have logged on 1 day."
    fill(other_phone, "exd.")
    said = "You have logged on 2 days in a row. The days that you excused are a pause."
    assert streak_of(other_phone)["words"] == said
    for one, words in ((phone, "Has registrado en 1 día."), (other_phone, "Has registrado en 2 días seguidos.")):
        assert one.get("/v1/weeks?language=es").json()["streak"]["words"].startswith(words)
        one.patch("/v1/me", {"hide_numbers": True})
    hidden = {"days": None, "since": None, "paused_days": None}
    assert streak_of(phone) == {**hidden, "words": "You have begun to log."}
    assert streak_of(other_phone)["words"].startswith("You have logged several days in a row. ")


def test_a_deleted_log_is_none_and_a_long_row_is_followed_to_its_bound(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(phone, "eeeee")
    newest = phone.get("/v1/exercise-logs?limit=1").json()["results"][0]
    phone.delete(f"/v1/exercise-logs/{newest['id']}", if_match='"1"')
    assert streak_of(phone)["days"] == 4
    bounded = stored_trends._READ.replace(f"ago < {stored_trends.MOST_DAYS}", "ago < 2")
    monkeypatch.setattr(stored_trends, "_READ", bounded)
    phone.patch("/v1/me", {"display_name": "Somebody"})
    assert streak_of(phone)["days"] == 2


def test_the_etag_changes_when_the_day_at_home_does(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/v1/weeks?from={Week.of(TODAY).previous()}&to={Week.of(TODAY)}"
    fill(phone, "e")
    tag = phone.get(address)["ETag"]
    assert phone.get(address, if_none_match=tag).status_code == 304
    monkeypatch.setattr(views, "date_at_home", lambda user, now: TODAY + timedelta(days=2))
    answer = phone.get(address, if_none_match=tag)
    assert (answer.status_code, answer.json()["streak"]) == (200, NONE)


def test_the_whole_list_takes_four_queries(phone: Phone) -> None:
    fill(phone, "ecdnxecdnxecdnx")
    score_due_weeks()
    fill(phone, "e")
    with CaptureQueriesContext(connection) as queries:
        assert phone.get("/v1/weeks").json()["streak"]["days"] == 12
    assert len(queries) == 4
