"""Goals: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import InvalidRecord, Text40, plain_number
from tracker.goals import MOST_TARGETS, most
from tracker.models import PracticeGoal
from tracker.record_types.marks import no_reference
from tracker.record_types.times import read_week
from tracker.scoring.protocol import PRACTICES, Practice
from tracker.scoring.weeks import Week

HUNDREDTH = Decimal("0.01")
PracticeCode = Annotated[Text40, Meta(extra_json_schema={"enum": list(PRACTICES)})]
GoalAmount = Annotated[
    Decimal,
    Meta(
        description=f"In the practice's unit: more than 0, at most {MOST_TARGETS} times the protocol's target; kept in"
        " hundredths, rounded half up."
    ),
]
WeeklyStep = Annotated[
    Decimal, Meta(description="Added in each week that follows; may be negative. Kept in hundredths.")
]


class GoalWire(Struct, forbid_unknown_fields=True, frozen=True):
    """What a practice should come to in a week, from one week on. Of each practice, the goal of the latest week counts; of two
    of the same week the one with the larger id. `until_amount` is where the steps end."""

    id: UUID
    practice: PracticeCode
    from_week: Annotated[str, Meta(description="Such as 2026-W48.")]
    amount: GoalAmount
    weekly_step: WeeklyStep | None = None
    until_amount: GoalAmount | None = None


def parse(wire: GoalWire, reference: None) -> Parsed:
    practice = PRACTICES.get(wire.practice)
    if practice is None:
        raise InvalidRecord(FieldError("/practice", "unknown_practice", "There is no such practice."))
    try:
        week = read_week(wire.from_week)
    except ValueError as error:
        raise InvalidRecord(FieldError("/from_week", "malformed_week", str(error))) from error
    amount = _amount("/amount", wire.amount, practice)
    step = None if wire.weekly_step is None else _step(wire.weekly_step, practice)
    until = None if wire.until_amount is None else _amount("/until_amount", wire.until_amount, practice)
    if until is not None:
        if not step:
            raise InvalidRecord(FieldError("/until_amount", "unexpected", "Only steps have an end."))
        if (until - amount) * step < 0:
            raise InvalidRecord(FieldError("/until_amount", "out_of_range", "The steps lead away from it."))
    content = {
        "practice": practice.code,
        "from_week": week.monday,
        "amount": amount,
        "weekly_step": step,
        "until_amount": until,
    }
    said = (practice.code, week.monday, *(_said(given) for given in (wire.amount, wire.weekly_step, wire.until_amount)))
    return Parsed(content, said)


def _amount(pointer: str, given: Decimal, practice: Practice) -> Decimal:
    at_most = most(practice)
    if not given.is_finite() or not 0 < given <= at_most:
        detail = f"Expected more than 0 and at most {at_most} {practice.unit}."
        raise InvalidRecord(FieldError(pointer, "out_of_range", detail))
    return max(given.quantize(HUNDREDTH, ROUND_HALF_UP), HUNDREDTH)


def _step(given: Decimal, practice: Practice) -> Decimal:
    at_most = most(practice)
    if not given.is_finite() or not abs(given) <= at_most:
        detail = f"Expected at most {at_most} {practice.unit} more or less."
        raise InvalidRecord(FieldError("/weekly_step", "out_of_range", detail))
    return given.quantize(HUNDREDTH, ROUND_HALF_UP)


def _said(given: Decimal | None) -> Decimal | None:
    return None if given is None else given.normalize()


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "practice": row["practice"],
        "from_week": str(Week(row["from_week"])),
        "amount": plain_number(row["amount"]),
        "weekly_step": _number(row["weekly_step"]),
        "until_amount": _number(row["until_amount"]),
        "version": row["version"],
    }


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else plain_number(value)


GOAL = RecordType(
    name="goal",
    model=PracticeGoal,
    wire=GoalWire,
    reference=no_reference,
    parse=parse,
    document=document,
    date_column=None,  # no week is scored by it
    read_only=frozenset({"version"}),
)
