"""Exercise logs: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import (
    Instant,
    InvalidRecord,
    Note,
    Origin,
    Text80,
    Text120,
    ZoneName,
    plain_number,
)
from tracker.catalogue.lookup import OTHER, PLATFORMS, ExerciseEntry, find_exercise_activities
from tracker.models import ExerciseLog
from tracker.record_types.same_sessions import settle_sessions
from tracker.record_types.times import (
    MAX_DURATION_SECONDS,
    Reference,
    canonical_time,
    local_datetime,
    log_document,
    read_time,
    refuse_future,
)

UNKNOWN_TYPE = "unknown_platform_type"
DurationSeconds = Annotated[
    int, Meta(gt=0, le=MAX_DURATION_SECONDS, description="Active time in seconds, pauses left out.")
]


class ExerciseLogWire(Struct, forbid_unknown_fields=True, frozen=True):
    """An exercise session. `activity` is a catalogue code, or a HealthKit or Health Connect type name."""

    id: UUID
    activity: Text80
    started_at: Instant
    duration_seconds: DurationSeconds
    time_zone: ZoneName | None = None
    ended_at: Instant | None = None
    effort: Literal["light", "moderate", "vigorous"] | None = None
    distance_m: Annotated[Decimal, Meta(description="Metres.")] | None = None
    activity_name: Text120 | None = None
    note: Note = ""
    separate_session: Annotated[
        bool, Meta(description="Real, although another source has a session at the same time.")
    ] = False
    origin: Origin | None = None


def parse(wire: ExerciseLogWire, reference: Reference[ExerciseEntry]) -> Parsed:
    start = read_time("/started_at", wire.started_at, time_zone=wire.time_zone, home_zone=reference.home_zone)
    flags = list(start.flags)
    entry, unknown = read_activity("/activity", wire.activity, reference.entries)
    name = wire.activity_name
    if unknown:
        name = name or wire.activity
        flags += unknown
    elif wire.activity == OTHER and (name or "").startswith(PLATFORMS):
        flags.append(UNKNOWN_TYPE)  # as we showed it, sent back
    ended_at = _ended_at(wire, start.instant, reference)
    content = {
        "activity": entry.code,
        "activity_name": name,
        "started_at": start.instant,
        "utc_offset": start.utc_offset_seconds,
        "time_zone": wire.time_zone,
        "local_date": start.local_date,
        "ended_at": ended_at,
        "duration_seconds": wire.duration_seconds,
        "effort": wire.effort,
        "distance_m": _distance(wire.distance_m),
        "note": wire.note,
        "separate_session": wire.separate_session,
        "duplicate_of": None,
        "intensity": wire.effort or entry.intensity,
        "strength": entry.strength,
        "balance": entry.balance,
    }
    said = (
        wire.activity,
        canonical_time(wire.started_at, start),
        wire.time_zone,
        ended_at,
        wire.duration_seconds,
        wire.effort,
        None if wire.distance_m is None else wire.distance_m.normalize(),
        wire.activity_name,
        wire.note,
        # Only if it is said: what was hashed before there was this field stays the same.
        *(["separate_session"] if wire.separate_session else []),
    )
    return Parsed(content, said, tuple(flags), wire.origin)


def read_activity(
    pointer: str, activity: str, entries: Mapping[str, ExerciseEntry]
) -> tuple[ExerciseEntry, tuple[str, ...]]:
    """The entry behind a code or a platform's name; of a name that nobody knows it is `other`, with a flag."""
    entry = entries.get(activity)
    if entry is not None:
        return entry, ()
    if not activity.startswith(PLATFORMS):
        raise InvalidRecord(FieldError(pointer, "unknown_activity", "There is no such exercise activity."))
    return entries[OTHER], (UNKNOWN_TYPE,)


def _ended_at(wire: ExerciseLogWire, started_at: datetime, reference: Reference[ExerciseEntry]) -> datetime | None:
    if wire.ended_at is None:
        refuse_future("/started_at", started_at + timedelta(seconds=wire.duration_seconds), reference.now)
        return None
    end = read_time("/ended_at", wire.ended_at, time_zone=wire.time_zone, home_zone=reference.home_zone)
    if end.instant < started_at:
        raise InvalidRecord(FieldError("/ended_at", "ends_before_start", "The end lies before the start."))
    refuse_future("/ended_at", end.instant, reference.now)
    return end.instant


def _distance(distance: Decimal | None) -> Decimal | None:
    if distance is None:
        return None
    if not distance.is_finite() or not 0 <= distance < 10_000_000:
        raise InvalidRecord(FieldError("/distance_m", "out_of_range", "Expected 0 to 9 999 999 metres."))
    return distance.quantize(Decimal("0.1"))


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    ended_at, distance = row["ended_at"], row["distance_m"]
    return {
        "id": row["uid"],
        "activity": row["activity"],
        "activity_name": row["activity_name"],
        "started_at": local_datetime(row["started_at"], row["utc_offset"]),
        "ended_at": None if ended_at is None else local_datetime(ended_at, row["utc_offset"]),
        "duration_seconds": row["duration_seconds"],
        "effort": row["effort"],
        "distance_m": None if distance is None else plain_number(distance),
        "separate_session": row["separate_session"],
        **log_document(row),
        "duplicate_of": row["duplicate_of"],
    }


def reference(user: User, wires: Sequence[ExerciseLogWire], now: datetime | None) -> Reference[ExerciseEntry]:
    names = {wire.activity for wire in wires}
    return Reference(user.home_time_zone, find_exercise_activities(names), now)


EXERCISE_LOG = RecordType(
    name="exercise_log",
    model=ExerciseLog,
    wire=ExerciseLogWire,
    reference=reference,
    parse=parse,
    document=document,
    settle=settle_sessions,
)
