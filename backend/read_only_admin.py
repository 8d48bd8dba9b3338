"""The admin of rows that an app or a worker writes: staff read and search them, and change nothing by hand."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin


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
