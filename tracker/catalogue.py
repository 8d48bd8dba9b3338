"""What a log freezes of the catalogue, looked up for a whole batch at once: in the tables, or in the project's own files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import Q

from tracker.catalogue_files import (
    intensity_of,
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)
from tracker.models import CognitiveActivity, ExerciseActivity, Food

PLATFORMS = ("healthkit:", "health_connect:")
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
    code: str
    food_group: str | None


def find_exercise_activities(names: Collection[str]) -> dict[str, ExerciseEntry]:
    """The activities behind codes and platform type names (and `other`, for those that nobody knows): one query."""
    found: dict[str, ExerciseEntry] = {}
    rows = ExerciseActivity.objects.filter(
        Q(code__in={*names, OTHER}) | Q(platform_names__overlap=list(names))
    ).values_list("code", "intensity", "strength", "balance", "platform_names")
    for code, intensity, strength, balance, platform_names in rows:
        entry = ExerciseEntry(code, intensity, strength, balance)
        found.update(dict.fromkeys((code, *platform_names), entry))
    return found


def find_cognitive_activities(codes: Collection[str]) -> dict[str, CognitiveEntry]:
    rows = CognitiveActivity.objects.filter(code__in=set(codes)).values_list("code", "category")
    return {code: CognitiveEntry(code, category) for code, category in rows}


def find_foods(codes: Collection[str]) -> dict[str, FoodEntry]:
    if not codes:
        return {}
    rows = Food.objects.filter(code__in=set(codes)).values_list("code", "food_group")
    return {code: FoodEntry(code, food_group) for code, food_group in rows}


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
    return {food.code: FoodEntry(food.code, food.food_group) for food in read_foods()}
