"""Pull: a snapshot newest first, then changes in order; nothing skipped, nothing of anybody else."""

from __future__ import annotations

import gzip
import itertools
import json
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core import signing
from django.utils import timezone
from structlog.testing import capture_logs

from backend.accounts.models import Device, DeviceToken
from backend.sync import changes as reading
from backend.sync import cursors, pulling
from backend.sync.epochs import begin_epoch
from backend.sync.models import SyncCounter
from tests.conftest import Phone, cognitive, exercise, meal
from tests.sync.conftest import brief, delete, one_of_each_own, pull, pull_page, push, upsert
from tracker.due_weeks import lift_quarantine
from tracker.models import DueWeek, WeeklyScore
from tracker.participant_facts import change_facts
from tracker.record_types.marks import day_mark_id
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
LOGS = "exercise_log,cognitive_log,diet_log,day_mark,week_confirmation"


def some_logs(phone: Phone, count: int) -> list[str]:
    """Ids in the order of their change numbers."""
    made = [
        (upsert("exercise_log", exercise(MONDAY)), upsert("diet_log", meal(MONDAY, berries=1))) for _ in range(count)
    ]
    changes = [change for pair in made for change in pair][:count]
    push(phone, *changes)
    return [change["id"] for change in changes]


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_a_snapshot_is_newest_first_and_goes_on_at_any_page(phone: Phone, limit: int) -> None:
    ids = some_logs(phone, 7)
    push(phone, delete("exercise_log", ids[2], 1))
    changes, cursor = pull(phone, types=LOGS, limit=limit)
    assert [change["id"] for change in changes] == [uid for uid in reversed(ids) if uid != ids[2]]
    assert pull(phone, cursor)[0] == []


def test_a_record_is_pulled_as_it_is_read(phone: Phone) -> None:
    origin = {"platform": "healthkit", "app_id": "a", "external_id": "b"}
    push(
        phone,
        upsert(
            "exercise_log", exercise(MONDAY, distance_m=1500.5, note="wet", origin=origin, time_zone="Europe/Helsinki")
        ),
        upsert("cognitive_log", cognitive(MONDAY, social=True)),
        upsert("diet_log", meal(MONDAY, berries=1.5, fish=1)),
        upsert("day_mark", {"id": str(day_mark_id(MONDAY)), "date": str(MONDAY), "excused": True}),
    )
    for change in pull(phone, types="exercise_log,cognitive_log,diet_log,day_mark")[0]:
        path = (
            "day-marks/2026-11-16"
            if change["type"] == "day_mark"
            else f"{change['type'].replace('_', '-')}s/{change['id']}"
        )
        assert change["record"] == phone.get(f"/v1/{path}").json()
        assert change["version"] == change["record"]["version"]


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_changes_made_during_a_snapshot_come_after_it(phone: Phone, limit: int) -> None:
    ids = some_logs(phone, 6)
    page = pull_page(phone, types=LOGS, limit=2)
    assert [change["id"] for change in page["changes"]] == [ids[5], ids[4]]
    new = exercise(MONDAY)
    push(phone, delete("exercise_log", ids[0], 1), upsert("exercise_log", {**exercise(MONDAY), "id": ids[4]}, 1))
    push(phone, upsert("exercise_log", new))
    changes, _ = pull(phone, page["cursor"], limit=limit)
    assert brief(changes) == [
        (ids[3], 1, False),
        (ids[2], 1, False),
        (ids[1], 1, False),
        (ids[0], 2, True),
        (ids[4], 2, False),
        (new["id"], 1, False),
    ]


def test_changes_come_in_order_each_once(phone: Phone) -> None:
    some_logs(phone, 3)
    _, cursor = pull(phone, types=LOGS)
    ids = some_logs(phone, 4)
    push(phone, delete("exercise_log", ids[0], 1))
    changes, cursor = pull(phone, cursor, limit=2)
    assert brief(changes) == [(ids[1], 1, False), (ids[2], 1, False), (ids[3], 1, False), (ids[0], 2, True)]
    assert pull(phone, cursor)[0] == []


