"""The list of guidance texts: where each stands, found by its words, narrowed by what it is for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from backend.languages import LANGUAGES
from tracker.admin.guidance_filters import LanguagesFilter, PracticeFilter, StateFilter
from tracker.admin.guidance_forms import practice_label
from tracker.guidance.library import TURNS
from tracker.models import GuidanceText, GuidanceVersion, VersionState

STATE_LABELS = {
    VersionState.DRAFT: "warning",
    VersionState.REVIEWED: "info",
    VersionState.PUBLISHED: "success",
    VersionState.RETIRED: "default",
}


class GuidanceTextList(ModelAdmin):  # type: ignore[misc]
    show_full_result_count = False
    list_per_page = 50
    list_display = ("code", "what_for", "kind", "week", "state", "published", "languages")
    list_filter = (StateFilter, "kind", PracticeFilter, "turn", LanguagesFilter)
    search_fields = ("code",)
    search_help_text = "Code, or words of the texts in any language"
    ordering = ("practice", "turn", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GuidanceText]:
        versions = GuidanceVersion.objects.filter(text=OuterRef("pk"))
        newest = versions.order_by("-number")
        shown = versions.filter(state=VersionState.PUBLISHED)
        rows: QuerySet[GuidanceText] = super().get_queryset(request)
        return rows.annotate(
            newest_state=Subquery(newest.values("state")[:1]),
            newest_content=Subquery(newest.values("content")[:1]),
            published_number=Subquery(shown.values("number")[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[GuidanceText], search_term: str
    ) -> tuple[QuerySet[GuidanceText], bool]:
        """In what is written and what is published; what is retired is found by its code."""
        words = Q()
        for part in ("title", "text"):
            for language, _ in LANGUAGES:
                words |= Q(**{f"content__{part}__{language}__icontains": search_term})
        current = GuidanceVersion.objects.filter(text=OuterRef("pk")).exclude(state=VersionState.RETIRED)
        found = Q(code__icontains=search_term) | Exists(current.filter(words))
        return queryset.filter(found) if search_term else queryset, False

    @admin.display(description="Practice", ordering="practice")
    def what_for(self, text: GuidanceText) -> str:
        return practice_label(text.practice)

    @admin.display(description="Week", ordering="turn")
    def week(self, text: GuidanceText) -> str:
        return f"{text.turn + 1} of {TURNS}"

    @display(description="Newest version", label=STATE_LABELS, ordering="newest_state")
    def state(self, text: Any) -> tuple[str, str]:
        return text.newest_state, VersionState(text.newest_state).label

    @admin.display(description="Published", ordering="published_number")
    def published(self, text: Any) -> str:
        return f"Version {text.published_number}" if text.published_number else "-"

    @display(description="Languages", label={"complete": "success", "incomplete": "warning"})
    def languages(self, text: Any) -> tuple[str, str]:
        parts = [text.newest_content[part] for part in ("title", "text") if part in text.newest_content]
        there = [name for code, name in LANGUAGES if all(part.get(code) for part in parts)]
        return ("complete" if len(there) == len(LANGUAGES) else "incomplete"), ", ".join(there) or "none"
