"""The catalogue. Staff add, change and retire entries, by form or by CSV; every change stays in the entry's history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import action

from backend.accounts.models import User
from tracker.admin.catalogue_csv import CognitiveActivityResource, ExerciseActivityResource, FoodResource
from tracker.admin.catalogue_forms import CognitiveActivityForm, ExerciseActivityForm, FoodForm
from tracker.catalogue.changing import change_entries, retire
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.models.catalogue import CatalogueEntry

RETIRED = ("retired_at", admin.EmptyFieldListFilter)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # nobody else gets into the admin
    return request.user


class CatalogueEntryAdmin(SimpleHistoryAdmin, ImportExportModelAdmin, ModelAdmin):  # type: ignore[misc]
    """A retired entry is offered no longer; what was logged with it stays as it is. None is ever deleted."""

    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = (CSV,)
    show_full_result_count = False
    list_per_page = 50
    search_fields = ("code", "labels", "synonyms")
    search_help_text = "Code, label or synonym"
    ordering = ("code",)
    actions = ("retire", "bring_back")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[tuple[None, dict[str, Any]]]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": [field.name for field in self.opts.concrete_fields]})]
        return [(None, {"fields": [*self.form.spreadsheet.columns, "reason"]})]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_change_permission(request))

    def save_model(self, request: HttpRequest, obj: CatalogueEntry, form: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"] or ("Changed" if change else "Added")
        change_entries(self.model, [obj], by=_who(request), reason=reason)

    @action(description="Retire: offer no longer", permissions=["act"])
    def retire(self, request: HttpRequest, queryset: QuerySet[CatalogueEntry]) -> None:
        count = self._retire(request, queryset, retired=True)
        messages.success(request, f"{count} entries retired. What was logged with them stays.")

    @action(description="Bring back", permissions=["act"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[CatalogueEntry]) -> None:
        count = self._retire(request, queryset, retired=False)
        messages.success(request, f"{count} entries are offered again.")

    def _retire(self, request: HttpRequest, queryset: QuerySet[CatalogueEntry], *, retired: bool) -> int:
        codes = list(queryset.values_list("code", flat=True))
        return retire(self.model, codes, retired=retired, by=_who(request), now=timezone.now())

    @admin.display(description="Label")
    def label(self, entry: CatalogueEntry) -> str:
        return str(entry)


@admin.register(ExerciseActivity)
class ExerciseActivityAdmin(CatalogueEntryAdmin):
    form = ExerciseActivityForm
    resource_classes = (ExerciseActivityResource,)
    list_display = ("code", "label", "met", "intensity", "strength", "balance", "category", "retired_at")
    list_filter = ("intensity", "strength", "balance", "category", RETIRED)


@admin.register(CognitiveActivity)
class CognitiveActivityAdmin(CatalogueEntryAdmin):
    form = CognitiveActivityForm
    resource_classes = (CognitiveActivityResource,)
    list_display = ("code", "label", "category", "usually_social", "retired_at")
    list_filter = ("category", "usually_social", RETIRED)


@admin.register(Food)
class FoodAdmin(CatalogueEntryAdmin):
    form = FoodForm
    resource_classes = (FoodResource,)
    list_display = ("code", "label", "category", "gives", "common", "retired_at")
    list_filter = ("category", "common", RETIRED)
