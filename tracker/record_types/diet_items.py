"""The items of a meal or of a meal's template: what apps send of each, what is kept of it, what it counts for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Meta, Struct

from backend.api.problems import FieldError
from backend.sync.wire import InvalidRecord, Text80, Text120, plain_number
from tracker.catalogue.entries import MOST_GIVEN
from tracker.catalogue.lookup import FoodEntry
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
    """A `food` of the catalogue, a `food_group`, or something of the participant's own, by `name`.

    How much: `servings`, or for anything but a food group `measures`, household measures (1 if neither is given). A food of
    several groups has no servings of its own: they are then taken as measures. `gives`, for one's own, is what one measure
    holds of each group, and `own_food` the id of the `own_food` that it was; both are kept as they were sent, so that a meal
    stays what it was when it was eaten.
    """

    servings: Servings | None = None
    food: Text80 | None = None
    food_group: FoodGroup | None = None
    measures: Servings | None = None
    name: Text120 | None = None
    own_food: UUID | None = None
    gives: dict[FoodGroup, Servings] | None = None


def read_item(pointer: str, item: DietItem, foods: Mapping[str, FoodEntry]) -> tuple[dict[str, Any], dict[str, int]]:
    """What is kept of an item, and the hundredths of servings of each food group that it counts for.

    Raises `InvalidRecord`, with pointers that begin with `pointer`.
    """
    if item.name is not None or item.own_food is not None or item.gives is not None:
        return _own(pointer, item)
    if item.food is None:
        return _group(pointer, item)
    entry = foods.get(item.food)
    if entry is None:
        raise InvalidRecord(FieldError(f"{pointer}/food", "unknown_food", "There is no such food."))
    food_group = item.food_group or entry.food_group
    kept: dict[str, Any] = {"food": item.food, "food_group": food_group, "servings": None}
    if item.measures is None and item.servings is not None and (item.food_group is not None or len(entry.gives) < 2):
        amount = _amount(f"{pointer}/servings", item.servings)
        kept["servings"] = amount.number
        return kept, {} if food_group is None else {food_group: amount.hundredths}
    measures = _measures(pointer, item)
    counted = _times(entry.gives, measures)
    kept["food_group"] = entry.food_group
    if entry.food_group is not None:
        kept["servings"] = plain_number(Decimal(counted[entry.food_group]) / 100)
    return {**kept, "measures": measures.number}, counted


def of_other_group(item: DietItem, foods: Mapping[str, FoodEntry]) -> bool:
    """Whether servings of a food are said to be of a group that the catalogue doesn't, or no longer, have it in."""
    if item.food is None or item.food_group is None or item.measures is not None:
        return False
    return item.food_group not in foods[item.food].gives


def _group(pointer: str, item: DietItem) -> tuple[dict[str, Any], dict[str, int]]:
    if item.food_group is None:
        raise InvalidRecord(
            FieldError(f"{pointer}/food", "required", "Give a food, a food group or a name of your own.")
        )
    if item.measures is not None:
        detail = "A food group has servings; only foods have household measures."
        raise InvalidRecord(FieldError(f"{pointer}/measures", "unexpected", detail))
    if item.servings is None:
        raise InvalidRecord(FieldError(f"{pointer}/servings", "required", "This field is required."))
    amount = _amount(f"{pointer}/servings", item.servings)
    kept = {"food": None, "food_group": item.food_group, "servings": amount.number}
    return kept, {item.food_group: amount.hundredths}


def _own(pointer: str, item: DietItem) -> tuple[dict[str, Any], dict[str, int]]:
    if item.name is None:
        raise InvalidRecord(FieldError(f"{pointer}/name", "required", "What is one's own has a name."))
    for field in ("food", "food_group"):
        if getattr(item, field) is not None:
            detail = "What has a name of its own is neither a food of the catalogue nor a group."
            raise InvalidRecord(FieldError(f"{pointer}/{field}", "unexpected", detail))
    gives = read_gives(f"{pointer}/gives", item.gives or {})
    measures = _measures(pointer, item)
    kept = {
        "food": None,
        "food_group": None,
        "servings": None,
        "measures": measures.number,
        "name": item.name,
        "own_food": item.own_food,
        "gives": {group: amount.number for group, amount in gives.items()},
    }
    return kept, _times({group: amount.hundredths for group, amount in gives.items()}, measures)


def read_gives(pointer: str, gives: Mapping[FoodGroup, Decimal]) -> dict[str, Amount]:
    """What one household measure of somebody's own food holds, in the order of the food groups."""
    read: dict[str, Amount] = {}
    for group in sorted(gives, key=FOOD_GROUPS.index):
        read[group] = _amount(f"{pointer}/{group}", gives[group], at_most=MOST_GIVEN)
    return read


def servings_of(hundredths: Sequence[int]) -> dict[str, int | float]:
    """What a meal counts for, by food group; those that it has nothing of are left out."""
    counted = zip(FOOD_GROUPS, hundredths, strict=True)
    return {group: amount / 100 if amount % 100 else amount // 100 for group, amount in counted if amount}


def said_item(item: DietItem) -> Any:
    """One canonical form of what was said. Items without the newer fields are hashed as they were before there were any."""
    if item.measures is None and item.name is None and item.servings is not None:
        return (item.food, item.food_group, item.servings.normalize())
    servings = item.servings if item.measures is None else item.measures
    amount = None if servings is None else servings.normalize()
    return (item.food, "measures", amount, item.name, item.own_food, said_gives(item.gives or {}))


def said_gives(gives: Mapping[FoodGroup, Decimal]) -> list[tuple[str, Decimal]]:
    return sorted((group, amount.normalize()) for group, amount in gives.items())


def unread_item(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A kept item, to be said once more. Servings are of the group that they were of; measures hold what they hold today."""
    if kept.get("name") is not None:
        said = ["name", "measures", "own_food", "gives"]
    elif kept["food"] is None:
        said = ["food_group", "servings"]
    else:
        said = ["food", "food_group", "servings"] if kept.get("measures") is None else ["food", "measures"]
    return {name: kept[name] for name in said}


def item_in_words(item: Mapping[str, Any]) -> str:
    """A kept item, for staff: `lentil_soup x 2`, `berries 1.5`."""
    what = item.get("name") or item["food"] or item["food_group"]
    measures = item.get("measures")
    return f"{what} {item['servings']:g}" if measures is None else f"{what} x {measures:g}"


def _measures(pointer: str, item: DietItem) -> Amount:
    if item.measures is not None:
        return _amount(f"{pointer}/measures", item.measures)
    return _amount(f"{pointer}/servings", Decimal(1) if item.servings is None else item.servings)


def _times(gives: Mapping[str, int], measures: Amount) -> dict[str, int]:
    """Hundredths, rounded half up, but never to nothing."""
    return {group: max((each * measures.hundredths + 50) // 100, 1) for group, each in gives.items()}


class Amount(NamedTuple):
    """Of servings or measures, as they are counted and as they are shown."""

    hundredths: int
    number: int | float


def _amount(pointer: str, given: Decimal, *, at_most: int = MAX_SERVINGS) -> Amount:
    """A float that an app has added up, such as 0.30000000000000004, is no reason to lose a meal."""
    if not given.is_finite() or not 0 < given <= at_most:
        raise InvalidRecord(FieldError(pointer, "out_of_range", f"Expected more than 0 and at most {at_most}."))
    return _kept(max(given.quantize(HUNDREDTH, ROUND_HALF_UP), HUNDREDTH))


@lru_cache(4096)
def _kept(amount: Decimal) -> Amount:
    return Amount(int(amount * 100), plain_number(amount))
