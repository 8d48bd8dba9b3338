"""The page of a weekly score that shows its mail as it would be written this moment."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from backend.languages import LANGUAGE_CODES, LANGUAGES
from tracker.models import WeeklyScore
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week
from tracker.summary_documents import mail_context_now
from tracker.summary_mail import render_summary


def asked_week(request: HttpRequest, score: WeeklyScore) -> Week:
    """The one that the address names, else that of the score."""
    try:
        return read_week(request.GET.get("week", ""))
    except ValueError:
        return Week(score.week)


def preview_page(request: HttpRequest, site: AdminSite, score: WeeklyScore, week: Week) -> HttpResponse:
    """Of any week of the score's participant. The mail is in a frame that runs no script and loads nothing."""
    asked = request.GET.get("language", "")
    context = mail_context_now(score.user, week, asked if asked in LANGUAGE_CODES else None)
    mail = render_summary(context)
    shown = {
        **site.each_context(request),
        "title": f"Weekly mail of {week}",
        "opts": WeeklyScore._meta,
        "score": score,
        "week": week,
        "before": week.previous(),
        "after": week.next(),
        "languages": LANGUAGES,
        "language": context["language"],
        "mail": mail,
        "html": mail.html_with_images(),
    }
    return TemplateResponse(request, "tracker/admin/summary_preview.html", shown)
