"""A week scored from JSON, without a database: for researchers, tests and other people's checks of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from backend.api.json import encode
from backend.api.parameters import FIRST_YEAR
from backend.api.problems import FieldError
from backend.sync.local_time import MalformedTime, known_zone, resolve_local_time
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import InvalidRecord, ZoneName, read_wire
from tracker.catalogue.lookup import (
    cognitive_entries_in_files,
    exercise_entries_in_files,
    food_entries_in_files,
)
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG
from tracker.record_types.marks import Domain
from tracker.record_types.times import Reference, read_week
from tracker.scoring.protocol import PRACTICES
from tracker.scoring.records import (
    CognitiveRecord,
    DayMark,
    DietRecord,
    ExerciseRecord,
    ParticipantFacts,
    WeekRecords,
)
from tracker.scoring.weeks import Week
from tracker.week_documents import week_document
from tracker.week_records import cognitive_record, day_mark, diet_record, exercise_record
from tracker.week_words import week_words


class Profile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    birth_year: int | None = None
    time_zone: ZoneName = "UTC"
    not_applicable: tuple[str, ...] = ()


class Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One participant's week."""

    week: str
    records: tuple[dict[str, Any], ...] = ()
    profile: Profile = Profile()
    confirmed: frozenset[Domain] = frozenset()


@dataclass
class _Collected:
    """The records of one line, as a server would keep them: of the same id the later one stands, wherever it puts the
    record, and of the same origin under two ids the first."""

    week: Week
    home_zone: str
    ids_of_origins: dict[tuple[str, str, str], str] = field(default_factory=dict)
    exercise: dict[str, ExerciseRecord] = field(default_factory=dict)
    cognitive: dict[str, CognitiveRecord] = field(default_factory=dict)
    diet: dict[str, DietRecord] = field(default_factory=dict)
    marks: dict[Any, DayMark] = field(default_factory=dict)
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def forget(self, uid: str) -> None:
        for records in (self.exercise, self.cognitive, self.diet):
            records.pop(uid, None)


def explain_line(line: bytes, number: int, language: str | None = None) -> bytes:
    """The week document of one JSON line, or an error object that says what is wrong with which field; with sentences if
    they are wanted in a language."""
    try:
        data = msgspec.json.decode(line)
        return encode(explain(read_wire(Line, data), language))
    except InvalidRecord as error:
        problem = {"code": "invalid", "errors": [item.document() for item in error.errors]}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = {"code": "malformed_json", "detail": str(error)}
    return encode({"error": {"line": number, **problem}})


def explain(line: Line, language: str | None = None) -> dict[str, Any]:
    """Raises InvalidRecord with pointers into the line."""
    try:
        week = read_week(line.week)
    except ValueError as error:
        raise InvalidRecord(FieldError("/week", "malformed_week", str(error))) from error
    facts = _facts(line.profile, week)
    collected = _Collected(week, line.profile.time_zone)
    references = _references(line.profile.time_zone)
    for index, record in enumerate(line.records):
        _collect(collected, record, references, f"/records/{index}")
    records = WeekRecords(
        week=week,
        exercise=tuple(collected.exercise.values()),
        cognitive=tuple(collected.cognitive.values()),
        diet=tuple(collected.diet.values()),
        marks=tuple(collected.marks.values()),
        confirmed=frozenset(line.confirmed),
    )
    if language is None:
        return week_document(records, facts, collected.flags)
    return week_document(records, facts, collected.flags, language=language, words=week_words(language))


def _facts(profile: Profile, week: Week) -> ParticipantFacts:
    if profile.birth_year is not None and not FIRST_YEAR <= profile.birth_year <= week.iso_year:
        detail = f"Expected a year from {FIRST_YEAR} to the week's."
        raise InvalidRecord(FieldError("/profile/birth_year", "out_of_range", detail))
    if unknown := set(profile.not_applicable) - PRACTICES.keys():
        raise InvalidRecord(FieldError("/profile/not_applicable", "unknown_practice", f"There is no {min(unknown)}."))
    if known_zone(profile.time_zone) is None:
        raise InvalidRecord(FieldError("/profile/time_zone", "unknown_time_zone", "There is no such time zone."))
    return ParticipantFacts(profile.birth_year, frozenset(profile.not_applicable))


def _references(home_zone: str) -> dict[str, Any]:
    return {
        "exercise_log": Reference(home_zone, exercise_entries_in_files(), None),
        "cognitive_log": Reference(home_zone, cognitive_entries_in_files(), None),
        "diet_log": Reference(home_zone, food_entries_in_files(), None),
        "day_mark": None,
    }


def _collect(collected: _Collected, record: dict[str, Any], references: Mapping[str, Any], pointer: str) -> None:
    kind = record.pop("type", None)
    if not isinstance(kind, str) or kind not in _TYPES:
        raise InvalidRecord(FieldError(f"{pointer}/type", "unknown_choice", f"Expected one of {', '.join(_TYPES)}."))
    record_type, add = _TYPES[kind]
    duplicate_of = record.get("duplicate_of")
    try:
        wire: Any = read_wire(record_type.wire, record, read_only=record_type.read_only)
        parsed = record_type.parse(wire, references[kind])
    except InvalidRecord as error:
        if _is_of_another_week(collected, record):
            return
        moved = [FieldError(pointer + item.pointer, item.code, item.detail) for item in error.errors]
        raise InvalidRecord(*moved, **error.members) from error
    uid = str(wire.id)
    if parsed.origin and parsed.origin.external_id:
        origin = (kind, parsed.origin.platform, parsed.origin.external_id)
        if collected.ids_of_origins.setdefault(origin, uid) != uid:
            return
    collected.forget(uid)
    if collected.week.contains(parsed.content["local_date"]):
        add(collected, uid, parsed)
        if isinstance(duplicate_of, str) and uid in collected.exercise:
            collected.exercise[uid] = replace(collected.exercise[uid], duplicate_of=duplicate_of)


def _is_of_another_week(collected: _Collected, record: Mapping[str, Any]) -> bool:
    """Whatever else is wrong with it: records of other weeks change nothing."""
    text, zone = record.get("started_at", record.get("eaten_at")), record.get("time_zone")
    if not isinstance(text, str):
        return False
    try:
        time = resolve_local_time(
            text, time_zone=zone if isinstance(zone, str) else None, home_zone=collected.home_zone
        )
    except MalformedTime:
        return False
    return not collected.week.contains(time.local_date)


def _add_exercise(collected: _Collected, uid: str, parsed: Parsed) -> None:
    collected.exercise[uid] = exercise_record(uid, parsed.content)
    collected.flags[uid] = parsed.flags


def _add_cognitive(collected: _Collected, uid: str, parsed: Parsed) -> None:
    collected.cognitive[uid] = cognitive_record(uid, parsed.content)
    collected.flags[uid] = parsed.flags


def _add_diet(collected: _Collected, uid: str, parsed: Parsed) -> None:
    collected.diet[uid] = diet_record(uid, parsed.content)
    collected.flags[uid] = parsed.flags


def _add_mark(collected: _Collected, uid: str, parsed: Parsed) -> None:
    collected.marks[parsed.content["local_date"]] = day_mark(parsed.content)


_TYPES: dict[str, tuple[RecordType, Callable[[_Collected, str, Parsed], None]]] = {
    "exercise_log": (EXERCISE_LOG, _add_exercise),
    "cognitive_log": (COGNITIVE_LOG, _add_cognitive),
    "diet_log": (DIET_LOG, _add_diet),
    "day_mark": (DAY_MARK, _add_mark),
}
