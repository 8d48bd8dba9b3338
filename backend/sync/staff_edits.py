"""Corrections by staff, for any type of record: through the one write path, on top of the version that was on their page.

So a correction takes the next version, and a phone that edited the same record meanwhile gets a conflict; so do staff whose
page was out of date. Nobody's edit is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from backend.audit.participant_rows import ParticipantRowsAdmin
from backend.sync.models import SyncedRecord
from backend.sync.records import Change, Parsed, RecordType
from backend.sync.wire import InvalidRecord, read_wire
from backend.sync.writing import write_records

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[SyncedRecord]
else:
    ModelForm = forms.ModelForm

BASE_VERSION = "base_version"
CHANGED_MEANWHILE = "This record was changed after you had opened it."


class NotStored(Exception):
    """The write path said no, mostly because the record is not what it was on the page. `entered` is what the page had
    instead, by field, in words."""

    def __init__(self, reason: str, entered: Mapping[str, str]) -> None:
        self.entered = entered
        super().__init__(f"Nothing was stored. {reason} This is how it stands now.")


class RecordForm(ModelForm):
    """What a record says, by the names of its wire form, filled from its document.

    What it may say is the record type's business: it is asked with the document as staff have changed it, just as if an app
    had sent that. Fields that staff left alone go back exactly as they were.
    """

    record_type: ClassVar[RecordType]
    entered_before: ClassVar[Mapping[str, str]] = {}
    parsed: Parsed
    base_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.record_type
        self.document = kind.document({column: getattr(self.instance, column) for column in kind.shown_columns})
        self.initial = {BASE_VERSION: self.instance.version} | {name: self.document[name] for name in self.said()}
        for name, words in self.entered_before.items():
            self.fields[name].help_text = format_html("Your page had: {}", words)

    @classmethod
    def said(cls) -> list[str]:
        """The fields with what the record says."""
        return [name for name in cls.declared_fields if name != BASE_VERSION]

    def _post_clean(self) -> None:
        """Instead of Django's: it would put the values into the row, which only the write path does."""
        if self.errors:
            return
        kind = self.record_type
        changed = {name: self.cleaned_data[name] for name in self.said() if name in self.changed_data}
        try:
            wire = read_wire(kind.wire, self.document | changed, read_only=kind.read_only)
            self.parsed = kind.parse(wire, kind.reference(self.instance.user, [wire], timezone.now()))
        except InvalidRecord as invalid:
            for error in invalid.errors:
                name, *inner = error.pointer.removeprefix("/").split("/")
                where = ", ".join(f"Row {int(step) + 1}" if step.isdecimal() else step for step in inner)
                self.add_error(
                    name if name in self.said() else NON_FIELD_ERRORS,
                    f"{where}: {error.detail}" if where else error.detail,
                )

    def entered(self) -> dict[str, str]:
        """What the page had, where that isn't what stands there."""
        return {name: in_words(self.cleaned_data[name]) for name in self.said() if name in self.changed_data}


class StaffEdits(ParticipantRowsAdmin):
    """The admin of a record type. With the model's `change` permission staff correct a record, with its `delete` permission
    they delete it; both never a tombstone, and both one by one, each with its entry in the audit."""

    form: type[RecordForm]
    exclude = ("content_hash",)
    delete_confirmation_template = "sync/admin/delete_confirmation.html"

    @property
    def record_type(self) -> RecordType:
        return self.form.record_type

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.record_type.deletable and self._may(request, "delete", obj)

    def _may(self, request: HttpRequest, verb: str, obj: Model | None) -> bool:
        final = isinstance(obj, SyncedRecord) and obj.deleted_at is not None
        return not final and request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's deletion of many rows, which would leave no tombstones."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- the page

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Whoever may only read, and everybody on a tombstone, sees the plain row."""
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, form=forms.ModelForm, **kwargs)
        entered = getattr(request, "entered_before", {})
        return super().get_form(
            request, obj, change, form=type("Form", (self.form,), {"entered_before": entered}), **kwargs
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        said, kept = self.form.said(), self._kept()
        return [(None, {"fields": [*said, BASE_VERSION]}), ("As the server keeps it", {"fields": kept})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_readonly_fields(request, obj)
        return self._kept()

    def _kept(self) -> list[str]:
        hidden = {"id", *self.exclude, *self.form.said()}
        return [field.name for field in self.opts.concrete_fields if field.name not in hidden]

    # --- writing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """If the record has changed meanwhile, the page as it stands now, with what it had before beside it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except NotStored as refusal:
            messages.error(request, str(refusal))
            request.method = "GET"
            request.entered_before = refusal.entered  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
            response.status_code = 409
            return response

    def save_model(self, request: HttpRequest, obj: Any, form: RecordForm, change: bool) -> None:
        if form.has_changed():
            self._write(obj, form.cleaned_data[BASE_VERSION], form.parsed, form.entered())

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing, if nothing was changed."""
        return super().log_change(request, obj, message) if message else None

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except NotStored as refusal:
            messages.error(request, str(refusal))
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        try:
            version = int(request.POST.get(BASE_VERSION, ""))
        except ValueError:
            version = 0  # on no page: a conflict
        self._write(obj, version, None)
        super().log_deletions(request, [obj])

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Not yet: like a correction, a deletion takes the participant's lock first and then the audit's. The other way round
        the two could wait for each other."""
        return []

    def _write(
        self, record: SyncedRecord, base_version: int, parsed: Parsed | None, entered: Mapping[str, str] | None = None
    ) -> None:
        """Within the page's transaction, together with the entry in the audit. Raises `NotStored`."""
        change = Change(self.record_type, record.uid, base_version, parsed)
        (outcome,) = write_records(user_id=record.user_id, changes=[change], now=timezone.now())
        if outcome.status != ("deleted" if parsed is None else "replaced"):
            reason = outcome.errors[0].detail if outcome.errors else CHANGED_MEANWHILE
            raise NotStored(reason, entered or {})


def in_words(value: Any) -> str:
    """A value of a form, for reading."""
    if isinstance(value, list):
        parts = [
            " ".join(map(in_words, filter(None, part.values()))) if isinstance(part, dict) else part for part in value
        ]
        return ", ".join(parts) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
