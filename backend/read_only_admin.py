"""The admin of rows that an app or a worker writes: staff read and search them, and change nothing by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

Row = TypeVar("Row", bound=Model)


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Read, filter and search. What staff may do beyond that is an action with a permission of its own."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """For actions: whoever may change rows of this model, though never by hand."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class ParticipantRowsAdmin(ReadOnlyAdmin):
    """Rows that belong to a participant, found by the participant's address, name or id, or by the row's own id."""

    list_select_related: tuple[str, ...] = ("user",)
    search_fields = ("user__email",)
    search_help_text = "A participant's address, name or id"
    own_id: str | None = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Participants first, then their rows: the large table is read by its index on the participant."""
        term = search_term.strip()
        if not term:
            return queryset, False
        with suppress(ValueError):
            uid = UUID(term)
            return queryset.filter(Q(user_id=uid) | (Q(**{self.own_id: uid}) if self.own_id else Q())), False
        found = get_user_model().objects.filter(Q(email__icontains=term) | Q(display_name__icontains=term))
        return queryset.filter(user__in=found.values("pk")), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "user"]