@pytest.mark.parametrize("record_type", pulling.type_names())
def test_each_type_by_itself(phone: Phone, record_type: str) -> None:
    some_logs(phone, 2)
    push(phone, upsert("cognitive_log", cognitive(MONDAY)))
    push(phone, upsert("day_mark", {"id": str(day_mark_id(MONDAY)), "date": str(MONDAY), "excused": True}))
    push(phone, *one_of_each_own())
    phone.put("/v1/weeks/2026-W47/confirmation", {"domains": ["exercise"]})
    phone.put("/v1/suggestion-feedback/berries_1", {"verdict": "useful"})
    phone.patch("/v1/me", {"birth_year": 1950})
    changes, cursor = pull(phone, types=record_type, limit=1)
    assert [change["type"] for change in changes] == [record_type]
    assert pull(phone, cursor)[0] == []


def test_only_the_types_that_were_asked_for(phone: Phone) -> None:
    ids = some_logs(phone, 4)
    changes, cursor = pull(phone, types="diet_log")
    assert [change["id"] for change in changes] == [ids[3], ids[1]]
    answer = phone.get(f"/v1/sync/pull?cursor={cursor}&types=exercise_log")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "other_types")
    assert phone.get("/v1/sync/pull?types=sleep_log").status_code == 422


def test_nobody_elses(phone: Phone, other_phone: Phone) -> None:
    some_logs(phone, 3)
    _, cursor = pull(phone)
    assert pull(other_phone)[0] == []
    answer = other_phone.get(f"/v1/sync/pull?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?cursor")


@pytest.mark.parametrize("forged", ["x", "", "eyJhIjoxfQ:1xyz:abc", "%00", "a" * 500])
def test_a_forged_cursor_is_refused(phone: Phone, forged: str) -> None:
    assert phone.get(f"/v1/sync/pull?cursor={forged}").status_code == 422


def test_a_server_that_has_forgotten_something_says_so_and_has_nobody_start_afresh(phone: Phone) -> None:
    """As after a restore of which nobody told the server. Whoever took what is left for everything would drop the only copy."""
    some_logs(phone, 5)
    _, cursor = pull(phone)
    SyncCounter.objects.filter(user=phone.user).update(seq=3)
    with capture_logs() as lines:
        answer = phone.get(f"/v1/sync/pull?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "server_behind", "300")
    told = {"event": "server_behind", "log_level": "error", "user": str(phone.user.pk)}
    assert [line for line in lines if line["event"] == "server_behind"] == [told]
    begin_epoch(now=timezone.now())
    answer = phone.get(f"/v1/sync/pull?cursor={cursor}")
    assert (answer.status_code, answer.json()["reason"]) == (410, "restored")


def test_a_cursor_for_all_types_ends_when_there_is_another(phone: Phone) -> None:
    """It would never lead to the records of that type, and an app that asks for everything would not notice."""
    of_before = tuple(name for name in pulling.type_names() if name != "goal")
    with patch("backend.sync.pulling.type_names", return_value=of_before):
        _, cursor = pull(phone)
        _, named = pull(phone, types=",".join(of_before))
    goal = upsert("goal", {"id": str(uuid4()), "practice": "berries", "from_week": "2026-W48", "amount": 3})
    push(phone, goal)
    answer = phone.get(f"/v1/sync/pull?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (410, "cursor_expired", "types")
    assert goal["id"] in [change["id"] for change in pull(phone)[0]]
    assert pull(phone, named)[0] == []  # asked for these types by name, and gets them


def test_cursors_of_before_hold_as_they_did(phone: Phone) -> None:
    some_logs(phone, 2)
    names, now = pulling.type_names(), timezone.now()
    of_before = signing.dumps([0, int(now.timestamp()), names, [0, 0, 0], None], salt=f"sync.pull:{phone.user.pk}")
    assert [change["type"] for change in pull(phone, of_before)[0]] == ["exercise_log", "diet_log", "weekly_score"]


def test_texts_of_queries_are_not_kept_for_every_combination_of_types(phone: Phone) -> None:
    names = pulling.type_names()
    for pair in itertools.combinations(names, 2):
        pull_page(phone, types=",".join(pair))
    for triple in itertools.islice(itertools.combinations(names, 3), 40):
        pull_page(phone, types=",".join(triple))
    assert reading._query.cache_info().currsize <= 64


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=89, hours=23), 200), (timedelta(days=90, minutes=1), 410)])
def test_a_cursor_holds_for_ninety_days(phone: Phone, age: timedelta, status: int) -> None:
    page = pull_page(phone)
    expires = datetime.fromisoformat(page["cursor_expires_at"])
    assert expires - datetime.fromisoformat(page["server_now"]) == timedelta(days=90)
    later = timezone.now() + age
    Device.objects.filter(user=phone.user).update(last_seen_at=later)
    DeviceToken.objects.filter(device__user=phone.user).update(expires_at=later + timedelta(days=1))
    with patch("backend.sync.endpoints.timezone.now", return_value=later):
        answer = phone.get(f"/v1/sync/pull?cursor={page['cursor']}")
    assert answer.status_code == status
    if status == 410:
        assert (answer.json()["code"], answer.json()["reason"]) == ("cursor_expired", "age")


