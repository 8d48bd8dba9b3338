"""The catalogue. Staff add, change and retire entries, by form or by CSV; every change stays in the entry's history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action

from backend.accounts.models import User
from tracker.admin.catalogue_csv import CognitiveActivityResource, ExerciseActivityResource, FoodResource
from tracker.admin.catalogue_forms import CognitiveActivityForm, ExerciseActivityForm, FoodForm
from tracker.admin.catalogue_imports import CatalogueImportAdmin
from tracker.catalogue.changing import change_entries, retire
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.models.catalogue import CatalogueEntry

RETIRED = ("retired_at", admin.EmptyFieldListFilter)


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # nobody else gets into the admin
    return request.user


def _address(object_id: str) -> str:
    if "\x00" in object_id:
        raise Http404
    return object_id


class CatalogueEntryAdmin(SimpleHistoryAdmin, CatalogueImportAdmin, ModelAdmin):  # type: ignore[misc]
    """A retired entry is offered no longer; what was logged with it stays as it is. None is ever deleted."""

    show_full_result_count = False
    list_per_page = 50
    search_fields = ("code", "labels", "synonyms")
    search_help_text = "Code, label or synonym"
    ordering = ("code",)
    actions = ("retire", "bring_back")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[tuple[None, dict[str, Any]]]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": [field.name for field in self.opts.concrete_fields if field.editable]})]
        return [(None, {"fields": [*self.form.spreadsheet.columns, "reason"]})]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        answer: HttpResponse = super().history_view(request, _address(object_id), extra_context)
        return answer

    def history_form_view(self, request: HttpRequest, object_id: str, version_id: str, **kwargs: Any) -> HttpResponse:
        """To be read: the library would store what is posted here."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        answer: HttpResponse = super().history_form_view(request, _address(object_id), version_id, **kwargs)
        return answer

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
