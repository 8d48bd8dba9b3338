"""From a write to a stored score: what is due is scored, once, by whoever claims it, and equals the explained week."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import Phone, at, cognitive, exercise, meal
from tests.sync.conftest import outcomes, upsert
from tracker import weekly_scores
from tracker.due_weeks import MAX_ATTEMPTS, claim_due_weeks, mark_weeks_due
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.protocol import WES_1_0_0
from tracker.scoring.weeks import Week
from tracker.weekly_scores import ScoringRun, score_claim, score_due_weeks

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


def log_a_week(phone: Phone, week: Week) -> None:
    for day in week.days:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/cognitive-logs", cognitive(day, minutes=20))
        phone.post("/v1/diet-logs", meal(day, leafy_greens=1.25, olive_oil=1))


def test_a_due_week_is_scored_and_no_longer_due(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    run = score_due_weeks()
    assert (run.scored, run.failed, DueWeek.objects.count()) == (1, 0, 0)
    stored = WeeklyScore.objects.get()
    # 140 of 150 minutes and 7 active days of 4: 0.65 x 140/150 + 0.15; 7 pairs of 11, 120 minutes, 1 category of 4;
    # leafy greens past their target and olive oil on 7 days of 5.
    assert stored.exercise_score == Decimal("75.7")
    assert stored.cognitive_score == Decimal("49.2")
    assert stored.diet_score == Decimal("25.0")
    assert stored.score == Decimal("56.4")
    assert stored.status == "complete"
    assert (stored.revision, stored.closed_at, stored.open_days) == (1, None, 7)
    assert stored.logged_days == [7, 7, 7]
    assert stored.protocol == WES_1_0_0.version


def test_the_stored_score_equals_the_explained_week(phone: Phone, last_week: Week) -> None:
    phone.patch("/v1/me", {"birth_year": 1950, "not_applicable": ["fish", "strength_days"]})
    log_a_week(phone, last_week)
    phone.put(f"/v1/day-marks/{last_week.days[2]}", {"excused": True})
    score_due_weeks()
    stored = WeeklyScore.objects.get()
    document = phone.get(f"/v1/weeks/{last_week}").json()
    assert document["score"] == float(stored.score or 0)
    explained = {item["practice"]: item for part in document["domains"] for item in part["practices"]}
    for index, practice in enumerate(WES_1_0_0.practices):
        item = explained.get(practice.code)
        if item is None:
            assert stored.amounts[index] is stored.points[index] is stored.targets[index] is None
        else:
            assert round((stored.amounts[index] or 0) * 100 / practice.base_per_unit) == round(item["amount"] * 100)
            for stored_value, shown in (
                (stored.targets[index], item["target"]),
                (stored.weights[index], item["weight"]),
                (stored.points[index], item["points"]),
            ):
                assert stored_value == round(shown * 100)
    assert (stored.birth_year, stored.not_applicable) == (1950, ["fish", "strength_days"])


def test_a_late_log_revises_the_score_and_a_note_does_not(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    score_due_weeks()
    first = WeeklyScore.objects.get()
    late = exercise(last_week.days[5], minutes=30, activity="weights")
    phone.post("/v1/exercise-logs", late)
    score_due_weeks()
    second = WeeklyScore.objects.get()
    assert second.revision == 2
    assert second.score != first.score
    phone.put(f"/v1/exercise-logs/{late['id']}", {**late, "note": "With Sam"}, if_match='"1"')
    score_due_weeks()
    third = WeeklyScore.objects.get()
    assert (third.revision, third.score) == (2, second.score)
    assert bytes(third.input_hash) != bytes(second.input_hash)


def test_a_push_into_four_of_six_scored_weeks_scores_those_again_and_no_other(phone: Phone, last_week: Week) -> None:
    def walk(week: Week, minute: int, minutes: int) -> dict[str, Any]:
        """On its Monday just after midnight, which is over in the current week too."""
        return exercise(week.monday, activity="walk", started_at=at(week.monday, 0, minute), minutes=minutes)

    def stored() -> dict[Week, dict[str, Any]]:
        rows = WeeklyScore.objects.filter(user=phone.user).order_by("-week").values()
        return {Week(row["week"]): dict[str, Any](row) for row in rows}

    weeks = [last_week.next().minus(number) for number in range(6)]  # the current one, and five that are over
    for week in weeks:
        assert phone.put(f"/v1/weeks/{week}/confirmation", {"domains": ["exercise"]}).status_code == 201
        assert phone.post("/v1/exercise-logs", walk(week, 0, 20)).status_code == 201
    assert (score_due_weeks(), DueWeek.objects.count()) == (ScoringRun(scored=6), 0)
    before = stored()
    assert list(before) == weeks
    # 20 of 150 minutes and 1 active day of 4: 65 x 20/150 + 15/4.
    assert {row["exercise_score"] for row in before.values()} == {Decimal("12.4")}

    more = {weeks[0]: 15, weeks[1]: 30, weeks[3]: 45, weeks[4]: 60}
    sent = [upsert("exercise_log", walk(week, 20, minutes)) for week, minutes in more.items()]
    assert outcomes(phone, *sent) == [("created", 1)] * 4
    assert (score_due_weeks(), DueWeek.objects.count()) == (ScoringRun(scored=4), 0)
    after = stored()
    assert [week for week in weeks if after[week] != before[week]] == list(more)
    scores = [Decimal(number) for number in ("18.9", "25.4", "31.9", "38.4")]  # 65 x 35/150 + 15/4, and so on
    assert [after[week]["exercise_score"] for week in more] == scores
    for week, minutes in more.items():
        old, new = before[week], after[week]
        assert (old["amounts"][0], new["amounts"][0]) == (20 * 60, (20 + minutes) * 60)
        assert (old["revision"], new["revision"]) == (1, 2)
        assert new["scored_at"] > old["scored_at"]
        assert new["seq"] > max(row["seq"] for row in before.values())


def test_a_week_that_changes_while_it_is_scored_stays_due(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    claim = claim_due_weeks(failures=0, batch_size=10, lease=LEASE)
    assert claim is not None
    phone.post("/v1/exercise-logs", exercise(last_week.days[5], activity="weights"))
    assert score_claim(claim) == 0
    assert WeeklyScore.objects.count() == 0
    due = DueWeek.objects.get()
    assert (due.claim_token, due.claimed_until, due.attempts) == (None, None, 0)
    assert score_due_weeks().scored == 1


def test_a_worker_whose_lease_was_taken_over_stores_nothing(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    stale = claim_due_weeks(failures=0, batch_size=10, lease=timedelta(seconds=-1))
    assert stale is not None
    again = claim_due_weeks(failures=1, batch_size=10, lease=LEASE)
    assert again is not None
    assert score_claim(stale) == 0
    assert (WeeklyScore.objects.count(), DueWeek.objects.count()) == (0, 1)
    assert score_claim(again) == 1


def test_stored_weeks_can_be_made_due_again(phone: Phone, last_week: Week, capsys: Any) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    score_due_weeks()
    call_command("rescore_weeks", "--from", str(last_week.next()), "--to", str(last_week.next()))
    assert not DueWeek.objects.exists()
    call_command("rescore_weeks", "--from", str(last_week), "--to", str(last_week))
    assert capsys.readouterr().out.splitlines() == ["0 weeks are due.", "1 weeks are due."]
    claim = claim_due_weeks(failures=0, batch_size=10, lease=timedelta(minutes=2))
    assert claim is not None
    call_command("rescore_weeks", "--from", str(last_week), "--to", str(last_week))
    assert score_claim(claim) == 0  # whoever was at it is fenced off
    assert score_due_weeks().scored == 1
    assert WeeklyScore.objects.get().revision == 1
    with pytest.raises(CommandError, match="week"):
        call_command("rescore_weeks", "--from", "2026-W99", "--to", str(last_week))


def test_a_leased_week_is_nobody_elses(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    assert claim_due_weeks(failures=0, batch_size=10, lease=LEASE) is not None
    for failures in range(MAX_ATTEMPTS):
        assert claim_due_weeks(failures=failures, batch_size=10, lease=LEASE) is None


def test_five_failures_quarantine_a_week_and_a_new_version_lifts_it(
    phone: Phone, last_week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_a_week(phone, last_week)

    def fail(*args: Any) -> None:
        raise ArithmeticError("planted")

    monkeypatch.setattr(weekly_scores, "score_weeks", fail)
    for attempt in range(MAX_ATTEMPTS):
        assert DueWeek.objects.get().quarantined_at is None
        assert score_due_weeks().failed == 1, attempt
        DueWeek.objects.update(claimed_until=None)
    due = DueWeek.objects.get()
    assert due.quarantined_at is not None
    assert due.last_error == "ArithmeticError: planted"
    assert score_due_weeks().failed == 0
    monkeypatch.undo()
    assert score_due_weeks().scored == 0
    mark_weeks_due(user_id=phone.user.pk, weeks=[last_week], seq=due.version + 1)
    assert score_due_weeks().scored == 1


def test_a_week_whose_workers_vanish_is_quarantined_after_the_fifth(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    for failures in range(MAX_ATTEMPTS):
        assert claim_due_weeks(failures=failures, batch_size=1, lease=timedelta(seconds=-1)) is not None
    assert score_due_weeks().scored == 0
    assert DueWeek.objects.get().quarantined_at is not None


def test_failed_batches_shrink_until_a_week_stands_alone(other_phone: Phone, last_week: Week) -> None:
    weeks = [last_week.minus(number) for number in range(64)]
    mark_weeks_due(user_id=other_phone.user.pk, weeks=weeks, seq=1)
    sizes = []
    for failures in range(3):
        claim = claim_due_weeks(failures=failures, batch_size=64, lease=timedelta(seconds=-1))
        assert claim is not None
        sizes.append(len(claim.rows))
    assert sizes == [64, 8, 1]


def test_scoring_takes_as_many_queries_for_many_weeks_as_for_one(
    phone: Phone, other_phone: Phone, last_week: Week
) -> None:
    log_a_week(phone, last_week)
    claim = claim_due_weeks(failures=0, batch_size=10, lease=LEASE)
    assert claim is not None
    score_claim(claim)
    counts = []
    for participants in (1, 2):
        for person in (phone, other_phone)[:participants]:
            log_a_week(person, last_week.minus(participants))
        claim = claim_due_weeks(failures=0, batch_size=10, lease=LEASE)
        assert claim is not None
        assert len(claim.rows) == participants
        with CaptureQueriesContext(connection) as queries:
            assert score_claim(claim) == participants
        counts.append(len(queries))
    assert counts[0] == counts[1]
