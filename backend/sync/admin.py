"""The counters of changes, for staff who look into what an app has sent."""

from __future__ import annotations

from django.contrib import admin

from backend.audit.participant_rows import ParticipantRowsAdmin
from backend.sync.models import SyncCounter


@admin.register(SyncCounter)
class SyncCounterAdmin(ParticipantRowsAdmin):
    participant = "pk"
    list_display = ("user", "seq")
    ordering = ("-user",)
