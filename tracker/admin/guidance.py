"""Guidance texts in the admin: written, reviewed by somebody else, published and retired, each act in the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from backend.audit.models import Action
from backend.audit.recording import record_request
from backend.languages import DEFAULT_LANGUAGE, LANGUAGES
from tracker.admin.guidance_forms import GuidanceTextForm, fieldsets_for, form_for, practice_label
from tracker.admin.guidance_history import versions_page
from tracker.admin.guidance_list import STATE_LABELS, GuidanceTextList
from tracker.admin.guidance_preview import lines_of, previews
from tracker.evidence import read_evidence
from tracker.guidance.library import LOGGING, REST, TURNS, word_faults
from tracker.guidance.stored import faults_of
from tracker.guidance_editing import (
    CannotChangeGuidance,
    back_to_draft,
    describe,
    document_of,
    publish,
    retire,
    review,
    save_draft,
    seen_hash,
)
from tracker.models import GuidanceKind, GuidanceText, GuidanceVersion, VersionState
from tracker.models.guidance import OPEN
from tracker.scoring.protocol import PRACTICES

VERBS: dict[str, tuple[Callable[..., GuidanceVersion], str]] = {
    "review": (review, "Reviewed: it can be published."),
    "publish": (publish, "Published: participants get it from now on."),
    "back_to_draft": (back_to_draft, "It is a draft again."),
    "retire": (retire, "Retired: participants get it no longer."),
}
FAULTS_SAID = 5
CHOOSER = "tracker/admin/guidance_chooser.html"


@admin.register(GuidanceText)
class GuidanceTextAdmin(GuidanceTextList):
    """Who may change texts writes drafts; who may review them reviews, publishes and retires. None is ever deleted."""

    compressed_fields = False  # labels above their fields: languages stand side by side
    change_form_outer_before_template = "tracker/admin/guidance_state.html"
    change_form_outer_after_template = "tracker/admin/guidance_preview.html"

    class Media:
        css = {"all": ("tracker/guidance.css",)}
        js = ("tracker/guidance.js",)

    # --- who may what

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracker.review_guidancetext")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(super().has_view_permission(request, obj)) or self.has_review_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_module_permission(request)) or self.has_review_permission(request)

    # --- the form

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kind, practice = (obj.kind, obj.practice) if obj else _asked_for(request)
        return form_for(kind, practice, self._newest(obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ("code", "kind", "practice", "turn")})]
        return fieldsets_for(*((obj.kind, obj.practice) if obj else _asked_for(request)))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What it is to be about comes first: the form follows from it."""
        if self.has_add_permission(request) and not _is_asked_for(request):
            return self._chooser(request)
        kind, practice = _asked_for(request)
        title = f"New {kind}: {practice_label(practice).lower()}"
        answer: HttpResponse = super().add_view(
            request, form_url, {**(extra_context or {}), "title": title, **self._for_the_script(kind, practice)}
        )
        return answer

    def _chooser(self, request: HttpRequest) -> HttpResponse:
        counts = GuidanceVersion.objects.filter(state=VersionState.PUBLISHED).values_list(
            "text__practice", "text__kind", "text__turn"
        )
        published = list(counts)
        rows = [
            {
                "practice": code,
                "label": practice_label(code),
                "kinds": [
                    {
                        "kind": kind,
                        "possible": kind == GuidanceKind.ENCOURAGEMENT or code in PRACTICES,
                        "turns": [published.count((code, kind, turn)) for turn in range(TURNS)],
                    }
                    for kind in GuidanceKind.values
                ],
            }
            for code in (*PRACTICES, LOGGING, REST)
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Add guidance text",
            "rows": rows,
        }
        return TemplateResponse(request, CHOOSER, {**context, "media": self.media})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        text = GuidanceText.objects.filter(pk=_code(object_id)).first()
        more = self._state_of(request, text) if text and self.has_view_permission(request) else {}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})
        return answer

    def save_model(self, request: HttpRequest, obj: GuidanceText, form: GuidanceTextForm, change: bool) -> None:
        content, given = form.content(), form.cleaned_data
        version = save_draft(
            obj, content, by=_who(request), seen=given["seen"], note=given.get("note", ""), now=timezone.now()
        )
        self._record(request, version, "save")
        for fault in faults_of(obj.kind, obj.document(content))[:FAULTS_SAID]:
            messages.warning(request, f"To be mended before a review: {describe(fault)}")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody may change the text between the form's look and the lock: the form looks again, and keeps what was typed."""
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except CannotChangeGuidance:
            answer = super().changeform_view(request, *args, **kwargs)
        return answer

    # --- the page around the form

    def _newest(self, text: GuidanceText | None) -> GuidanceVersion | None:
        if text is None:
            return None
        return GuidanceVersion.objects.filter(text=text).select_related("text").order_by("-number").first()

    def _state_of(self, request: HttpRequest, text: GuidanceText) -> dict[str, Any]:
        versions = list(GuidanceVersion.objects.filter(text=text).select_related("text").order_by("-number"))
        shown = [version for version in versions[:1] if version.state != VersionState.RETIRED]
        shown += [version for version in versions[1:] if version.state == VersionState.PUBLISHED]
        document = document_of(versions[0])
        faults = [describe(fault) for fault in faults_of(text.kind, document)]
        return {
            "title": f"{GuidanceKind(text.kind).label}: {practice_label(text.practice).lower()}",
            "newest": versions[0],
            "standing": [self._standing(request, version, fit=not faults) for version in shown],
            "faults": faults,
            "lines": lines_of(document),
            "previews": previews(text.kind, document),
            **self._for_the_script(text.kind, text.practice),
        }

    def _standing(self, request: HttpRequest, version: GuidanceVersion, *, fit: bool) -> dict[str, Any]:
        """A version, and what this member of staff may do with it. `fit`: the newest version is."""
        own = _who(request) in version.writers
        may = self.has_review_permission(request)
        verbs = []
        if may and fit and version.state == VersionState.DRAFT and not own:
            verbs.append(("review", "It is fit: reviewed"))
        if may and version.state == VersionState.REVIEWED:
            verbs += [("publish", "Publish")] if fit else []
            verbs.append(("back_to_draft", "Back to draft"))
        if may:
            verbs.append(("retire", "Give this draft up" if version.state in OPEN else "Retire"))
        return {
            "version": version,
            "label": version.get_state_display(),
            "kind": STATE_LABELS[VersionState(version.state)],
            "verbs": verbs,
            "seen": seen_hash(version),
            "own": own and may and version.state == VersionState.DRAFT,
        }

    def _for_the_script(self, kind: str, practice: str) -> dict[str, Any]:
        evidence = read_evidence()
        return {
            "check_address": reverse("admin:tracker_guidancetext_check"),
            "findings": {
                card.id: f"{card.finding[DEFAULT_LANGUAGE]} ({evidence.grades[card.grade].label[DEFAULT_LANGUAGE]})"
                for card in evidence.cards.values()
                if kind == GuidanceKind.SUGGESTION and practice in card.practices
            },
        }

    # --- addresses of our own

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("check/", wrap(require_POST(self.check_words)), name="tracker_guidancetext_check"),
            path("<path:object_id>/act/", wrap(require_POST(self.act)), name="tracker_guidancetext_act"),
            *super().get_urls(),
        ]

    def check_words(self, request: HttpRequest) -> JsonResponse:
        """What the words say that no text may, with places: asked while somebody writes. Nothing is stored."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        faults = []
        for part in ("title", "text"):
            said = {code: request.POST[f"{part}_{code}"] for code, _ in LANGUAGES if f"{part}_{code}" in request.POST}
            for fault in word_faults(part, said) if said else ():
                place = {"field": f"{part}_{fault.language}", "start": fault.start, "end": fault.end}
                faults.append({**place, "rule": fault.rule, "detail": fault.detail})
        return JsonResponse({"faults": faults})

    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_review_permission(request):
            raise PermissionDenied
        verb, pk = request.POST.get("verb", ""), request.POST.get("version", "")
        if verb not in VERBS or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        version = get_object_or_404(GuidanceVersion, pk=pk, text=_code(object_id))
        run, said = VERBS[verb]
        try:
            with transaction.atomic():
                version = run(version.pk, by=_who(request), seen=request.POST.get("seen", ""), now=timezone.now())
                self._record(request, version, verb)
        except CannotChangeGuidance as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:tracker_guidancetext_change", args=[version.text_id]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = get_object_or_404(GuidanceText, pk=_code(object_id))
        return versions_page(
            request, text, {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        )

    def _record(self, request: HttpRequest, version: GuidanceVersion, act: str) -> None:
        what = {"act": act, "text": version.text_id, "version": version.number, "state": version.state}
        record_request(request, Action.CHANGE, self.opts.label_lower, what=what)


def _who(request: HttpRequest) -> Any:
    return request.user.pk


def _code(object_id: str) -> str:
    code: str = unquote(object_id)
    if "\x00" in code:
        raise Http404
    return code


def _is_asked_for(request: HttpRequest) -> bool:
    kind, practice = request.GET.get("kind"), request.GET.get("practice")
    known = practice in PRACTICES or (practice in (LOGGING, REST) and kind == GuidanceKind.ENCOURAGEMENT)
    return kind in GuidanceKind.values and known


def _asked_for(request: HttpRequest) -> tuple[str, str]:
    """Kind and practice of a new text, from the address."""
    if not _is_asked_for(request):
        return GuidanceKind.SUGGESTION, next(iter(PRACTICES))
    return request.GET["kind"], request.GET["practice"]