def test_a_cursor_outlives_a_change_of_the_key(phone: Phone, settings: Any) -> None:
    _, cursor = pull(phone)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-0123456789-0123456789-0123456789-0123456789"
    assert pull(phone, cursor)[0] == []


def test_a_page_is_bounded_in_bytes(phone: Phone) -> None:
    push(phone, *[upsert("exercise_log", exercise(MONDAY, note="ä" * 2000)) for _ in range(200)])
    page = pull_page(phone, types="exercise_log")
    assert page["has_more"]
    assert 512 * 1024 * 0.9 < len(json.dumps(page["changes"], ensure_ascii=False).encode()) < 512 * 1024 * 1.1
    changes, _ = pull(phone, types="exercise_log")
    assert len({change["id"] for change in changes}) == len(changes) == 200


def test_a_page_comes_compressed(phone: Phone) -> None:
    some_logs(phone, 20)
    answer = phone.client.get("/v1/sync/pull", headers={"Accept-Encoding": "gzip", **phone.authorization})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(json.loads(gzip.decompress(answer.content))["changes"]) == 21


def scores(changes: list[dict[str, Any]]) -> list[tuple[str, float | None]]:
    return [
        (change["record"]["week"], change["record"]["domains"][0]["logged_days"])
        for change in changes
        if change["type"] == "weekly_score"
    ]


def test_weekly_scores_travel_whether_a_worker_has_been_there_or_not(phone: Phone) -> None:
    push(phone, upsert("exercise_log", exercise(MONDAY)))
    for week in ("2026-W47", "2026-W48"):
        phone.put(f"/v1/weeks/{week}/confirmation", {"domains": ["exercise", "cognitive", "diet"]})
    changes, cursor = pull(phone)
    assert scores(changes) == [("2026-W48", 0), ("2026-W47", 1)]
    score_due_weeks()
    assert pull(phone, cursor)[0] == []
    push(
        phone,
        upsert("exercise_log", exercise(MONDAY + timedelta(days=1))),
        upsert("diet_log", meal(MONDAY + timedelta(days=7), fish=1)),
    )
    score_due_weeks()
    changes, after = pull(phone, cursor, limit=1)
    assert [change["type"] for change in changes] == ["exercise_log", "diet_log", "weekly_score", "weekly_score"]
    assert scores(changes) == [("2026-W47", 2), ("2026-W48", 0)]
    assert all(change["record"]["score"] for change in changes if change["type"] == "weekly_score")
    # And the whole once more for a new phone, with the same numbers as the list of weeks.
    listed = phone.get("/v1/weeks?from=2026-W47&to=2026-W48").json()["results"]
    for overview in listed:
        assert overview.pop("words")  # what is pulled is of no language
    everything, _ = pull(phone, limit=1)
    for week in listed:
        del week["included"], week["change"]  # a score by itself has no neighbours
    assert [change["record"] for change in everything if change["type"] == "weekly_score"] == listed[::-1]
    assert pull(phone, after)[0] == []


def test_a_week_that_cant_be_scored_keeps_nobody_from_their_records(phone: Phone) -> None:
    """It is left out, also by cursors that go past it, and told once its quarantine was lifted and a worker has scored it."""
    broken = Week(MONDAY).minus(1)
    push(phone, *[upsert("exercise_log", exercise(MONDAY - timedelta(weeks=back))) for back in range(3)])

    def with_a_defect(records: Any, facts: Any) -> Any:
        if records.week == broken:
            raise ArithmeticError
        return score_week(records, facts)

    with patch("tracker.week_overviews.score_week", with_a_defect):
        changes, cursor = pull(phone, limit=2)
    kinds = [change["type"] for change in changes]
    assert (kinds.count("exercise_log"), kinds.count("weekly_score")) == (3, 2)
    assert str(broken) not in [change["record"].get("week") for change in changes if change["type"] == "weekly_score"]
    due = DueWeek.objects.filter(user=phone.user, week=broken.monday)
    assert due.get().last_error.startswith("ArithmeticError")
    score_due_weeks()
    assert pull(phone, cursor)[0] == []
    assert lift_quarantine(due) == 1
    score_due_weeks()
    assert scores(pull(phone, cursor)[0]) == [(str(broken), 1)]


