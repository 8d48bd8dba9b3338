"""The admin of rows that hold participants' data: nothing is shown, changed or handed out before it is in the audit.

`AuditedAdmin` goes in front of any `ModelAdmin`; `ParticipantRowsAdmin` is that for rows that staff only read. Every page asks
for a stated purpose first, by the addresses themselves, so that a page added later asks too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.http import urlencode

from backend.audit.models import Action
from backend.audit.purposes import stated_purpose
from backend.audit.recording import record_request, search_mark
from backend.read_only_admin import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Any]
else:
    Base = object

Row = TypeVar("Row", bound=Model)
IDS_AT_MOST = 500
"""So many rows are listed by their ids; of more, an entry keeps the number."""


class AuditedAdmin(Base):
    participant = "user_id"
    """The attribute of a row that says whose it is: the participant's id."""

    def record(self, request: HttpRequest, action: Action, rows: Iterable[Model], **what: Any) -> None:
        """Add what was done with these rows. Ids that are the participants' own stay out: pseudonyms stand for them."""
        listed = list(rows)
        if self.participant != "pk" and len(listed) <= IDS_AT_MOST:
            what["ids"] = [str(row.pk) for row in listed]
        participants = {getattr(row, self.participant) for row in listed} - {None}
        record_request(
            request, action, self.opts.label_lower, what={**what, "rows": len(listed)}, participants=participants
        )

    # --- reading

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = context_of(response).get("cl")
        if shown is not None:
            self.record(request, Action.READ, shown.result_list, page="list", **asked_for(request))
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return self.shown(request, response, page="row")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().delete_view(request, object_id, extra_context)
        return self.shown(request, response, page="deletion")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return self.shown(request, response, page="history")

    def shown(self, request: HttpRequest, response: HttpResponse, *, page: str) -> HttpResponse:
        """The response, with the one row that it shows recorded. It is rendered only afterwards."""
        context = context_of(response)
        row = context.get("original") or context.get("object")
        if row is not None:
            self.record(request, Action.READ, [row], page=page)
        return response

    # --- changing

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        return {name: (self._recorded(name, run), name, text) for name, (run, _, text) in actions.items()}

    def _recorded(self, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """An action together with its entry, on exactly the rows that the entry names: both are stored, or neither. The entry
        comes last: like a correction, an action may take participants' locks, and those go before the audit's."""

        @wraps(run)
        def recorded(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
            with transaction.atomic():
                rows = list(queryset)
                answer = run(admin, request, self.model._default_manager.filter(pk__in=[row.pk for row in rows]))
                self.record(request, Action.CHANGE, rows, act=name)
                return answer

        return recorded

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self.record(request, Action.CHANGE, [obj], act="add")
        return self._history(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        fields = message[0].get("changed", {}).get("fields", []) if isinstance(message, list) and message else []
        self.record(request, Action.CHANGE, [obj], act="change", fields=[str(field) for field in fields])
        return self._history(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        rows = list(queryset)
        self.record(request, Action.CHANGE, rows, act="delete")
        return [self._history(request, row, DELETION, "") for row in rows]

    def _history(self, request: HttpRequest, obj: Any, flag: int, message: Any) -> LogEntry:
        """Django's own history, less the text that names the row: an address in it would outlive its account."""
        entry = LogEntry(
            user_id=str(request.user.pk),
            content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
            object_id=str(obj.pk),
            object_repr=str(self.opts.verbose_name),
            action_flag=flag,
        )
        entry.change_message = message if isinstance(message, str) else json.dumps(message)
        entry.save()
        return entry

    # --- a purpose first

    def get_urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().get_urls()
        for pattern in patterns:
            pattern.callback = self._for_a_purpose(pattern.callback)
        return patterns

    def _for_a_purpose(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.admin_site.has_permission(request) and stated_purpose(request) is None:
                return ask_for_purpose(request)
            response: HttpResponseBase = view(request, *args, **kwargs)
            return response

        return asked


class ParticipantRowsAdmin(AuditedAdmin, ReadOnlyAdmin):
    """Rows that belong to a participant, found by the participant's address, name or id, or by the row's own id."""

    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
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


def ask_for_purpose(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that asks, and from there back; what was posted is not."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return HttpResponseRedirect(f"{reverse('admin:purpose')}?{urlencode({'next': back})}")


def asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a list was narrowed to: a mark of the search, and the names of the filters. Their values can name somebody."""
    asked: dict[str, Any] = {}
    if term := request.GET.get("q", ""):
        asked["search"] = search_mark(term)
    if filters := sorted(request.GET.keys() - {"q", "p", "o", "all", "e"}):
        asked["filters"] = [name[:80] for name in filters[:20] if name.isprintable()]
    return asked


def context_of(response: HttpResponseBase) -> dict[str, Any]:
    """What a page that is not yet rendered will show; nothing for redirects and the like."""
    return getattr(response, "context_data", None) or {}
