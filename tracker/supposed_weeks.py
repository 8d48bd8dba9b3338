"""A week as it would be with some records more, or with others in place of what is stored: for whoever plans, or wonders.

Records are read as a push reads them, but they may lie in the future, and none is stored: PostgreSQL refuses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from backend.accounts.models import User
from backend.api.problems import FieldError, Invalid
from backend.postgres.read_only import storing_nothing
from backend.sync.records import Parsed, RecordType
from backend.sync.stored_rows import live_rows, removed_origins, rows_by_id, rows_by_origin
from backend.sync.wire import InvalidRecord, read_wire
from tracker.hidden_numbers import as_wanted
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG, WEEK_CONFIRMATION
from tracker.record_types.marks import RECORD_ID_NAMESPACE
from tracker.scoring.records import WeekRecords
from tracker.scoring.weekly import WeeklyScore, explain_week, score_week
from tracker.scoring.weeks import Week
from tracker.sessions import Session, find_duplicates
from tracker.week_change_words import change_words
from tracker.week_documents import explained_document, tenths
from tracker.week_records import (
    StoredWeek,
    cognitive_record,
    day_mark,
    diet_record,
    exercise_record,
    read_weeks,
)
from tracker.week_words import week_words

MAX_RECORDS = 50
# Each type, and the field that says which week a record is of.
TYPES: Mapping[str, tuple[RecordType, str]] = {
    EXERCISE_LOG.name: (EXERCISE_LOG, "/started_at"),
    COGNITIVE_LOG.name: (COGNITIVE_LOG, "/started_at"),
    DIET_LOG.name: (DIET_LOG, "/eaten_at"),
    DAY_MARK.name: (DAY_MARK, "/date"),
    WEEK_CONFIRMATION.name: (WEEK_CONFIRMATION, "/week"),
}
Wires = Mapping[RecordType, Sequence[tuple[int, Any]]]


@dataclass(frozen=True, slots=True)
class Supposed:
    """Records by type and id, the later of the same id standing; marks and confirmations by their date or week."""

    records: Mapping[str, Mapping[UUID, Parsed]]

    def of(self, record_type: RecordType) -> Mapping[UUID, Parsed]:
        return self.records.get(record_type.name, {})


def what_if(user: User, week: Week, entries: Sequence[Any], *, language: str) -> dict[str, Any]:
    """The week's document with these records, and what they would change. Raises `Invalid` with pointers to them."""
    with storing_nothing():
        supposed = read_supposed(user, week, entries)
        stored = read_weeks([(user.pk, week)])[user.pk, week]
        with_them = suppose(user, stored, supposed)
    before = score_week(stored.records, stored.facts)
    after, logs = explain_week(with_them.records, with_them.facts)
    words = week_words(language, hide_numbers=user.hide_numbers)
    document = explained_document(after, logs, with_them.flags, language=language, words=words, goals=stored.goals)
    document["changes"] = None
    difference = difference_document(before, after)
    difference["words"] = change_words(language, hide_numbers=user.hide_numbers).supposed(before, after)
    return {
        "week": as_wanted(document, hide_numbers=user.hide_numbers),
        "difference": as_wanted(difference, hide_numbers=user.hide_numbers),
    }


def difference_document(before: WeeklyScore, after: WeeklyScore) -> dict[str, Any]:
    return {
        "score": {"before": tenths(before.score), "after": tenths(after.score)},
        "domains": [
            {"domain": old.domain, "before": tenths(old.score), "after": tenths(new.score)}
            for old, new in zip(before.domains, after.domains, strict=True)
        ],
    }


def read_supposed(user: User, week: Week, entries: Sequence[Any]) -> Supposed:
    """What records are read against is looked up once for each type. Every record at fault is named."""
    errors: list[FieldError] = []
    wires: dict[RecordType, list[tuple[int, Any]]] = defaultdict(list)
    for index, entry in enumerate(entries):
        try:
            record_type, wire = _wire(entry, index, week)
            wires[record_type].append((index, wire))
        except InvalidRecord as error:
            errors += _within(index, error)
    records: dict[str, dict[UUID, Parsed]] = {}
    for record_type, group in wires.items():
        reference = record_type.reference(user, [wire for _, wire in group], None)
        parsed: dict[UUID, Parsed] = {}
        for index, wire in group:
            try:
                read = record_type.parse(wire, reference)
                _refuse_other_week(record_type, read, week)
            except InvalidRecord as error:
                errors += _within(index, error)
                continue
            parsed.pop(wire.id, None)
            parsed[wire.id or _made_id(index)] = read
        records[record_type.name] = parsed
    if errors:
        raise Invalid(errors=errors)
    return Supposed(records)


def _wire(entry: Any, index: int, week: Week) -> tuple[RecordType, Any]:
    if not isinstance(entry, dict):
        raise InvalidRecord(FieldError("", "type", "Expected an object."))
    name = entry.get("type")
    if not isinstance(name, str) or name not in TYPES:
        raise InvalidRecord(FieldError("/type", "unknown_choice", f"Expected one of {', '.join(TYPES)}."))
    record_type, _ = TYPES[name]
    record = {key: value for key, value in entry.items() if key != "type"}
    if record_type is WEEK_CONFIRMATION:
        record.setdefault("week", str(week))
    elif record_type is not DAY_MARK:
        record.setdefault("id", str(_made_id(index)))
    return record_type, read_wire(record_type.wire, record, read_only=record_type.read_only)


