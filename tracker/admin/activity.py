"""What participants logged, as their apps sent it and staff corrected it."""

from __future__ import annotations

from django.contrib import admin
from unfold.paginator import InfinitePaginator

from backend.audit.exports import CsvExport
from backend.sync.staff_edits import StaffEdits
from tracker.admin.record_forms import (
    CognitiveLogForm,
    DayMarkForm,
    DietLogForm,
    ExerciseLogForm,
    WeekConfirmationForm,
)
from tracker.models import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation
from tracker.record_types.diet_items import item_in_words
from tracker.scoring.weeks import Week


class SyncedRecordAdmin(CsvExport, StaffEdits):
    """They are too many to count: pages go on as long as there are rows."""

    paginator = InfinitePaginator
    own_id = "uid"
    ordering = ("-id",)
    search_help_text = "A participant's address, name or id, or the record's id"


DELETED = ("deleted_at", admin.EmptyFieldListFilter)


@admin.register(ExerciseLog)
class ExerciseLogAdmin(SyncedRecordAdmin):
    form = ExerciseLogForm
    list_display = (
        "user",
        "local_date",
        "activity",
        "duration_seconds",
        "intensity",
        "strength",
        "balance",
        "flags",
        "version",
        "deleted_at",
    )
    list_filter = ("intensity", "strength", "balance", DELETED)


@admin.register(CognitiveLog)
class CognitiveLogAdmin(SyncedRecordAdmin):
    form = CognitiveLogForm
    list_display = (
        "user",
        "local_date",
        "activity",
        "category",
        "duration_seconds",
        "social",
        "flags",
        "version",
        "deleted_at",
    )
    list_filter = ("category", "social", DELETED)


@admin.register(DietLog)
class DietLogAdmin(SyncedRecordAdmin):
    form = DietLogForm
    list_display = ("user", "local_date", "meal", "foods", "flags", "version", "deleted_at")
    list_filter = ("meal", DELETED)

    @admin.display(description="Items")
    def foods(self, log: DietLog) -> str:
        return ", ".join(item_in_words(item) for item in log.items or [])


@admin.register(DayMark)
class DayMarkAdmin(SyncedRecordAdmin):
    form = DayMarkForm
    list_display = ("user", "local_date", "excused", "nothing", "version")
    list_filter = ("excused",)


@admin.register(WeekConfirmation)
class WeekConfirmationAdmin(SyncedRecordAdmin):
    form = WeekConfirmationForm
    list_display = ("user", "iso_week", "domains", "version")

    @admin.display(description="Week", ordering="week")
    def iso_week(self, confirmation: WeekConfirmation) -> str:
        return str(Week(confirmation.week)) if confirmation.week else ""
