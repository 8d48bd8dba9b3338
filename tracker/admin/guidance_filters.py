"""How the list of guidance texts is narrowed."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from backend.languages import LANGUAGES
from tracker.admin.guidance_forms import practice_label
from tracker.guidance.library import LOGGING, REST
from tracker.models import VersionState
from tracker.scoring.protocol import PRACTICES


class StateFilter(SimpleListFilter):
    title = "newest version"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in VersionState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(newest_state=self.value()) if self.value() else queryset


class PracticeFilter(SimpleListFilter):
    title = "practice"
    parameter_name = "practice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, practice_label(code)) for code in (*PRACTICES, LOGGING, REST)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(practice=self.value()) if self.value() else queryset


class LanguagesFilter(SimpleListFilter):
    title = "languages"
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, f"{name} is missing") for code, name in LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        language = self.value()
        if language not in dict(LANGUAGES):
            return queryset
        no_text = Q(**{f"newest_content__text__{language}__isnull": True})
        no_title = Q(newest_content__has_key="title", **{f"newest_content__title__{language}__isnull": True})
        return queryset.filter(no_text | no_title)
