"""The project's catalogue files into the catalogue's tables. Entries are added and updated by code; none is removed."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from tracker.catalogue.changing import Changed, change_entries
from tracker.catalogue.files import (
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)
from tracker.catalogue.spreadsheets import cognitive_entry, exercise_entry, food_entry
from tracker.models import CognitiveActivity, ExerciseActivity, Food

REASON = "From the project's files"


@transaction.atomic
def load_catalogue() -> dict[str, Changed]:
    """Safe to run again: returns, for each list, what the files brought."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, code in read_platform_names().items():
        names[code].append(name)
    exercise = [exercise_entry(entry, names[entry.code]) for entry in read_exercise_activities()]
    cognitive = [cognitive_entry(entry) for entry in read_cognitive_activities()]
    foods = [food_entry(entry) for entry in read_foods()]
    return {
        "exercise activities": change_entries(ExerciseActivity, exercise, by=None, reason=REASON),
        "cognitive activities": change_entries(CognitiveActivity, cognitive, by=None, reason=REASON),
        "foods": change_entries(Food, foods, by=None, reason=REASON),
    }
