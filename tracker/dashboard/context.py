"""The first page of the admin: one programme week, laid out for the template."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from backend.outbox.models import MailState
from tracker.dashboard.programme_week import BANDS, MAIL_DAYS, ProgrammeWeek, programme_week
from tracker.models.weeks import STATUS_CHOICES
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week

STATUS_NAMES = dict(STATUS_CHOICES)
_GRID = {"color": "rgba(128, 128, 128, 0.15)"}
CHART_OPTIONS = {
    "maintainAspectRatio": False,
    "animation": False,
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {"grid": {"display": False}, "ticks": {"color": "#8b93a1"}},
        "y": {"beginAtZero": True, "grid": _GRID, "ticks": {"precision": 0, "color": "#8b93a1"}},
    },
}


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Figures for those who may see weekly scores; `?week=2026-W47` for another week than this one."""
    if request.user.has_perm("tracker.view_weeklyscore"):
        now = timezone.now()
        this_week = Week.of(now.date())
        context |= _layout(programme_week(_asked_week(request) or this_week, now=now), this_week)
    return context


def _asked_week(request: HttpRequest) -> Week | None:
    try:
        return read_week(request.GET["week"])
    except (KeyError, ValueError):
        return None


def _layout(figures: ProgrammeWeek, this_week: Week) -> dict[str, Any]:
    week = figures.week
    bands = [f"{10 * band}-{10 * band + 10}" for band in range(BANDS)]
    return {
        "title": "The programme's week",
        "figures": figures,
        "week_is_now": week == this_week,
        "previous_week": week.previous(),
        "next_week": week.next() if week.monday < this_week.monday else None,
        "cards": _cards(figures),
        "chart_options": json.dumps(CHART_OPTIONS),
        "score_chart": _chart(bands, list(figures.bands), "Participants"),
        "score_table": {"headers": ["Score", "Participants"], "rows": list(zip(bands, figures.bands, strict=True))},
        "trend_chart": _chart(
            [str(week) for week, _ in figures.trend], [count for _, count in figures.trend], "Took part"
        ),
        "trend_table": {"headers": ["Week", "Took part"], "rows": [[str(week), n] for week, n in figures.trend]},
        "domain_table": {
            "headers": ["Domain", "Mean score", "Participants by status"],
            "rows": [
                [
                    domain.domain.capitalize(),
                    "-" if domain.mean is None else domain.mean,
                    ", ".join(f"{STATUS_NAMES[status]} {count}" for status, count in domain.statuses.items()) or "-",
                ]
                for domain in figures.domains
            ],
        },
        "mail_table": {
            "headers": ["State", "Mails"],
            "rows": [[state.label, figures.mails.get(state.value, 0)] for state in MailState],
        },
        "mail_days": MAIL_DAYS,
    }


def _cards(figures: ProgrammeWeek) -> list[dict[str, Any]]:
    mails = "admin:outbox_outgoingmail_changelist"
    due = "admin:tracker_dueweek_changelist"
    waiting = sum(figures.mails.get(state, 0) for state in ("unknown", "failed"))
    return [
        {
            "title": "Took part",
            "value": figures.took_part,
            "note": f"of {figures.accounts} participants logged something",
            "link": reverse("admin:tracker_weeklyscore_changelist") + f"?week={figures.week.monday}",
        },
        {
            "title": "With an overall score",
            "value": sum(figures.bands),
            "note": f"{figures.without_score} without one yet",
            "link": reverse("admin:tracker_weeklyscore_changelist") + f"?week={figures.week.monday}",
        },
        {
            "title": "Weeks due for scoring",
            "value": figures.backlog.due,
            "note": f"{figures.backlog.quarantined} in quarantine",
            "alert": figures.backlog.quarantined > 0,
            "link": reverse(due) + ("?quarantined_at__isempty=0" if figures.backlog.quarantined else ""),
        },
        {
            "title": "Mails that need a person",
            "value": waiting,
            "note": "unknown or failed",
            "alert": waiting > 0,
            "link": reverse(mails) + ("?state__exact=unknown" if figures.mails.get("unknown") else ""),
        },
        {
            "title": "Addresses without summaries",
            "value": sum(figures.suppressed.values()),
            "note": f"{figures.suppressed.get('bounced', 0)} came back, {figures.suppressed.get('complained', 0)} called spam",
            "link": reverse("admin:outbox_suppressedaddress_changelist"),
        },
    ]


def _chart(labels: list[str], values: list[int], name: str) -> str:
    """Data for the admin theme's bar chart."""
    return json.dumps(
        {
            "labels": labels,
            "datasets": [
                {
                    "label": name,
                    "data": values,
                    "backgroundColor": "var(--color-primary-600)",
                    "maxBarThickness": 48,
                    "categoryPercentage": 0.9,
                    "barPercentage": 0.9,
                }
            ],
        }
    )
