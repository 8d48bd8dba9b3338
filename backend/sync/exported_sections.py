"""What synchronisation holds about a participant, for the export."""

from __future__ import annotations

from backend.privacy.sections import Column, Section, leave_out, register_section
from backend.sync.models import DeviceSync, RefusedChange, RemovedOrigin

DEVICE_SYNCS = Section(
    "device_syncs",
    "How your devices stood.",
    (
        Column("device_id", "The device's number."),
        Column("last_push_at", "When it last sent changes."),
        Column("last_pull_at", "When it last had everything."),
        Column("pulled_seq", "Up to which of your changes it had them."),
        Column("clock_skew_seconds", "How far its clock was ahead of the server's.", "seconds"),
    ),
    model=DeviceSync,
    left_out={"user_id": "You."},
)
REFUSED_CHANGES = Section(
    "refused_changes",
    "What devices sent that could not be taken, of the last 30 days: which and why, not what it said.",
    (
        Column("record_type", "What it was."),
        Column("uid", "Its id."),
        Column("code", "Why it was refused."),
        Column("pointer", "Which part of it."),
        Column("refused_at", "When it last was."),
        Column("device_id", "The device that sent it."),
    ),
    model=RefusedChange,
    left_out={"id": "An internal number.", "user_id": "You."},
)
REMOVED_ORIGINS = Section(
    "removed_origins",
    "What Health Connect or HealthKit reported as deleted before it ever came here.",
    (
        Column("platform", "Where from."),
        Column("external_id", "Its id there."),
        Column("removed_at", "When it was reported."),
    ),
    model=RemovedOrigin,
    left_out={"id": "An internal number.", "user_id": "You."},
)


def register_all() -> None:
    for section in (DEVICE_SYNCS, REFUSED_CHANGES, REMOVED_ORIGINS):
        register_section(section)
    leave_out("sync.synccounter", "A counter that puts your changes in order.")
