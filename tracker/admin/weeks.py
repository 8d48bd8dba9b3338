"""Weeks: what they are scored by, which are due, and what came out."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.decorators import action, display

from backend.audit.exports import CsvExport
from backend.audit.models import Action
from backend.audit.participant_rows import ParticipantRowsAdmin
from tracker.admin.summary_preview import asked_week, preview_page
from tracker.due_weeks import lift_quarantine
from tracker.models import DepartedRecord, DueWeek, EarlierScore, ParticipantFacts, WeeklyScore
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.weeks import Week

STATUS_LABELS = {"complete": "success", "at_least": "success", "partial": "info", "insufficient_data": "warning"}


@admin.register(ParticipantFacts)
class ParticipantFactsAdmin(ParticipantRowsAdmin):
    list_display = ("user", "first_week", "birth_year", "not_applicable", "recorded_at")
    ordering = ("-id",)

    @admin.display(description="From week", ordering="from_week")
    def first_week(self, facts: ParticipantFacts) -> str:
        return str(Week(facts.from_week))


@admin.register(DueWeek)
class DueWeekAdmin(ParticipantRowsAdmin):
    list_display = ("user", "iso_week", "due_at", "attempts", "claimed_until", "quarantined_at", "last_error")
    list_filter = (("quarantined_at", admin.EmptyFieldListFilter), "attempts")
    ordering = ("id",)
    actions = ("try_again",)

    @admin.display(description="Week", ordering="week")
    def iso_week(self, due: DueWeek) -> str:
        return str(Week(due.week))

    @action(description="Quarantined: try again", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[DueWeek]) -> None:
        messages.success(request, f"{lift_quarantine(queryset)} weeks will be tried again within a minute.")


@admin.register(WeeklyScore)
class WeeklyScoreAdmin(CsvExport, ParticipantRowsAdmin):
    list_display = (
        "user",
        "iso_week",
        "score",
        "status_label",
        "exercise_score",
        "cognitive_score",
        "diet_score",
        "revision",
        "scored_at",
        "closed_at",
    )
    list_filter = ("status", ("closed_at", admin.EmptyFieldListFilter), "protocol")
    ordering = ("-id",)
    fields = (
        "user",
        "iso_week",
        "score",
        "status",
        "practice_table",
        "mail",
        "protocol",
        "open_days",
        "birth_year",
        "not_applicable",
        "revision",
        "scored_at",
        "closed_at",
    )
    readonly_fields = ("iso_week", "practice_table", "mail")

    @admin.display(description="Week", ordering="week")
    def iso_week(self, score: WeeklyScore) -> str:
        return str(Week(score.week))

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def status_label(self, score: WeeklyScore) -> tuple[str, str]:
        return score.status, score.get_status_display()

    @admin.display(description="Practices")
    def practice_table(self, score: WeeklyScore) -> SafeString:
        return render_to_string("tracker/admin/practices.html", {"domains": _domains(score), **_equal_weights(score)})

    @admin.display(description="Weekly mail")
    def mail(self, score: WeeklyScore) -> SafeString:
        address = reverse("admin:tracker_weeklyscore_mail", args=[score.pk])
        return format_html('<a class="text-link" href="{}">See it as it would be written now</a>', address)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self._for_a_purpose(self.mail_view)))
        return [path("<int:pk>/mail/", view, name="tracker_weeklyscore_mail"), *super().get_urls()]

    def mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail of this week, or of another week of the same participant: recorded as reading, before it is rendered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        score = get_object_or_404(WeeklyScore.objects.select_related("user"), pk=pk)
        week = asked_week(request, score)
        self.record(request, Action.READ, [score], page="mail", week=str(week))
        return preview_page(request, self.admin_site, score, week)


def _equal_weights(score: WeeklyScore) -> dict[str, object]:
    equal = score.equal_weights()
    return {
        "equal_weights": [
            (name, None if tenths is None else tenths / 10)
            for name, tenths in [("overall", equal.score), *equal.domains.items()]
        ]
    }


@admin.register(EarlierScore)
class EarlierScoreAdmin(ParticipantRowsAdmin):
    list_display = ("user", "iso_week", "score", "status", "revision", "scored_at")
    list_filter = ("status", "protocol")
    ordering = ("-id",)

    @admin.display(description="Week", ordering="week")
    def iso_week(self, score: EarlierScore) -> str:
        return str(Week(score.week))


@admin.register(DepartedRecord)
class DepartedRecordAdmin(ParticipantRowsAdmin):
    list_display = ("user", "iso_week", "record_type", "uid")
    list_filter = ("record_type",)
    ordering = ("-id",)

    @admin.display(description="Week", ordering="week")
    def iso_week(self, departed: DepartedRecord) -> str:
        return str(Week(departed.week))


def _domains(score: WeeklyScore) -> list[dict[str, object]]:
    practices = score.practices()
    return [
        {
            "name": name,
            "score": getattr(score, f"{name}_score"),
            "status": getattr(score, f"get_{name}_status_display")(),
            "logged_days": logged_days,
            "practices": [stored for stored in practices if stored.practice.domain == name],
        }
        for name, logged_days in zip(DOMAINS, score.logged_days, strict=True)
    ]
