"""For staff who look into what an app has sent: counters, devices, and what was refused."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import ModelAdmin

from backend.audit.participant_rows import ParticipantRowsAdmin
from backend.read_only_admin import ReadOnlyAdmin
from backend.sync.models import DeviceSync, RefusedChange, RemovedOrigin, ServerEpoch, SyncCounter


@admin.register(SyncCounter)
class SyncCounterAdmin(ParticipantRowsAdmin):
    participant = "pk"
    list_display = ("user", "seq")
    ordering = ("-user",)


@admin.register(DeviceSync)
class DeviceSyncAdmin(ParticipantRowsAdmin):
    list_display = ("user", "device", "last_push_at", "last_pull_at", "pulled_seq", "clock_skew_seconds")
    list_select_related = ("user", "device")
    ordering = ("-device",)


@admin.register(RefusedChange)
class RefusedChangeAdmin(ParticipantRowsAdmin):
    list_display = ("user", "record_type", "uid", "code", "pointer", "refused_at")
    list_filter = ("code", "record_type")
    ordering = ("-id",)


@admin.register(RemovedOrigin)
class RemovedOriginAdmin(ParticipantRowsAdmin):
    list_display = ("user", "platform", "external_id", "removed_at")
    list_filter = ("platform",)
    ordering = ("-id",)


@admin.register(ServerEpoch)
class ServerEpochAdmin(ReadOnlyAdmin, ModelAdmin):  # type: ignore[type-arg]
    list_display = ("number", "started_at")
    ordering = ("-number",)
