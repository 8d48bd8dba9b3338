"""The weekly close: on the chosen hour at home, once, with the score it closes on."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from backend.outbox.sending import send_mail
from tests.conftest import Mailbox, Phone, exercise, meal, utc
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks, occurrence_after
from tracker.wellness import DISCLAIMER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "weekday", "hour", "moment", "at", "week"),
    [
        ("UTC", 0, 8, "2026-11-22T12:00:00Z", "2026-11-23T08:00:00Z", "2026-W47"),
        ("UTC", 0, 8, "2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z", "2026-W47"),
        ("UTC", 0, 8, "2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z", "2026-W48"),
        ("UTC", 6, 20, "2026-11-20T08:00:00Z", "2026-11-22T20:00:00Z", "2026-W46"),
        ("Pacific/Kiritimati", 0, 8, "2026-11-22T12:00:00Z", "2026-11-22T18:00:00Z", "2026-W47"),
        ("Pacific/Pago_Pago", 0, 8, "2026-11-22T12:00:00Z", "2026-11-23T19:00:00Z", "2026-W47"),
        # Clocks go forward at 2:00 on 29 March: Sunday 2 o'clock is skipped and 8 o'clock comes an hour sooner.
        ("Europe/Berlin", 6, 8, "2026-03-28T12:00:00Z", "2026-03-29T06:00:00Z", "2026-W12"),
        ("Europe/Berlin", 6, 2, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-W12"),
        # They go back at 3:00 on 25 October: 2 o'clock comes twice, the first one counts.
        ("Europe/Berlin", 6, 2, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z", "2026-W42"),
    ],
)
def test_when_a_chosen_hour_comes(
    phone: Phone, zone: str, weekday: int, hour: int, moment: str, at: str, week: str
) -> None:
    user = phone.user
    user.home_time_zone, user.weekly_email_weekday, user.weekly_email_hour = zone, weekday, hour
    occurrence = occurrence_after(user, utc(moment))
    assert (occurrence.at, str(occurrence.week)) == (utc(at), week)


def log_a_week(phone: Phone, week: Week) -> None:
    for day in week.days:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/diet-logs", meal(day, leafy_greens=1, olive_oil=1))


def monday_morning(week: Week) -> Any:
    return utc(f"{week.next().monday}T08:00:00Z")


def test_a_closed_week_has_its_score_and_one_mail(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    phone.patch("/v1/me", {"display_name": "Rosa"})
    log_a_week(phone, last_week)
    before = monday_morning(last_week) - timedelta(hours=2)
    assert close_weeks(now=before) == 0
    assert OutgoingMail.objects.count() == 0
    assert close_weeks(now=monday_morning(last_week)) == 1
    stored = WeeklyScore.objects.get()
    assert (stored.week, stored.closed_at) == (last_week.monday, monday_morning(last_week))
    assert DueWeek.objects.count() == 0
    mail = OutgoingMail.objects.get()
    assert mail.dedupe_key == f"weekly_summary:{phone.user.pk}:{last_week}"
    assert mail.context["score"] == float(stored.score or 0)
    for minutes in (0, 1, 60):
        assert close_weeks(now=monday_morning(last_week) + timedelta(minutes=minutes)) == 0

    OutgoingMail.objects.update(next_attempt_at=timezone.now(), expires_at=None)
    assert send_mail() == 1, OutgoingMail.objects.values_list("state", "last_reply")
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for part in (text, html):
        assert f"{stored.score} of 100" in part.replace("\n", " ") or str(stored.score) in part
        assert "Rosa" in part
    assert str(DISCLAIMER) in " ".join(text.split())
    assert str(stored.score) not in message["Subject"]
    assert "http://" not in html.replace("http://www.w3.org", "").replace("http://localhost", "")
    assert len(mailbox.messages[0]) < 100_000


def test_later_changes_revise_the_score_and_send_nothing(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    phone.post("/v1/exercise-logs", exercise(last_week.days[3], activity="weights"))
    score_due_weeks()
    stored = WeeklyScore.objects.get()
    assert (stored.revision, stored.closed_at) == (2, monday_morning(last_week))
    assert OutgoingMail.objects.count() == 1


def test_a_change_of_hour_sends_no_second_mail(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    phone.patch("/v1/me", {"weekly_email": {"hour": 12}})
    assert close_weeks(now=monday_morning(last_week) + timedelta(hours=4)) == 0
    assert OutgoingMail.objects.count() == 1


def test_who_does_not_want_the_mail_gets_none_and_keeps_the_score(phone: Phone, last_week: Week) -> None:
    phone.patch("/v1/me", {"weekly_email": {"enabled": False}})
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    assert (WeeklyScore.objects.count(), OutgoingMail.objects.count()) == (1, 0)


def test_after_an_outage_every_week_is_closed_and_nothing_stale_is_sent(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week.previous())
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week.minus(2)))
    WeeklyScore.objects.all().delete()
    OutgoingMail.objects.all().delete()
    assert close_weeks(now=monday_morning(last_week) + timedelta(hours=30)) == 2
    assert set(WeeklyScore.objects.values_list("week", flat=True)) == {
        last_week.monday,
        last_week.previous().monday,
    }
    assert [mail.dedupe_key[-8:] for mail in OutgoingMail.objects.all()] == [str(last_week)]


def test_who_hides_numbers_before_the_mail_leaves_gets_none(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    phone.patch("/v1/me", {"hide_numbers": True, "language": "es"})
    OutgoingMail.objects.update(next_attempt_at=timezone.now(), expires_at=None)
    send_mail()
    (sent,) = mailbox.messages
    message: Any = email.message_from_bytes(sent, policy=email.policy.default)
    said = re.sub(r"https?://\S+", "", message.get_body(("plain",)).get_content())
    assert "Tu semana" in said
    assert not any(character.isdigit() for character in said), said


def test_hidden_numbers_stay_hidden(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    phone.patch("/v1/me", {"hide_numbers": True})
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    OutgoingMail.objects.update(next_attempt_at=timezone.now(), expires_at=None)
    send_mail()
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()
    for day in (str(last_week.first_day), str(last_week.last_day)):
        text = text.replace(day, "")
    said = re.sub(r"https?://\S+", "", text)  # a signed link is no number of anybody's
    assert not any(character.isdigit() for character in said), said


def test_hostile_names_stay_text(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    phone.patch("/v1/me", {"display_name": "<b>Rosa</b></mj-text><script>alert(1)</script>"})
    log_a_week(phone, last_week)
    close_weeks(now=monday_morning(last_week))
    OutgoingMail.objects.update(next_attempt_at=timezone.now(), expires_at=None)
    assert send_mail() == 1, OutgoingMail.objects.values_list("state", "last_reply")
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    html = message.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_an_address_that_nobody_confirmed_gets_nothing(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    EmailAddress.objects.filter(user=phone.user).update(verified=False)
    assert close_weeks(now=monday_morning(last_week)) == 1
    assert WeeklyScore.objects.get().closed_at is not None
    assert OutgoingMail.objects.count() == 0


def test_another_confirmed_address_does_not_count(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    EmailAddress.objects.filter(user=phone.user).update(email="old@example.org")
    assert close_weeks(now=monday_morning(last_week)) == 1
    assert OutgoingMail.objects.count() == 0


def test_who_never_logged_has_no_weeks(phone: Phone, last_week: Week) -> None:
    assert close_weeks(now=monday_morning(last_week)) == 0
    assert (WeeklyScore.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_who_joins_after_the_week_gets_no_summary_of_it(phone: Phone, last_week: Week) -> None:
    hour = monday_morning(last_week)
    User.objects.filter(pk=phone.user.pk).update(date_joined=hour + timedelta(minutes=10))
    phone.post("/v1/exercise-logs", exercise(last_week.previous().first_day))
    assert close_weeks(now=hour + timedelta(minutes=30)) == 1
    assert OutgoingMail.objects.count() == 0


def test_who_joins_later_and_logs_for_the_week_gets_its_summary(phone: Phone, last_week: Week) -> None:
    hour = monday_morning(last_week)
    User.objects.filter(pk=phone.user.pk).update(date_joined=hour + timedelta(minutes=10))
    log_a_week(phone, last_week)
    assert close_weeks(now=hour + timedelta(minutes=30)) == 1
    assert OutgoingMail.objects.get().context["week"] == str(last_week)
