"""The project's catalogue files into the catalogue's tables. Entries are added and updated by code; none is removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from tracker.catalogue.changing import Changed, Entry, change_entries, changed_by_staff
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
def load_catalogue(*, overwrite: bool = False) -> dict[str, Changed]:
    """Safe to run again, as every deployment does: what staff have changed stays as they left it, unless `overwrite`.

    Returns, for each list, what the files brought.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, code in read_platform_names().items():
        names[code].append(name)
    exercise = [exercise_entry(entry, names[entry.code]) for entry in read_exercise_activities()]
    cognitive = [cognitive_entry(entry) for entry in read_cognitive_activities()]
    foods = [food_entry(entry) for entry in read_foods()]
    return {
        "exercise activities": _bring(ExerciseActivity, exercise, overwrite),
        "cognitive activities": _bring(CognitiveActivity, cognitive, overwrite),
        "foods": _bring(Food, foods, overwrite),
    }


def _bring(model: type[Entry], entries: Sequence[Entry], overwrite: bool) -> Changed:
    leave = set() if overwrite else changed_by_staff(model)
    return change_entries(model, entries, by=None, reason=REASON, leave=leave)
