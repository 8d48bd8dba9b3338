"""Summaries one after the other: what they tell of the weeks before, what they correct, and when they fall silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import MailState, OutgoingMail
from tests.conftest import Phone, cognitive, exercise, meal
from tests.tracker.test_weekly_summaries import log_a_week, monday_morning
from tracker.models import WeeklyScore
from tracker.scoring.weeks import Week
from tracker.summary_mail import render_summary
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db


def closed(week: Week) -> dict[str, Any] | None:
    """What the summary of that week is filled with."""
    close_weeks(now=monday_morning(week))
    mail = OutgoingMail.objects.filter(dedupe_key__endswith=f":{week}").first()
    return mail.context if mail else None


def sent(state: str = MailState.SENT) -> None:
    OutgoingMail.objects.update(state=state, sent_at=timezone.now())


def a_little(phone: Phone, week: Week) -> None:
    for day in week.days[:3]:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/diet-logs", meal(day, leafy_greens=1))


def test_a_summary_looks_at_eight_weeks(phone: Phone, last_week: Week) -> None:
    for back in range(9):
        a_little(phone, last_week.minus(back))
    score_due_weeks()
    a_little(phone, last_week.minus(1))  # due again: scored on the spot
    for week in (last_week.minus(8), last_week.minus(1), last_week):
        context = closed(week)
    assert context
    weeks = context["trend"]["weeks"]
    assert [week["week"] for week in weeks] == [str(last_week.minus(back)) for back in range(7, -1, -1)]
    assert [week["included"] for week in weeks] == [["exercise", "diet"]] * 8
    assert weeks[6]["score"] > weeks[5]["score"] == weeks[7]["score"]
    assert weeks[7]["change"]["difference"] < 0


def test_late_entries_are_told_once(phone: Phone, last_week: Week) -> None:
    week = last_week.minus(2)
    a_little(phone, week)
    first = closed(week)
    assert first
    sent()
    assert first["corrections"] == []
    for day in week.days[:3]:
        phone.post("/v1/cognitive-logs", cognitive(day))
        phone.post("/v1/cognitive-logs", cognitive(last_week.previous().first_day))
    second = closed(week.next())
    assert second
    sent()
    (correction,) = second["corrections"]
    now = phone.get(f"/v1/weeks/{week}").json()
    assert correction == {
        "week": str(week),
        "from": str(week.first_day),
        "to": str(week.last_day),
        "before": first["score"],
        "after": now["score"],
        "words": f"The week now includes mental activity: {now['score']:g} of 100.",
    }
    assert second["told"][str(week)] == [now["score"], *(domain["score"] for domain in now["domains"])]
    text = render_summary(second).text
    assert "CHANGED SINCE WE LAST WROTE" in text
    third = closed(last_week)
    assert third
    assert third["corrections"] == []


@pytest.mark.parametrize(
    ("state", "corrected"),
    [
        (MailState.SENT, True),
        (MailState.UNKNOWN, True),  # it may have arrived
        (MailState.CANCELLED, False),
        (MailState.FAILED, False),
        (MailState.PENDING, False),
    ],
)
def test_only_what_was_told_is_corrected(phone: Phone, last_week: Week, state: str, corrected: bool) -> None:
    week = last_week.previous()
    a_little(phone, week)
    closed(week)
    sent(state)
    log_a_week(phone, week)
    context = closed(last_week)
    assert context
    assert context["nothing_logged"]
    assert bool(context["corrections"]) is corrected
    assert set(context["told"]) == {str(last_week)}  # the short note speaks of no other week


def test_another_participants_mails_and_weeks_stay_theirs(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    week = last_week.previous()
    for who in (phone, other_phone):
        a_little(who, week)
    closed(week)
    sent()
    log_a_week(phone, week)
    a_little(other_phone, last_week)
    closed(last_week)
    theirs = OutgoingMail.objects.get(user=other_phone.user, dedupe_key__endswith=f":{last_week}").context
    mine = OutgoingMail.objects.get(user=phone.user, dedupe_key__endswith=f":{last_week}").context
    assert (len(mine["corrections"]), theirs["corrections"]) == (1, [])
    assert theirs["trend"]["weeks"][0]["score"] == theirs["trend"]["weeks"][1]["score"]
    assert mine["trend"]["weeks"][0]["score"] > theirs["trend"]["weeks"][0]["score"]


def test_three_short_notes_and_then_silence_until_something_is_logged(phone: Phone, last_week: Week) -> None:
    a_little(phone, last_week.minus(6))
    notes = []
    for back in range(6, 0, -1):
        context = closed(last_week.minus(back))
        sent()
        notes.append(context and context["nothing_logged"])
    assert notes == [False, True, True, True, None, None]
    a_little(phone, last_week)
    context = closed(last_week)
    assert context
    assert context["nothing_logged"] is False


def test_a_mark_or_a_confirmation_is_no_silence(phone: Phone, last_week: Week) -> None:
    a_little(phone, last_week.minus(4))
    closed(last_week.minus(4))
    for back in (3, 2, 1):
        closed(last_week.minus(back))
    phone.put(f"/v1/day-marks/{last_week.first_day}", {"excused": True, "nothing": []})
    context = closed(last_week)
    assert context
    assert context["nothing_logged"] is False


def test_weeks_before_an_account_are_no_silence(phone: Phone, last_week: Week) -> None:
    joined = monday_morning(last_week.minus(2))
    User.objects.filter(pk=phone.user.pk).update(date_joined=joined)
    phone.post("/v1/exercise-logs", exercise(last_week.next().first_day))
    context = closed(last_week)
    assert context
    assert context["nothing_logged"]


def test_the_close_asks_no_more_for_more_people(
    phone: Phone, other_phone: Phone, last_week: Week, django_assert_max_num_queries: Any
) -> None:
    for who in (phone, other_phone):
        a_little(who, last_week.previous())
        a_little(who, last_week)
    User.objects.filter(pk=other_phone.user.pk).update(weekly_email_hour=9)
    closed(last_week.previous())
    close_weeks(now=monday_morning(last_week.previous()) + timedelta(hours=1))
    with django_assert_max_num_queries(100) as one:
        close_weeks(now=monday_morning(last_week))
    User.objects.filter(pk=phone.user.pk).update(next_weekly_email_at=None)
    assert OutgoingMail.objects.filter(dedupe_key__endswith=f":{last_week}").count() == 1
    OutgoingMail.objects.filter(dedupe_key__endswith=f":{last_week}").delete()
    phone.user.refresh_from_db()
    WeeklyScore.objects.filter(week=last_week.monday).update(closed_at=None)
    User.objects.update(weekly_email_hour=9, next_weekly_email_at=monday_morning(last_week) + timedelta(hours=1))
    with django_assert_max_num_queries(100) as two:
        close_weeks(now=monday_morning(last_week) + timedelta(hours=1))
    assert OutgoingMail.objects.filter(dedupe_key__endswith=f":{last_week}").count() == 2
    assert len(two) == len(one)
