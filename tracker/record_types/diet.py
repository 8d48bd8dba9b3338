"""Diet logs: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.accounts.models import User
from backend.sync.records import READ_ONLY_FIELDS, Parsed, RecordType
from backend.sync.wire import Instant, Note, Origin, ZoneName
from tracker.catalogue.lookup import FoodEntry, find_foods
from tracker.models import DietLog
from tracker.record_types.diet_items import MAX_ITEMS, DietItem, of_other_group, read_item, said_item, servings_of
from tracker.record_types.times import (
    Reference,
    canonical_time,
    local_datetime,
    log_document,
    read_time,
    refuse_future,
)
from tracker.scoring.protocol import FOOD_GROUPS

Meal = Literal["breakfast", "lunch", "dinner", "snack"]
DietItems = Annotated[tuple[DietItem, ...], Meta(max_length=MAX_ITEMS)]


OTHER_FOOD_GROUP = "other_food_group"


class DietLogWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A meal."""

    id: UUID
    eaten_at: Instant
    meal: Meal
    items: DietItems
    time_zone: ZoneName | None = None
    note: Note = ""
    origin: Origin | None = None


def parse(wire: DietLogWire, reference: Reference[FoodEntry]) -> Parsed:
    time = read_time("/eaten_at", wire.eaten_at, time_zone=wire.time_zone, home_zone=reference.home_zone)
    refuse_future("/eaten_at", time.instant, reference.now)
    items = []
    servings = [0] * len(FOOD_GROUPS)
    for index, item in enumerate(wire.items):
        kept, counted = read_item(f"/items/{index}", item, reference.entries)
        items.append(kept)
        for food_group, hundredths in counted.items():
            servings[FOOD_GROUPS.index(food_group)] += hundredths
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
        [said_item(item) for item in wire.items],
        wire.note,
    )
    flags = time.flags
    if any(of_other_group(item, reference.entries) for item in wire.items):
        flags += (OTHER_FOOD_GROUP,)
    return Parsed(content, said, flags, wire.origin)


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "eaten_at": local_datetime(row["eaten_at"], row["utc_offset"]),
        "meal": row["meal"],
        "items": row["items"],
        "servings": servings_of(row["servings"]),
        **log_document(row),
    }


def reference(user: User, wires: Sequence[DietLogWire], now: datetime | None) -> Reference[FoodEntry]:
    codes = {item.food for wire in wires for item in wire.items if item.food is not None}
    return Reference(user.home_time_zone, find_foods(codes), now)


DIET_LOG = RecordType(
    name="diet_log",
    model=DietLog,
    wire=DietLogWire,
    reference=reference,
    parse=parse,
    document=document,
    read_only=READ_ONLY_FIELDS | {"servings"},
)
