"""Day marks and week confirmations. There is one for a date or a week, so its id is made from it (UUIDv5) and two phones
agree; taking one back means emptying it, because a deleted id could never be used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import Struct

from backend.accounts.models import User
from backend.api.parameters import FIRST_YEAR, LAST_YEAR
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import InvalidRecord
from tracker.models import DayMark, WeekConfirmation
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week

RECORD_ID_NAMESPACE = uuid5(NAMESPACE_URL, "urn:engram:record-ids")
Domain = Literal["exercise", "cognitive", "diet"]


def day_mark_id(day: date) -> UUID:
    return uuid5(RECORD_ID_NAMESPACE, day.isoformat())


def week_confirmation_id(week: Week) -> UUID:
    return uuid5(RECORD_ID_NAMESPACE, str(week))


class DayMarkWire(Struct, forbid_unknown_fields=True, frozen=True):
    """For one local date: excused or not, and the domains in which there was nothing to log."""

    date: date
    id: UUID | None = None
    excused: bool = False
    nothing: frozenset[Domain] = frozenset()


class WeekConfirmationWire(Struct, forbid_unknown_fields=True, frozen=True):
    """The domains of a week for which everything is logged."""

    week: str
    id: UUID | None = None
    domains: frozenset[Domain] = frozenset()


def parse_day_mark(wire: DayMarkWire, reference: None) -> Parsed:
    check_id(wire.id, day_mark_id(wire.date))
    if not FIRST_YEAR <= wire.date.year <= LAST_YEAR:
        detail = f"Expected a year from {FIRST_YEAR} to {LAST_YEAR}."
        raise InvalidRecord(FieldError("/date", "out_of_range", detail))
    nothing = sorted(wire.nothing)
    content = {"local_date": wire.date, "excused": wire.excused, "nothing": nothing}
    return Parsed(content, (wire.date, wire.excused, nothing))


def parse_week_confirmation(wire: WeekConfirmationWire, reference: None) -> Parsed:
    try:
        week = read_week(wire.week)
    except ValueError as error:
        raise InvalidRecord(FieldError("/week", "malformed_week", str(error))) from error
    check_id(wire.id, week_confirmation_id(week))
    domains = sorted(wire.domains)
    return Parsed({"week": week.monday, "domains": domains}, (week.monday, domains))


def check_id(given: UUID | None, expected: UUID) -> None:
    if given not in (None, expected):
        raise InvalidRecord(FieldError("/id", "other_id", f"The id of this one is {expected}."))


def day_mark_document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "date": row["local_date"],
        "excused": row["excused"],
        "nothing": row["nothing"],
        "version": row["version"],
        "week": str(Week.of(row["local_date"])),
    }


def week_confirmation_document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "week": str(Week(row["week"])),
        "domains": row["domains"],
        "version": row["version"],
    }


def no_reference(user: User, wires: Sequence[Any], now: datetime | None) -> None:
    """Marks are read against nothing."""


DAY_MARK = RecordType(
    name="day_mark",
    model=DayMark,
    wire=DayMarkWire,
    reference=no_reference,
    parse=parse_day_mark,
    document=day_mark_document,
    read_only=frozenset({"version", "week"}),
    deletable=False,
)
WEEK_CONFIRMATION = RecordType(
    name="week_confirmation",
    model=WeekConfirmation,
    wire=WeekConfirmationWire,
    reference=no_reference,
    parse=parse_week_confirmation,
    document=week_confirmation_document,
    date_column="week",
    read_only=frozenset({"version"}),
    deletable=False,
)
