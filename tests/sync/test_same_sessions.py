"""One session seen by several sources counts once, whatever the order in which the sources tell of it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Phone, exercise
from tests.sync.conftest import delete, outcomes, pull, push, upsert
from tracker.models import DueWeek, ExerciseLog
from tracker.sessions import MOST_A_DAY, Session, find_duplicates
from tracker.weekly_scores import score_due_weeks

DAY = date(2026, 11, 16)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
WATCH, GYM, TYPED = ("healthkit", "watch"), ("health_connect", "gym"), ("manual", "")


def session(number: int, start: int, minutes: int, origin: tuple[str, str], *, separate: bool = False) -> Session:
    begin = NOON + timedelta(minutes=start)
    return Session(uuid.UUID(int=number), begin, begin + timedelta(minutes=minutes), origin, separate)


CASES: list[tuple[str, list[Session], list[str], dict[int, int]]] = [
    ("the longer stays", [session(1, 0, 30, WATCH), session(2, 0, 40, GYM)], [], {1: 2}),
    ("of the same length, the smaller id", [session(2, 0, 30, WATCH), session(1, 5, 30, GYM)], [], {2: 1}),
    ("half of the shorter one is enough", [session(1, 0, 60, WATCH), session(2, 45, 30, GYM)], [], {2: 1}),
    ("a minute less is not", [session(1, 0, 60, WATCH), session(2, 46, 30, GYM)], [], {}),
    ("one after the other", [session(1, 0, 30, WATCH), session(2, 30, 30, GYM)], [], {}),
    ("of one origin, both are real", [session(1, 0, 30, WATCH), session(2, 0, 30, WATCH)], [], {}),
    (
        "two apps of a platform are two origins",
        [session(1, 0, 30, ("healthkit", "a")), session(2, 0, 30, WATCH)],
        [],
        {2: 1},
    ),
    ("typed in is an origin", [session(1, 0, 30, TYPED), session(2, 0, 40, WATCH)], [], {1: 2}),
    ("a preferred platform", [session(1, 0, 30, GYM), session(2, 0, 40, WATCH)], ["health_connect"], {2: 1}),
    ("a preferred app", [session(1, 0, 30, GYM), session(2, 0, 40, WATCH)], ["health_connect/gym"], {2: 1}),
    ("what was typed in, preferred", [session(1, 0, 30, TYPED), session(2, 0, 40, WATCH)], ["manual"], {2: 1}),
    (
        "the order of preferences",
        [session(1, 0, 30, GYM), session(2, 0, 40, WATCH)],
        ["healthkit", "health_connect"],
        {1: 2},
    ),
    ("both are real, says one", [session(1, 0, 30, GYM, separate=True), session(2, 0, 40, WATCH)], [], {}),
    (
        "three of one session",
        [session(1, 0, 30, GYM), session(2, 0, 40, WATCH), session(3, 5, 20, TYPED)],
        [],
        {1: 2, 3: 2},
    ),
    (
        "a chain is no circle: the third repeats none that is kept",
        [session(1, 0, 60, WATCH), session(2, 35, 50, GYM), session(3, 65, 40, ("strava", ""))],
        [],
        {2: 1},
    ),
]


@pytest.mark.parametrize(
    ("sessions", "preferred", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_which_stays(sessions: list[Session], preferred: list[str], expected: dict[int, int]) -> None:
    found = find_duplicates(sessions, preferred)
    assert {uid.int: first.int for uid, first in found.items()} == expected


@st.composite
def days(draw: Any) -> list[Session]:
    numbers = draw(st.lists(st.integers(1, 99), unique=True, max_size=8))
    return [
        session(
            number,
            draw(st.integers(0, 90)),
            draw(st.integers(1, 60)),
            draw(st.sampled_from([WATCH, GYM, TYPED])),
            separate=draw(st.sampled_from([False, False, True])),
        )
        for number in numbers
    ]


@given(
    sessions=days(),
    shuffled=st.randoms(use_true_random=False),
    preferred=st.lists(st.sampled_from(["healthkit", "manual"])),
)
@settings(deadline=None)
def test_the_laws(sessions: list[Session], shuffled: Any, preferred: list[str]) -> None:
    found = find_duplicates(sessions, preferred)
    other_order = list(sessions)
    shuffled.shuffle(other_order)
    assert find_duplicates(other_order, preferred) == found
    by_uid = {each.uid: each for each in sessions}
    for uid, first in found.items():
        assert first not in found
        assert by_uid[uid].is_one_with(by_uid[first])
    kept = [each for each in sessions if each.uid not in found]
    assert not any(one.is_one_with(other) for one in kept for other in kept if one is not other)


def test_a_day_with_more_logs_than_anybody_has_is_not_compared() -> None:
    many = [session(number, 0, 30, WATCH if number % 2 else GYM) for number in range(MOST_A_DAY + 1)]
    assert find_duplicates(many, []) == {}
    assert len(find_duplicates(many[1:], [])) == MOST_A_DAY // 2


def log(number: int, minutes: int, platform: str | None) -> dict[str, Any]:
    origin = None if platform is None else {"platform": platform, "external_id": f"s{number}"}
    return {**exercise(DAY, minutes=minutes), "id": str(uuid.UUID(int=number)), "origin": origin}


def duplicates(phone: Phone) -> dict[int, int | None]:
    rows = ExerciseLog.objects.filter(user=phone.user, deleted_at=None).order_by("uid")
    return {row.uid.int: row.duplicate_of.int if row.duplicate_of else None for row in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_makes_no_difference(phone: Phone, order: tuple[int, ...], together: bool) -> None:
    logs = [log(1, 30, "healthkit"), log(2, 50, "health_connect"), log(3, 40, None)]
    sent = [upsert("exercise_log", logs[number]) for number in order]
    for batch in [sent] if together else [[change] for change in sent]:
        push(phone, *batch)
    assert duplicates(phone) == {1: 2, 2: None, 3: 2}
    score_due_weeks()
    practices = phone.get("/v1/weeks/2026-W47").json()["domains"][0]["practices"]
    assert practices[0]["amount"] == 100  # 50 vigorous minutes


@pytest.mark.django_db
def test_what_changes_one_log_brings_the_others_in_line(phone: Phone) -> None:
    first, second = log(1, 30, "healthkit"), log(2, 50, "health_connect")
    push(phone, upsert("exercise_log", first), upsert("exercise_log", second))
    _, cursor = pull(phone, types="exercise_log")
    score_due_weeks()
    # The longer one goes: the other counts again, keeps its version, is pulled, and its week is scored anew.
    push(phone, delete("exercise_log", second["id"], 1))
    assert duplicates(phone) == {1: None}
    assert DueWeek.objects.filter(user=phone.user).exists()
    changes, cursor = pull(phone, cursor)
    assert [(change["id"], change["version"], change.get("record", {}).get("duplicate_of")) for change in changes] == [
        (second["id"], 2, None),
        (first["id"], 1, None),
    ]
    # Its version stands, so a phone that edits it gets no conflict.
    assert outcomes(phone, upsert("exercise_log", {**first, "note": "mine"}, 1)) == [("replaced", 2)]
    # Moved to another day and back.
    third = log(3, 60, None)
    push(phone, upsert("exercise_log", third))
    assert duplicates(phone) == {1: 3, 3: None}
    push(phone, upsert("exercise_log", {**third, "started_at": "2026-11-17T12:00:00+01:00"}, 1))
    assert duplicates(phone) == {1: None, 3: None}


@pytest.mark.django_db
def test_both_are_real(phone: Phone) -> None:
    first, second = log(1, 30, "healthkit"), log(2, 50, None)
    push(phone, upsert("exercise_log", first), upsert("exercise_log", second))
    assert duplicates(phone) == {1: 2, 2: None}
    answer = phone.put(f"/v1/exercise-logs/{first['id']}", {**first, "separate_session": True}, if_match='"1"')
    assert (answer.json()["separate_session"], answer.json()["duplicate_of"]) == (True, None)
    assert duplicates(phone) == {1: None, 2: None}


@pytest.mark.django_db
def test_preferring_another_origin_decides_anew(phone: Phone) -> None:
    push(phone, upsert("exercise_log", log(1, 30, "healthkit")), upsert("exercise_log", log(2, 50, None)))
    score_due_weeks()
    _, cursor = pull(phone, types="exercise_log")
    assert phone.patch("/v1/me", {"preferred_origins": ["healthkit", "healthkit"]}).json()["preferred_origins"] == [
        "healthkit"
    ]
    assert duplicates(phone) == {1: None, 2: 1}
    assert len(pull(phone, cursor)[0]) == 2
    assert DueWeek.objects.filter(user=phone.user).exists()
    answer = phone.patch("/v1/me", {"preferred_origins": ["a\nb"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/preferred_origins")
    assert duplicates(phone) == {1: None, 2: 1}


@pytest.mark.django_db
def test_a_crowded_day_is_left_alone_and_looked_at_again_when_it_empties(phone: Phone) -> None:
    pair = [log(1, 30, "healthkit"), log(2, 50, "health_connect")]
    push(phone, *[upsert("exercise_log", each) for each in pair])
    assert duplicates(phone) == {1: 2, 2: None}
    crowd = [log(number, 1, "healthkit") for number in range(3, MOST_A_DAY + 2)]
    push(phone, *[upsert("exercise_log", {**each, "started_at": "2026-11-16T20:00:00+01:00"}) for each in crowd])
    assert set(duplicates(phone).values()) == {None}
    phone.patch("/v1/me", {"preferred_origins": ["healthkit"]})
    assert set(duplicates(phone).values()) == {None}
    push(phone, delete("exercise_log", crowd[0]["id"], 1))
    assert {number: first for number, first in duplicates(phone).items() if first} == {2: 1}


@pytest.mark.django_db
def test_what_became_a_duplicate_is_shown_again_under_its_version(phone: Phone) -> None:
    typed = exercise(DAY, minutes=30)
    push(phone, upsert("exercise_log", typed))
    address = f"/v1/exercise-logs/{typed['id']}"
    first = phone.get(address)
    origin = {"platform": "healthkit", "app_id": "watch", "external_id": "1"}
    seen_by_watch = exercise(DAY, minutes=40, origin=origin)
    push(phone, upsert("exercise_log", seen_by_watch))
    again = phone.get(address, if_none_match=first["ETag"])
    assert (again.status_code, again["ETag"], again.json()["duplicate_of"]) == (200, first["ETag"], seen_by_watch["id"])
