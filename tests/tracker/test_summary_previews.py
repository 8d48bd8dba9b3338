"""Looking at a weekly mail without writing one: by the command, and in the admin."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from backend.audit.models import Entry
from backend.outbox.models import OutgoingMail
from tests.conftest import Phone
from tests.staff import make_staff, signed_in
from tests.tracker.test_weekly_summaries import log_a_week, monday_morning
from tracker.models import WeeklyScore
from tracker.scoring.weeks import Week
from tracker.summary_documents import mail_context_now
from tracker.summary_mail import render_summary
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(phone: Phone, last_week: Week) -> Week:
    phone.patch("/v1/me", {"display_name": "Rosa"})
    log_a_week(phone, last_week)
    return last_week


def scored() -> WeeklyScore:
    score_due_weeks()
    return WeeklyScore.objects.get()


def test_a_preview_is_the_mail_that_comes(phone: Phone, week: Week) -> None:
    phone.user.refresh_from_db()
    shown = mail_context_now(phone.user, week)
    assert OutgoingMail.objects.count() == 0
    close_weeks(now=monday_morning(week))
    assert render_summary(OutgoingMail.objects.get().context) == render_summary(shown)


def test_the_command_prints_the_text(phone: Phone, week: Week, capsys: Any) -> None:
    phone.user.refresh_from_db()
    for who in (phone.user.email.upper(), str(phone.user.pk)):
        call_command("preview_summary", who, str(week))
        assert capsys.readouterr().out == render_summary(mail_context_now(phone.user, week)).text
    call_command("preview_summary", phone.user.email, str(week), language="es")
    assert capsys.readouterr().out.startswith("Rosa, tu semana está lista\n")
    assert OutgoingMail.objects.count() == 0


def test_the_command_writes_files(phone: Phone, week: Week, tmp_path: Path) -> None:
    call_command("preview_summary", phone.user.email, str(week), output=tmp_path / "mail.eml")
    message: Any = email.message_from_bytes((tmp_path / "mail.eml").read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == (phone.user.email, "Your week is ready")
    assert [part.get_content_type() for part in message.walk()][-1] == "image/png"
    call_command("preview_summary", phone.user.email, str(week), output=tmp_path / "mail.html")
    assert 'src="data:image/png;base64,' in (tmp_path / "mail.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody@example.org", "2026-W47"), "There is no participant nobody@example.org."),
        (("00000000-0000-0000-0000-000000000000", "2026-W47"), "There is no participant 0000"),
        (("rosa@example.org", "2026-W60"), "argument week"),
        (("rosa@example.org", "2026-W47", "--output", "mail.pdf"), "ends in .eml or .html"),
        (("rosa@example.org", "2026-W47", "--language", "fi"), "argument --language"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("preview_summary", *arguments)


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in(make_staff(superuser=True))


def test_staff_see_the_mail_in_a_frame_and_the_audit_says_so(staff: Client, phone: Phone, week: Week) -> None:
    score = scored()
    page = f"/admin/tracker/weeklyscore/{score.pk}/"
    assert f"{page}mail/" in staff.get(f"{page}change/").content.decode()
    answer = staff.get(f"{page}mail/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert '<iframe sandbox="" srcdoc="&lt;!DOCTYPE html&gt;' in text
    assert "data:image/png;base64," in text
    assert "Rosa, your week is ready" in text
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.action, entry.what["page"], entry.what["week"]) == ("read", "mail", str(week))
    other = staff.get(f"{page}mail/?week={week.previous()}&language=es").content.decode()
    assert "Esta semana no hubo registros" in other
    assert Entry.objects.order_by("-pk")[0].what["week"] == str(week.previous())
    assert staff.get(f"{page}mail/?week=nonsense&language=xx").status_code == 200
    assert OutgoingMail.objects.count() == 0
    assert staff.post(f"{page}mail/").status_code == 405
    assert staff.get(f"/admin/tracker/weeklyscore/{score.pk + 1}/mail/").status_code == 404


def test_nobody_sees_it_without_a_purpose_or_a_right(staff: Client, phone: Phone, week: Week) -> None:
    page = f"/admin/tracker/weeklyscore/{scored().pk}/mail/"
    assert Client().get(page).status_code == 302
    unprivileged = signed_in(make_staff("helper@example.org"))
    assert unprivileged.get(page).status_code == 403
    aimless = signed_in(make_staff("aimless@example.org", superuser=True), purpose=None)
    assert "/admin/purpose/" in aimless.get(page)["Location"]
    assert Entry.objects.filter(what__page="mail").count() == 0
