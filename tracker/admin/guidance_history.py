"""The versions of a guidance text, and two of them side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from backend.accounts.models import User
from tracker.admin.guidance_preview import compare
from tracker.guidance_editing import document_of
from tracker.models import GuidanceText, GuidanceVersion

PAGE = "tracker/admin/guidance_history.html"


def versions_page(request: HttpRequest, text: GuidanceText, context: dict[str, Any]) -> HttpResponse:
    """All versions, the newest first; compared are those that are asked for, else the newest with the one before."""
    versions = list(GuidanceVersion.objects.filter(text=text).select_related("text").order_by("-number"))
    names = _names(versions)
    by_number = {str(version.number): version for version in versions}
    after = by_number.get(request.GET.get("after", ""), versions[0])
    before = by_number.get(request.GET.get("before", ""), versions[1] if len(versions) > 1 else versions[0])
    context |= {
        "title": f"Versions of {text}",
        "text": text,
        "versions": [{"version": version, **_people(version, names)} for version in versions],
        "before": before,
        "after": after,
        "compared": compare(document_of(before), document_of(after)) if before is not after else [],
    }
    return TemplateResponse(request, PAGE, context)


def _names(versions: list[GuidanceVersion]) -> dict[UUID, str]:
    people = {
        person
        for version in versions
        for person in (*version.writers, version.reviewer, version.publisher, version.retired_by)
        if person is not None
    }
    return {user.pk: user.email for user in User.objects.filter(pk__in=people)}


def _people(version: GuidanceVersion, names: dict[UUID, str]) -> dict[str, str]:
    def name(person: UUID | None) -> str:
        return names.get(person, str(person)) if person else ""

    if version.from_release:
        return {
            "writers": "a release",
            "reviewer": "",
            "publisher": "a release",
            "retired_by": name(version.retired_by),
        }
    return {
        "writers": ", ".join(map(name, version.writers)),
        "reviewer": name(version.reviewer),
        "publisher": name(version.publisher),
        "retired_by": name(version.retired_by),
    }