def test_a_worker_that_scores_what_a_pull_cant_is_heard_of(phone: Phone) -> None:
    """Its score has a number that the pull has gone past."""
    push(phone, upsert("exercise_log", exercise(MONDAY)))

    def overtaken(records: Any, facts: Any) -> Any:
        score_due_weeks()
        raise ArithmeticError

    with patch("tracker.week_overviews.score_week", overtaken):
        _, cursor = pull(phone)
    assert not DueWeek.objects.exists()
    assert scores(pull(phone, cursor)[0]) == [(str(Week(MONDAY)), 1)]


def test_the_score_of_a_week_without_logs_is_told_when_it_is_closed(phone: Phone) -> None:
    push(phone, upsert("exercise_log", exercise(MONDAY)))
    score_due_weeks()
    _, cursor = pull(phone)
    assert close_weeks(now=timezone.now() + timedelta(days=20)) >= 2
    followed = [change["record"] for change in pull(phone, cursor)[0] if change["type"] == "weekly_score"]
    whole = [change["record"] for change in pull(phone)[0] if change["type"] == "weekly_score"]
    assert "2026-W49" in [record["week"] for record in followed]
    assert {record["week"] for record in whole} - {"2026-W47"} <= {record["week"] for record in followed}


@pytest.mark.parametrize("limit", ["0", "501", "0000000011000", "000000001999999999999", "-1", "1.5", "٣"])
def test_a_page_size_out_of_bounds_is_refused(phone: Phone, limit: str) -> None:
    answer = phone.get(f"/v1/sync/pull?limit={limit}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?limit")
    assert phone.get(f"/v1/exercise-logs?limit={limit}").status_code == 422


def test_a_score_that_goes_back_to_what_it_was_is_told_too(phone: Phone) -> None:
    log = exercise(MONDAY)
    push(phone, upsert("exercise_log", log))
    score_due_weeks()
    _, cursor = pull(phone)
    second = exercise(MONDAY + timedelta(days=1))
    push(phone, upsert("exercise_log", second))
    changes, cursor = pull(phone, cursor)
    assert scores(changes) == [("2026-W47", 2)]  # worked out on the spot
    push(phone, delete("exercise_log", second["id"], 1))
    score_due_weeks()
    assert WeeklyScore.objects.get(user=phone.user).revision == 1
    assert scores(pull(phone, cursor)[0]) == [("2026-W47", 1)]


def test_facts_travel_with_the_weeks_that_they_change(phone: Phone) -> None:
    push(phone, upsert("exercise_log", exercise(MONDAY)))
    score_due_weeks()
    _, cursor = pull(phone)
    phone.patch("/v1/me", {"birth_year": 1950, "not_applicable": ["fish"]})
    changes, cursor = pull(phone, cursor, limit=1)
    assert [(change["type"], change["record"].get("birth_year")) for change in changes] == [
        ("participant_facts", 1950),
        ("weekly_score", None),
    ]
    change_facts(phone.user, stated={"birth_year": 1951}, now=timezone.now())
    changes, _ = pull(phone, cursor)
    (facts,) = [change["record"] for change in changes if change["type"] == "participant_facts"]
    assert facts == {
        "from_week": str(Week.of(timezone.now().date())),
        "birth_year": 1951,
        "not_applicable": ["fish"],
    }


def test_a_page_takes_at_most_four_queries(phone: Phone, django_assert_max_num_queries: Any) -> None:
    some_logs(phone, 12)
    push(phone, *[upsert("exercise_log", exercise(MONDAY - timedelta(weeks=week))) for week in range(12)])
    for _ in range(2):
        with django_assert_max_num_queries(4):
            page = pull_page(phone, limit=30)
        assert page["has_more"]
        score_due_weeks()


def test_cursors_are_tied_to_an_epoch() -> None:
    cursor = cursors.Cursor(("exercise_log",), (5, 0, 0))
    user = uuid4()
    now = timezone.now()
    text = cursor.sign(user, epoch=1, now=now)
    assert cursors.read_cursor(text, user, epoch=1, seq=5, now=now) == cursor
    with pytest.raises(cursors.CursorExpired) as refused:
        cursors.read_cursor(text, user, epoch=2, seq=5, now=now)
    assert refused.value.members == {"reason": "restored", "epoch": 2}
    assert signing.loads(text, salt=f"sync.pull:{user}")[0] == 1
