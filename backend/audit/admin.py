"""The audit itself, for those who may see it. Reading it is in it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from backend.audit.models import Action, Entry
from backend.audit.participant_rows import AuditedAdmin
from backend.audit.pseudonyms import known_pseudonym
from backend.audit.recording import record_request
from backend.read_only_admin import ReadOnlyAdmin

LABELS = {Action.READ: "info", Action.CHANGE: "warning", Action.EXPORT: "danger", Action.SIGN_IN: "success"}


@admin.register(Entry)
class EntryAdmin(AuditedAdmin, ReadOnlyAdmin):
    """Entries name nobody but staff. Searched for a participant, those that concern their pseudonym are shown."""

    list_display = ("id", "at", "who", "action_label", "model", "details", "how_many", "purpose")
    list_filter = ("action", "model")
    search_fields = ("id",)
    search_help_text = "Address or id of a participant, or of a member of staff"
    ordering = ("-id",)
    paginator = InfinitePaginator
    fields = ("id", "at", "who", "action", "model", "details", "purpose", "request_id", "pseudonyms", "chain")
    readonly_fields = ("who", "details", "pseudonyms", "chain")

    def record(self, request: HttpRequest, action: Action, rows: Iterable[Model], **what: Any) -> None:
        """Reading the audit concerns nobody's data, but whom it was searched for is worth knowing."""
        found = _person(request.GET.get("q", ""))
        concerned = [found] if found is not None and known_pseudonym(found) else []
        record_request(
            request, action, self.opts.label_lower, what={**what, "rows": len(list(rows))}, participants=concerned
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """By pseudonym, or by who acted: each by its index."""
        if not search_term.strip():
            return queryset, False
        person = _person(search_term)
        if person is None:
            return queryset.none(), False
        mark = known_pseudonym(person)
        acted = queryset.filter(actor=person)
        return (queryset.filter(participants__contains=[mark]) | acted if mark else acted), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        address = get_user_model().objects.filter(pk=OuterRef("actor")).values("email")
        rows: QuerySet[Entry] = super().get_queryset(request)
        return rows.annotate(address=Subquery(address))

    @admin.display(description="Who")
    def who(self, entry: Any) -> str:
        return entry.address or str(entry.actor)

    @display(description="Action", label=LABELS, ordering="action")
    def action_label(self, entry: Entry) -> tuple[str, str]:
        return entry.action, entry.get_action_display()

    @admin.display(description="What")
    def details(self, entry: Entry) -> str:
        return ", ".join(f"{name}: {_short(value)}" for name, value in entry.what.items())

    @admin.display(description="Participants")
    def how_many(self, entry: Entry) -> int:
        return len(entry.participants)

    @admin.display(description="Participants, as pseudonyms")
    def pseudonyms(self, entry: Entry) -> str:
        return " ".join(bytes(mark).hex() for mark in entry.participants) or "-"

    @admin.display(description="Hash, and the one before")
    def chain(self, entry: Entry) -> str:
        return f"{bytes(entry.hash).hex()} after {bytes(entry.previous_hash).hex()}"


def _person(term: str) -> UUID | None:
    """The account that an address or an id names."""
    term = term.strip()
    if not term.isprintable():
        return None
    with suppress(ValueError):
        return UUID(term)
    found: UUID | None = get_user_model().objects.filter(email__iexact=term).values_list("pk", flat=True).first()
    return found


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} listed" if len(value) > 3 else ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value)
