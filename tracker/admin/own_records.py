"""What participants keep as their own, to look at: only they change it."""

from __future__ import annotations

from django.contrib import admin
from unfold.paginator import InfinitePaginator

from backend.audit.exports import CsvExport
from backend.audit.participant_rows import ParticipantRowsAdmin
from tracker.admin.activity import DELETED
from tracker.models import Favourite, MealTemplate, OwnActivity, OwnFood, PracticeGoal, SuggestionFeedback
from tracker.record_types.diet_items import item_in_words
from tracker.scoring.weeks import Week


class OwnRecordAdmin(CsvExport, ParticipantRowsAdmin):
    paginator = InfinitePaginator
    own_id = "uid"
    ordering = ("-id",)
    exclude = ("content_hash",)
    search_help_text = "A participant's address, name or id, or the record's id"


@admin.register(OwnFood)
class OwnFoodAdmin(OwnRecordAdmin):
    list_display = ("user", "name", "household_measure", "gives", "version", "deleted_at")
    list_filter = (DELETED,)


@admin.register(OwnActivity)
class OwnActivityAdmin(OwnRecordAdmin):
    list_display = (
        "user",
        "domain",
        "name",
        "activity",
        "effort",
        "duration_seconds",
        "social",
        "version",
        "deleted_at",
    )
    list_filter = ("domain", DELETED)


@admin.register(Favourite)
class FavouriteAdmin(OwnRecordAdmin):
    list_display = ("user", "list", "entry", "version", "deleted_at")
    list_filter = ("list", DELETED)


@admin.register(MealTemplate)
class MealTemplateAdmin(OwnRecordAdmin):
    list_display = ("user", "name", "meal", "foods", "version", "deleted_at")
    list_filter = ("meal", DELETED)

    @admin.display(description="Items")
    def foods(self, template: MealTemplate) -> str:
        return ", ".join(item_in_words(item) for item in template.items or [])


@admin.register(PracticeGoal)
class PracticeGoalAdmin(OwnRecordAdmin):
    list_display = (
        "user",
        "practice",
        "first_week",
        "amount",
        "weekly_step",
        "until_amount",
        "version",
        "deleted_at",
    )
    list_filter = ("practice", DELETED)

    @admin.display(description="From week", ordering="from_week")
    def first_week(self, goal: PracticeGoal) -> str:
        return str(Week(goal.from_week)) if goal.from_week else "-"


@admin.register(SuggestionFeedback)
class SuggestionFeedbackAdmin(OwnRecordAdmin):
    list_display = ("user", "suggestion", "verdict", "version", "received_at")
    list_filter = ("verdict",)
