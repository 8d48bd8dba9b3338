"""The page on which staff say what they need participants' data for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from backend.audit.models import Action, Entry
from backend.audit.purposes import Purpose, PurposeForm, state_purpose, stated_purpose
from backend.audit.recording import record_request


def purpose_page(request: HttpRequest, context: dict[str, Any], *, back: str) -> HttpResponse:
    """Ask, keep the answer in the session and in the audit, and go back to where it was needed."""
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        state_purpose(request, Purpose(form.cleaned_data["purpose"]), form.cleaned_data["note"], now=timezone.now())
        record_request(request, Action.PURPOSE, Entry._meta.label_lower, what={})
        return HttpResponseRedirect(back)
    status = 422 if form.errors else 200
    context = {**context, "title": "Purpose", "form": form, "back": back, "stated_purpose": stated_purpose(request)}
    return render(request, "audit/purpose.html", context, status=status)
