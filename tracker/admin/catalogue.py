"""The catalogue. Entries come from the project's own files; staff retire an entry, and can bring it back."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from unfold.decorators import action

from backend.read_only_admin import ReadOnlyAdmin
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.models.catalogue import CatalogueEntry

Entry = TypeVar("Entry", bound=CatalogueEntry)
RETIRED = ("retired_at", admin.EmptyFieldListFilter)


class CatalogueEntryAdmin(ReadOnlyAdmin):
    """A retired entry is offered no longer; what was logged with it stays as it is."""

    search_fields = ("code", "labels", "synonyms")
    search_help_text = "Code, label or synonym"
    ordering = ("code",)
    actions = ("retire", "bring_back")

    @action(description="Retire: offer no longer", permissions=["act"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Entry]) -> None:
        count = queryset.filter(retired_at=None).update(retired_at=Now())
        messages.success(request, f"{count} entries retired. What was logged with them stays.")

    @action(description="Bring back", permissions=["act"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Entry]) -> None:
        count = queryset.exclude(retired_at=None).update(retired_at=None)
        messages.success(request, f"{count} entries are offered again.")

    @admin.display(description="Label")
    def label(self, entry: CatalogueEntry) -> str:
        return str(entry)


@admin.register(ExerciseActivity)
class ExerciseActivityAdmin(CatalogueEntryAdmin):
    list_display = ("code", "label", "met", "intensity", "strength", "balance", "category", "retired_at")
    list_filter = ("intensity", "strength", "balance", "category", RETIRED)


@admin.register(CognitiveActivity)
class CognitiveActivityAdmin(CatalogueEntryAdmin):
    list_display = ("code", "label", "category", "usually_social", "retired_at")
    list_filter = ("category", "usually_social", RETIRED)


@admin.register(Food)
class FoodAdmin(CatalogueEntryAdmin):
    list_display = ("code", "label", "category", "gives", "common", "retired_at")
    list_filter = ("category", "common", RETIRED)
