"""What a log freezes of the catalogue, looked up for a whole batch at once: in the tables, or in the project's own files.

Every push looks here: by statements that are planned once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import msgspec

from backend.postgres.prepared import fetch_all
from tracker.catalogue.entries import intensity_of, only_group
from tracker.catalogue.files import (
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)

PLATFORMS = ("healthkit:", "health_connect:", "fit:")
OTHER = "other"


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    code: str
    intensity: str | None
    strength: bool
    balance: bool


@dataclass(frozen=True, slots=True)
class CognitiveEntry:
    code: str
    category: str


@dataclass(frozen=True, slots=True)
class FoodEntry:
    """`gives`: hundredths of servings of each food group in one household measure."""

    code: str
    gives: Mapping[str, int]

    @property
    def food_group(self) -> str | None:
        return only_group(self.gives)


_EXERCISE = """
SELECT code, intensity, strength, balance, platform_names FROM tracker_exerciseactivity
 WHERE code = ANY(%(names)s) OR platform_names && %(names)s::varchar[]"""
_COGNITIVE = "SELECT code, category FROM tracker_cognitiveactivity WHERE code = ANY(%(codes)s)"
_FOODS = "SELECT code, gives FROM tracker_food WHERE code = ANY(%(codes)s)"


def find_exercise_activities(names: Collection[str]) -> dict[str, ExerciseEntry]:
    """The activities behind codes and platform type names (and `other`, for those that nobody knows): one query."""
    found: dict[str, ExerciseEntry] = {}
    for code, intensity, strength, balance, platform_names in fetch_all(_EXERCISE, {"names": [*names, OTHER]}):
        entry = ExerciseEntry(code, intensity, strength, balance)
        found.update(dict.fromkeys((code, *platform_names), entry))
    return found


def find_cognitive_activities(codes: Collection[str]) -> dict[str, CognitiveEntry]:
    return {row[0]: CognitiveEntry(*row) for row in fetch_all(_COGNITIVE, {"codes": list(codes)})}


def find_foods(codes: Collection[str]) -> dict[str, FoodEntry]:
    if not codes:
        return {}
    rows = fetch_all(_FOODS, {"codes": list(codes)})
    return {code: _food_entry(code, msgspec.json.decode(gives, type=dict[str, Decimal])) for code, gives in rows}


def _food_entry(code: str, gives: Mapping[str, Decimal]) -> FoodEntry:
    return FoodEntry(code, {group: int(servings * 100) for group, servings in gives.items()})


@cache
def exercise_entries_in_files() -> Mapping[str, ExerciseEntry]:
    entries = {
        activity.code: ExerciseEntry(activity.code, intensity_of(activity.met), activity.strength, activity.balance)
        for activity in read_exercise_activities()
    }
    return entries | {name: entries[code] for name, code in read_platform_names().items()}


@cache
def cognitive_entries_in_files() -> Mapping[str, CognitiveEntry]:
    return {a.code: CognitiveEntry(a.code, a.category) for a in read_cognitive_activities()}


@cache
def food_entries_in_files() -> Mapping[str, FoodEntry]:
    return {food.code: _food_entry(food.code, food.gives) for food in read_foods()}
