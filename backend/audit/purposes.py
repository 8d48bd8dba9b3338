"""What staff look at participants' data for: stated once, kept in the session for some hours, and part of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

SESSION_KEY = "audit_purpose"
NOTE_LENGTH = 80


class Purpose(models.TextChoices):
    SUPPORT = "support_request", "A participant's support request"
    QUALITY = "data_quality", "Data quality"
    SAFETY = "safety", "Safety"
    RESEARCH = "research_administration", "Research administration"
    OTHER = "other", "Something else"


@dataclass(frozen=True, slots=True)
class StatedPurpose:
    purpose: Purpose
    note: str
    until: datetime

    def __str__(self) -> str:
        """As it goes into the audit."""
        return f"{self.purpose.value}: {self.note}" if self.note else self.purpose.value

    @property
    def label(self) -> str:
        return f"{self.purpose.label}: {self.note}" if self.note else str(self.purpose.label)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        choices=Purpose, widget=forms.RadioSelect, label="What do you need participants' data for?"
    )
    note = forms.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        help_text="A ticket number, say. No names and no addresses: it is kept for good. Needed for “something else”.",
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"].strip()
        if "@" in note:
            raise forms.ValidationError("No addresses, please: what is written here outlives the account it is about.")
        return note

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("purpose") == Purpose.OTHER and not self.cleaned_data.get("note", "x"):
            self.add_error("note", "Say in a few words what for.")


def state_purpose(request: HttpRequest, purpose: Purpose, note: str, *, now: datetime) -> StatedPurpose:
    """Keep it for `AUDIT_PURPOSE_HOURS`."""
    until = now + timedelta(hours=settings.AUDIT_PURPOSE_HOURS)
    request.session[SESSION_KEY] = {"purpose": purpose.value, "note": note, "until": until.isoformat()}
    return StatedPurpose(purpose, note, until)


def stated_purpose(request: HttpRequest) -> StatedPurpose | None:
    """What this session has stated, if that still holds."""
    kept = request.session.get(SESSION_KEY)
    if kept is None:
        return None
    stated = StatedPurpose(Purpose(kept["purpose"]), kept["note"], datetime.fromisoformat(kept["until"]))
    return stated if stated.until > timezone.now() else None
