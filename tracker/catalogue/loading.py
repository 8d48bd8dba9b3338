"""The project's catalogue files into the catalogue's tables. Entries are added and updated by code; none is removed."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from backend.sync.wire import plain_number
from tracker.catalogue.changing import Changed, change_entries
from tracker.catalogue.entries import intensity_of
from tracker.catalogue.files import (
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)
from tracker.models import CognitiveActivity, ExerciseActivity, Food

REASON = "From the project's files"


@transaction.atomic
def load_catalogue() -> dict[str, Changed]:
    """Safe to run again: returns, for each list, what the files brought."""
    platform_names: dict[str, list[str]] = defaultdict(list)
    for name, code in read_platform_names().items():
        platform_names[code].append(name)
    exercise = [
        ExerciseActivity(
            code=entry.code,
            labels=entry.labels,
            synonyms=entry.synonyms,
            source=entry.source,
            met=entry.met,
            compendium_code=entry.compendium_code,
            intensity=intensity_of(entry.met),
            strength=entry.strength,
            balance=entry.balance,
            category=entry.category,
            platform_names=sorted(platform_names[entry.code]),
        )
        for entry in read_exercise_activities()
    ]
    cognitive = [
        CognitiveActivity(
            code=entry.code,
            labels=entry.labels,
            synonyms=entry.synonyms,
            category=entry.category,
            usually_social=entry.usually_social,
            examples=entry.examples,
        )
        for entry in read_cognitive_activities()
    ]
    foods = [
        Food(
            code=entry.code,
            labels=entry.labels,
            synonyms=entry.synonyms,
            source=entry.source,
            category=entry.category,
            gives={group: plain_number(servings) for group, servings in entry.gives.items()},
            household_measures=entry.household_measures,
            common=entry.common,
        )
        for entry in read_foods()
    ]
    return {
        "exercise activities": change_entries(ExerciseActivity, exercise, by=None, reason=REASON),
        "cognitive activities": change_entries(CognitiveActivity, cognitive, by=None, reason=REASON),
        "foods": change_entries(Food, foods, by=None, reason=REASON),
    }
