"""Diet logs: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Meta, Struct

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import Instant, InvalidRecord, Note, Origin, Text80, ZoneName, plain_number
from tracker.catalogue import FoodEntry, find_foods
from tracker.models import DietLog
from tracker.record_types.times import (
    Reference,
    canonical_time,
    local_datetime,
    log_document,
    read_time,
    refuse_future,
)
from tracker.scoring.protocol import FOOD_GROUPS

MAX_ITEMS = 40
MAX_SERVINGS = 1000  # what a column of hundredths can hold forty of, with room to spare
HUNDREDTH = Decimal("0.01")
Servings = Annotated[
    Decimal, Meta(description=f"More than 0, at most {MAX_SERVINGS}; kept in hundredths, rounded half up.")
]
FoodGroup = Literal[
    "leafy_greens",
    "other_vegetables",
    "berries",
    "nuts",
    "beans",
    "whole_grains",
    "fish",
    "olive_oil",
]


class DietItem(Struct, forbid_unknown_fields=True, frozen=True):
    """A food of the catalogue, or a food group, and how many servings of it."""

    servings: Servings
    food: Text80 | None = None
    food_group: FoodGroup | None = None


class DietLogWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A meal."""

    id: UUID
    eaten_at: Instant
    meal: Literal["breakfast", "lunch", "dinner", "snack"]
    items: Annotated[tuple[DietItem, ...], Meta(max_length=MAX_ITEMS)]
    time_zone: ZoneName | None = None
    note: Note = ""
    origin: Origin | None = None


def parse(wire: DietLogWire, reference: Reference[FoodEntry]) -> Parsed:
    time = read_time("/eaten_at", wire.eaten_at, time_zone=wire.time_zone, home_zone=reference.home_zone)
    refuse_future("/eaten_at", time.instant, reference.now)
    items = []
    servings = [0] * len(FOOD_GROUPS)
    for index, item in enumerate(wire.items):
        amount = _amount(item.servings)
        if amount is None:
            detail = f"Expected more than 0 and at most {MAX_SERVINGS}."
            raise InvalidRecord(FieldError(f"/items/{index}/servings", "out_of_range", detail))
        food_group = _food_group(index, item, reference)
        items.append({"food": item.food, "food_group": food_group, "servings": amount.number})
        if food_group is not None:
            servings[FOOD_GROUPS.index(food_group)] += amount.hundredths
    content = {
        "eaten_at": time.instant,
        "utc_offset": time.utc_offset_seconds,
        "time_zone": wire.time_zone,
        "local_date": time.local_date,
        "meal": wire.meal,
        "items": items,
        "note": wire.note,
        "servings": servings,
    }
    said = (
        canonical_time(wire.eaten_at, time),
        wire.time_zone,
        wire.meal,
        [(item.food, item.food_group, item.servings.normalize()) for item in wire.items],
        wire.note,
    )
    return Parsed(content, said, time.flags, wire.origin)


def _food_group(index: int, item: DietItem, reference: Reference[FoodEntry]) -> str | None:
    """None for a food that is kept and counts for nothing."""
    if item.food is None:
        if item.food_group is None:
            raise InvalidRecord(FieldError(f"/items/{index}/food", "required", "Give a food or a food group."))
        return item.food_group
    entry = reference.entries.get(item.food)
    if entry is None:
        raise InvalidRecord(FieldError(f"/items/{index}/food", "unknown_food", "There is no such food."))
    if item.food_group not in (None, entry.food_group):
        raise InvalidRecord(
            FieldError(f"/items/{index}/food_group", "other_food_group", "The food belongs to another group.")
        )
    return entry.food_group


class _Amount(NamedTuple):
    hundredths: int
    number: int | float


def _amount(servings: Decimal) -> _Amount | None:
    """What is kept and counted, None if that is out of range."""
    if not servings.is_finite() or not 0 < servings <= MAX_SERVINGS:
        return None
    return _rounded(servings)


@lru_cache(4096)
def _rounded(servings: Decimal) -> _Amount:
    """A float that an app has added up, such as 0.30000000000000004, is no reason to lose a meal."""
    kept = max(servings.quantize(HUNDREDTH, ROUND_HALF_UP), HUNDREDTH)
    return _Amount(int(kept * 100), plain_number(kept))


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "eaten_at": local_datetime(row["eaten_at"], row["utc_offset"]),
        "meal": row["meal"],
        "items": row["items"],
        **log_document(row),
    }


def reference(user: User, wires: Sequence[DietLogWire], now: datetime) -> Reference[FoodEntry]:
    codes = {item.food for wire in wires for item in wire.items if item.food is not None}
    return Reference(user.home_time_zone, find_foods(codes), now)


DIET_LOG = RecordType(
    name="diet_log",
    model=DietLog,
    wire=DietLogWire,
    reference=reference,
    parse=parse,
    document=document,
)
