"""Diet logs: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal
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
    items = [_item(f"/items/{index}", item, reference) for index, item in enumerate(wire.items)]
    servings = [0] * len(FOOD_GROUPS)
    for item in items:
        if item["food_group"] is not None:
            servings[FOOD_GROUPS.index(item["food_group"])] += int(item["servings"] * 100)
    content = {
        "eaten_at": time.instant,
        "utc_offset": time.utc_offset_seconds,
        "time_zone": wire.time_zone,
        "local_date": time.local_date,
        "meal": wire.meal,
        "items": [{**item, "servings": plain_number(item["servings"])} for item in items],
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


def _item(pointer: str, item: DietItem, reference: Reference[FoodEntry]) -> dict[str, Any]:
    """The item with its food's group. A food that counts for nothing is kept, without one."""
    servings = _hundredths(f"{pointer}/servings", item.servings)
    if item.food is None:
        if item.food_group is None:
            raise InvalidRecord(FieldError(f"{pointer}/food", "required", "Give a food or a food group."))
        return {"food": None, "food_group": item.food_group, "servings": servings}
    entry = reference.entries.get(item.food)
    if entry is None:
        raise InvalidRecord(FieldError(f"{pointer}/food", "unknown_food", "There is no such food."))
    if item.food_group not in (None, entry.food_group):
        raise InvalidRecord(
            FieldError(f"{pointer}/food_group", "other_food_group", "The food belongs to another group.")
        )
    return {"food": item.food, "food_group": entry.food_group, "servings": servings}


def _hundredths(pointer: str, servings: Decimal) -> Decimal:
    """What is kept and counted. A float that an app has added up, such as 0.30000000000000004, is no reason to lose a meal."""
    if not servings.is_finite() or not 0 < servings <= MAX_SERVINGS:
        raise InvalidRecord(FieldError(pointer, "out_of_range", f"Expected more than 0 and at most {MAX_SERVINGS}."))
    return max(servings.quantize(HUNDREDTH, ROUND_HALF_UP), HUNDREDTH)


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