def _made_id(index: int) -> UUID:
    """For a record that was given none: always the same, so that the same question has the same answer."""
    return uuid5(RECORD_ID_NAMESPACE, f"supposed:{index}")


def _refuse_other_week(record_type: RecordType, parsed: Parsed, week: Week) -> None:
    other = Week.of(parsed.content[str(record_type.date_column)])
    if other != week:
        raise InvalidRecord(FieldError(TYPES[record_type.name][1], "other_week", f"This is of {other}."))


def _within(index: int, error: InvalidRecord) -> list[FieldError]:
    return [FieldError(f"/records/{index}{one.pointer}", one.code, one.detail) for one in error.errors]


def suppose(user: User, stored: StoredWeek, supposed: Supposed) -> StoredWeek:
    """The week with these records. What comes from an origin that is known by another id says nothing new, as in a push."""
    records = stored.records
    exercise = _new(user, EXERCISE_LOG, supposed)
    cognitive = _new(user, COGNITIVE_LOG, supposed)
    diet = _new(user, DIET_LOG, supposed)
    marks = {mark.day: mark for mark in records.marks}
    marks |= {(mark := day_mark(parsed.content)).day: mark for parsed in supposed.of(DAY_MARK).values()}
    confirmed = [parsed.content["domains"] for parsed in supposed.of(WEEK_CONFIRMATION).values()]
    new = WeekRecords(
        week=records.week,
        exercise=(
            *(log for log in records.exercise if UUID(log.id) not in exercise),
            *(exercise_record(str(uid), parsed.content) for uid, parsed in exercise.items()),
        ),
        cognitive=(
            *(log for log in records.cognitive if UUID(log.id) not in cognitive),
            *(cognitive_record(str(uid), parsed.content) for uid, parsed in cognitive.items()),
        ),
        diet=(
            *(log for log in records.diet if UUID(log.id) not in diet),
            *(diet_record(str(uid), parsed.content) for uid, parsed in diet.items()),
        ),
        marks=tuple(marks.values()),
        confirmed=frozenset(confirmed[-1]) if confirmed else records.confirmed,
    )
    flags = dict(stored.flags)
    for uid, parsed in (*exercise.items(), *cognitive.items(), *diet.items()):
        flags[str(uid)] = list(parsed.flags)
    return StoredWeek(_settled(user, new, exercise), stored.facts, flags, stored.goals)


def _new(user: User, record_type: RecordType, supposed: Supposed) -> dict[UUID, Parsed]:
    """Without those that a push could not add: deleted ids stay deleted, as do origins that a platform has reported gone, and
    an origin has one id, stored or before them."""
    ids: dict[tuple[str, str], UUID] = {}
    chosen = dict(supposed.of(record_type))
    for row in rows_by_id(record_type, user.pk, list(chosen)) if chosen else ():
        if row["deleted_at"] is not None:
            del chosen[row["uid"]]
    origins = {uid: parsed.origin for uid, parsed in chosen.items() if parsed.origin and parsed.origin.external_id}
    keys = {(origin.platform, str(origin.external_id)) for origin in origins.values()}
    for row in rows_by_origin(record_type, user.pk, keys) if keys else ():
        ids[row["origin_platform"], row["origin_external_id"]] = row["uid"]
    gone = removed_origins(user.pk, keys) if keys else set()
    for uid, origin in origins.items():
        key = (origin.platform, str(origin.external_id))
        if key in gone or ids.setdefault(key, uid) != uid:
            del chosen[uid]
    return chosen


def _settled(user: User, records: WeekRecords, new: Mapping[UUID, Parsed]) -> WeekRecords:
    """With the sessions that several sources tell of, on the dates that the new logs touch, told apart by the same rule."""
    if not new:
        return records
    condition = "local_date BETWEEN %(first)s AND %(last)s OR uid = ANY(%(uids)s)"
    week = records.week
    parameters = {"first": week.first_day, "last": week.last_day, "uids": list(new)}
    stored = {row["uid"]: row for row in live_rows(EXERCISE_LOG, user.pk, condition, parameters)}
    rows = [row for uid, row in stored.items() if uid not in new]
    for uid, parsed in new.items():
        # An origin is set once: what replaces a log keeps the log's.
        origin = stored.get(uid) or {
            "origin_platform": parsed.origin and parsed.origin.platform,
            "origin_app_id": parsed.origin and parsed.origin.app_id,
        }
        rows.append({**origin, **parsed.content, "uid": uid})
    touched = {parsed.content["local_date"] for parsed in new.values()}
    touched |= {stored[uid]["local_date"] for uid in new if uid in stored}
    duplicates: dict[UUID, UUID] = {}
    for day in touched:
        sessions = [Session.of_row(row) for row in rows if row["local_date"] == day]
        duplicates |= find_duplicates(sessions, user.preferred_origins)
    return replace(
        records,
        exercise=tuple(
            replace(log, duplicate_of=str(first) if (first := duplicates.get(UUID(log.id))) else None)
            if log.day in touched
            else log
            for log in records.exercise
        ),
    )
