"""The admin's type-ahead boxes, which show participants too."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from backend.audit.models import Action
from backend.audit.participant_rows import AuditedAdmin
from backend.audit.purposes import stated_purpose
from backend.audit.recording import search_mark


class AuditedAutocomplete(AutocompleteJsonView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.shown: list[Model] = []
        response = super().get(request, *args, **kwargs)
        admin = self.model_admin
        if isinstance(admin, AuditedAdmin):
            if stated_purpose(request) is None:
                raise PermissionDenied
            admin.record(request, Action.READ, self.shown, page="autocomplete", search=search_mark(self.term))
        return response

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        self.shown.append(obj)
        return super().serialize_result(obj, to_field_name)
