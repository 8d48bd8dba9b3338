"""Consent documents as drafts to be written and published, and participants' decisions to be read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backend.audit.participant_rows import ParticipantRowsAdmin
from backend.consents.documents import CannotPublish, publish
from backend.consents.models import ConsentDecision, ConsentDocument
from backend.languages import DEFAULT_LANGUAGE

PARTS = {"title": UnfoldAdminTextInputWidget, "body": UnfoldAdminTextareaWidget}
LANGUAGE_FIELDS = {
    f"{part}_{language}": forms.CharField(
        label=f"{name}: {part}", required=language == DEFAULT_LANGUAGE, widget=PARTS[part]
    )
    for language, name in settings.LANGUAGES
    for part in PARTS
}


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title and body in each language, in place of the JSON that they are stored as."""

    class Meta:
        model = ConsentDocument
        fields = ("kind", "version")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in LANGUAGE_FIELDS:
            part, _, language = name.partition("_")
            if name in self.fields:
                self.fields[name].initial = (self.instance.texts or {}).get(language, {}).get(part, "")

    def save(self, commit: bool = True) -> ConsentDocument:
        texts: dict[str, dict[str, str]] = dict(self.instance.texts or {})
        for language, _ in settings.LANGUAGES:
            given = {part: self.cleaned_data.get(f"{part}_{language}", "") for part in PARTS}
            if any(given.values()):
                texts[language] = given
        self.instance.texts = texts
        document: ConsentDocument = super().save(commit)
        return document


WritingForm = type("WritingForm", (DraftForm,), dict(LANGUAGE_FIELDS))


@admin.register(ConsentDocument)
class ConsentDocumentAdmin(ModelAdmin):  # type: ignore[misc]
    form = WritingForm
    list_display = ("kind", "version", "published_at", "content_hash")
    list_filter = ("kind", ("published_at", admin.EmptyFieldListFilter))
    ordering = ("kind", "-version")
    actions = ("publish_drafts",)
    fields = ("kind", "version", *LANGUAGE_FIELDS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("kind", "version", "texts", "content_hash", "published_at")
        return shown if obj is not None and obj.published_at else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is published is only read."""
        return not (obj is not None and obj.published_at) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj is None or obj.published_at) and super().has_delete_permission(request, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consents.change_consentdocument")

    @action(description="Publish: from then on the text stays as it is", permissions=["publish"])
    def publish_drafts(self, request: HttpRequest, queryset: QuerySet[ConsentDocument]) -> None:
        for document in queryset.order_by("kind", "version"):
            try:
                publish(document, now=timezone.now())
            except CannotPublish as error:
                messages.error(request, f"{document}: {error}")
            else:
                messages.success(request, f"{document} is published.")


@admin.register(ConsentDecision)
class ConsentDecisionAdmin(ParticipantRowsAdmin):
    list_display = ("user", "kind", "document", "decision", "decided_at")
    list_filter = ("kind", "decision")
    list_select_related = ("user", "document")
    ordering = ("-id",)
