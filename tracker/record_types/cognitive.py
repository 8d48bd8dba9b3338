"""Cognitive logs: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import Instant, InvalidRecord, Note, Origin, Text80, Text120, ZoneName
from tracker.catalogue.lookup import CognitiveEntry, find_cognitive_activities
from tracker.models import CognitiveLog
from tracker.record_types.exercise import DurationSeconds
from tracker.record_types.times import (
    Reference,
    canonical_time,
    local_datetime,
    log_document,
    read_time,
    refuse_future,
)


class CognitiveLogWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A cognitive activity. `social`: it was done together with somebody."""

    id: UUID
    activity: Text80
    started_at: Instant
    duration_seconds: DurationSeconds
    social: bool = False
    time_zone: ZoneName | None = None
    activity_name: Text120 | None = None
    note: Note = ""
    origin: Origin | None = None


def parse(wire: CognitiveLogWire, reference: Reference[CognitiveEntry]) -> Parsed:
    start = read_time("/started_at", wire.started_at, time_zone=wire.time_zone, home_zone=reference.home_zone)
    entry = read_cognitive_activity("/activity", wire.activity, reference.entries)
    refuse_future("/started_at", start.instant + timedelta(seconds=wire.duration_seconds), reference.now)
    content = {
        "activity": entry.code,
        "activity_name": wire.activity_name,
        "started_at": start.instant,
        "utc_offset": start.utc_offset_seconds,
        "time_zone": wire.time_zone,
        "local_date": start.local_date,
        "duration_seconds": wire.duration_seconds,
        "social": wire.social,
        "note": wire.note,
        "category": entry.category,
    }
    said = (
        wire.activity,
        canonical_time(wire.started_at, start),
        wire.time_zone,
        wire.duration_seconds,
        wire.social,
        wire.activity_name,
        wire.note,
    )
    return Parsed(content, said, start.flags, wire.origin)


def read_cognitive_activity(pointer: str, code: str, entries: Mapping[str, CognitiveEntry]) -> CognitiveEntry:
    """Raises `InvalidRecord`."""
    if (entry := entries.get(code)) is None:
        raise InvalidRecord(FieldError(pointer, "unknown_activity", "There is no such cognitive activity."))
    return entry


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "activity": row["activity"],
        "activity_name": row["activity_name"],
        "started_at": local_datetime(row["started_at"], row["utc_offset"]),
        "duration_seconds": row["duration_seconds"],
        "social": row["social"],
        **log_document(row),
    }


def reference(user: User, wires: Sequence[CognitiveLogWire], now: datetime | None) -> Reference[CognitiveEntry]:
    codes = {wire.activity for wire in wires}
    return Reference(user.home_time_zone, find_cognitive_activities(codes), now)


COGNITIVE_LOG = RecordType(
    name="cognitive_log",
    model=CognitiveLog,
    wire=CognitiveLogWire,
    reference=reference,
    parse=parse,
    document=document,
)
