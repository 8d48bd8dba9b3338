"""What the server knows of each device's synchronisation, and of changes that it refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from backend.accounts.models import Device, User
from backend.api.problems import FieldError
from backend.sync.epochs import CURRENT_EPOCH
from backend.sync.models import DeviceSync, RefusedChange, SyncCounter

KEPT = timedelta(days=30)
KEPT_AT_MOST = 200
MAX_SKEW = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which change was refused, and why. The type and the id as far as they could be made out."""

    record_type: str
    uid: UUID | None
    error: FieldError

    @property
    def pointer(self) -> str:
        """Where; for a field that there is not, only what it was in: its name is content."""
        pointer = self.error.pointer
        return (pointer.rpartition("/")[0] if self.error.code == "unknown_field" else pointer)[:200]


def clock_skew(client_now: datetime | None, *, now: datetime) -> timedelta | None:
    return None if client_now is None else client_now - now


def note_push(device: Device, *, skew: timedelta | None, now: datetime) -> int:
    """Returns the server's epoch. Losing this note in a crash matters to nobody, so it doesn't wait for the disk."""
    seconds = None if skew is None else max(-MAX_SKEW, min(MAX_SKEW, round(skew.total_seconds())))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_devicesync AS sync (device_id, user_id, last_push_at, clock_skew_seconds)"
            " VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (device_id) DO UPDATE SET last_push_at = EXCLUDED.last_push_at,"
            " clock_skew_seconds = COALESCE(EXCLUDED.clock_skew_seconds, sync.clock_skew_seconds)"
            f" RETURNING {CURRENT_EPOCH}, set_config('synchronous_commit', 'off', true)",
            [device.pk, device.user_id, now, seconds],
        )
        return int(cursor.fetchone()[0])


def note_pull(device: Device, *, seq: int, now: datetime) -> None:
    DeviceSync.objects.bulk_create(
        [DeviceSync(device=device, user_id=device.user_id, last_pull_at=now, pulled_seq=seq)],
        update_conflicts=True,
        unique_fields=["device"],
        update_fields=["last_pull_at", "pulled_seq"],
    )


def note_refusals(device: Device, refusals: Sequence[Refusal], *, now: datetime) -> None:
    """Keep the latest of a participant's, for 30 days. The same one again is the same row."""
    different = {(refusal.record_type, refusal.uid, refusal.error.code, refusal.pointer) for refusal in refusals}
    in_order = sorted(different, key=repr)[:KEPT_AT_MOST]  # so that two pushes don't deadlock
    rows = [
        RefusedChange(
            user_id=device.user_id, device=device, record_type=name, uid=uid, code=code, pointer=pointer, refused_at=now
        )
        for name, uid, code, pointer in in_order
    ]
    RefusedChange.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "device", "record_type", "uid", "code", "pointer"],
        update_fields=["refused_at"],
    )
    kept = RefusedChange.objects.filter(user_id=device.user_id).order_by("-refused_at", "-id")
    oldest = kept.values_list("refused_at", flat=True)[KEPT_AT_MOST - 1 : KEPT_AT_MOST].first()
    if oldest is not None:
        kept.filter(refused_at__lt=oldest).delete()


def forget_old_refusals(*, now: datetime) -> int:
    """Of everybody; returns how many."""
    count, _ = RefusedChange.objects.filter(refused_at__lt=now - KEPT).delete()
    return count


def sync_status(user: User, current: Device, *, now: datetime) -> dict[str, Any]:
    """For "why didn't my log count?": the signed-in devices, and what was refused in the last 30 days."""
    newest = SyncCounter.objects.filter(user=user).values_list("seq", flat=True).first() or 0
    devices = Device.objects.filter(user=user).signed_in(now=now).order_by("-created_at")
    own = DeviceSync.objects.filter(device=OuterRef("pk"))
    fields = ("last_push_at", "last_pull_at", "pulled_seq", "clock_skew_seconds")
    described = devices.annotate(**{name: Subquery(own.values(name)) for name in fields})
    refused = RefusedChange.objects.filter(user=user, refused_at__gte=now - KEPT).order_by("-refused_at", "-id")
    return {
        "server_now": now,
        "devices": [
            _device_document(device, current, newest) for device in described.values("id", "name", "platform", *fields)
        ],
        "refused": [_refusal_document(row) for row in refused[:KEPT_AT_MOST]],
    }


def _device_document(device: dict[str, Any], current: Device, newest: int) -> dict[str, Any]:
    return {
        "id": device["id"],
        "name": device["name"],
        "platform": device["platform"],
        "current": device["id"] == current.pk,
        "last_push_at": device["last_push_at"],
        "last_pull_at": device["last_pull_at"],
        "changes_behind": max(0, newest - (device["pulled_seq"] or 0)),
        "clock_skew_seconds": device["clock_skew_seconds"],
    }


def _refusal_document(row: RefusedChange) -> dict[str, Any]:
    return {
        "type": row.record_type,
        "id": row.uid,
        "code": row.code,
        "pointer": row.pointer,
        "refused_at": row.refused_at,
        "device_id": row.device_id,
    }
