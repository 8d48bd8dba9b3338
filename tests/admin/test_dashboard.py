"""The first page: this week's figures, exact, and no more queries for more participants."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.models import OutgoingMail
from tests.admin.test_pages import helper, staff
from tests.conftest import exercise, make_phone
from tracker.dashboard.programme_week import programme_week
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

__all__ = ["staff"]


def score(week: Week, value: float | None, *, logged: int = 3) -> WeeklyScore:
    status = "complete" if value is not None else "insufficient_data"
    return WeeklyScore.objects.create(
        user=make_phone().user,
        week=week.monday,
        protocol="wes-1.0.0",
        score=value,
        status=status,
        exercise_score=value,
        exercise_status=status,
        cognitive_status="insufficient_data",
        diet_status="excused",
        open_days=7,
        logged_days=[logged, 0, 0],
        amounts=[],
        targets=[],
        weights=[],
        points=[],
        input_hash=b"",
        revision=1,
        scored_at=timezone.now(),
    )


def test_figures_are_exact(catalogue: None, last_week: Week) -> None:
    for value in (0, 9.9, 10, 55.5, 59.9, 90, 100, None):
        score(last_week, value)
    score(last_week, None, logged=0)
    score(last_week.previous(), 70)
    now = timezone.now()
    quarantined = make_phone().user
    DueWeek.objects.create(user=quarantined, week=last_week.monday, version=1, quarantined_at=now)
    DueWeek.objects.create(user=quarantined, week=last_week.previous().monday, version=1)
    enqueue([NewMail(quarantined.pk, "weekly_summary", f"{number}", {}, now) for number in range(4)])
    first, second, third, _ = OutgoingMail.objects.order_by("id")
    OutgoingMail.objects.filter(pk=first.pk).update(state="unknown", created_at=now - timedelta(days=90))
    OutgoingMail.objects.filter(pk=second.pk).update(state="sent", sent_at=now)
    OutgoingMail.objects.filter(pk=third.pk).update(state="sent", sent_at=now, created_at=now - timedelta(days=90))

    figures = programme_week(last_week, now=now)

    assert figures.bands == (2, 1, 0, 0, 0, 2, 0, 0, 0, 2)
    assert figures.without_score == 2
    assert figures.took_part == 8
    assert figures.accounts == 11
    assert [count for _, count in figures.trend] == [0] * 10 + [1, 8]
    assert figures.trend[0][0] == Week(last_week.monday - timedelta(weeks=11))
    exercise_week, cognitive_week, _ = figures.domains
    assert exercise_week.mean == round(325.3 / 7, 1)
    assert exercise_week.statuses == {"complete": 7, "insufficient_data": 2}
    assert (cognitive_week.mean, cognitive_week.statuses) == (None, {"insufficient_data": 9})
    assert (figures.backlog.due, figures.backlog.quarantined) == (1, 1)
    assert figures.mails == {"unknown": 1, "sent": 1, "pending": 1}


def test_the_page_shows_this_week_and_leads_to_others(staff: Client, catalogue: None) -> None:
    now = timezone.now()
    phone = make_phone()
    phone.post("/v1/exercise-logs", exercise(now.date()))
    score_due_weeks()
    this_week = Week.of(now.date())
    page = staff.get("/admin/").content.decode()
    assert f"{this_week}, so far" in page
    assert f"?week={this_week.previous()}" in page
    for out_of_reach in ("9999-W52", "0001-W01", "nonsense"):
        assert staff.get(f"/admin/?week={out_of_reach}").status_code == 200
    earlier = staff.get("/admin/", {"week": str(this_week.previous())}).content.decode()
    assert "so far" not in earlier
    assert f"?week={this_week}" in earlier
    for nonsense in ("2026-W99", "' OR 1=1", ""):
        assert f"{this_week}, so far" in staff.get("/admin/", {"week": nonsense}).content.decode()


def test_the_page_takes_few_queries_whatever_the_number(staff: Client, catalogue: None) -> None:
    this_week = Week.of(timezone.now().date())
    counts = []
    for _ in range(2):
        for value in range(0, 100, 10):
            score(this_week, value)
        with CaptureQueriesContext(connection) as captured:
            assert staff.get("/admin/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12, counts


def test_without_the_permission_there_are_no_figures(catalogue: None) -> None:
    score(Week.of(timezone.now().date()), 50)
    page = helper("view_food").get("/admin/").content.decode()
    assert "Overall scores" not in page
    assert "Took part" not in page


def test_participants_and_strangers_do_not_get_in(catalogue: None) -> None:
    client = Client()
    assert client.get("/admin/").status_code == 302
    client.force_login(User.objects.create_user("participant@example.org", "a long enough password"))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/", follow=True).status_code == 403
    phone = make_phone()
    User.objects.filter(pk=phone.user.pk).update(is_staff=True, is_superuser=True)
    assert phone.get("/admin/").status_code == 302  # a device's token means nothing here
