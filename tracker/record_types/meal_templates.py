"""Templates of meals: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.accounts.models import User
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import Text120
from tracker.catalogue.lookup import FoodEntry, find_foods
from tracker.models import MealTemplate
from tracker.record_types.diet import DietItems, Meal
from tracker.record_types.diet_items import read_item, said_item


class MealTemplateWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A meal to be logged again and again. Its items are those of a diet log; nothing is scored until it is logged."""

    id: UUID
    name: Text120
    items: DietItems
    meal: Meal | None = None


def reference(user: User, wires: Sequence[MealTemplateWire], now: datetime) -> Mapping[str, FoodEntry]:
    return find_foods({item.food for wire in wires for item in wire.items if item.food is not None})


def parse(wire: MealTemplateWire, foods: Mapping[str, FoodEntry]) -> Parsed:
    items = [read_item(f"/items/{index}", item, foods)[0] for index, item in enumerate(wire.items)]
    said = (wire.name, wire.meal, [said_item(item) for item in wire.items])
    return Parsed({"name": wire.name, "meal": wire.meal, "items": items}, said)


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "name": row["name"],
        "meal": row["meal"],
        "items": row["items"],
        "version": row["version"],
    }


MEAL_TEMPLATE = RecordType(
    name="meal_template",
    model=MealTemplate,
    wire=MealTemplateWire,
    reference=reference,
    parse=parse,
    document=document,
    date_column=None,
    read_only=frozenset({"version"}),
)
