"""The project's catalogue files into the catalogue's tables. Entries are added and updated by code; none is removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import models, transaction

from backend.sync.wire import plain_number
from tracker.catalogue.entries import intensity_of
from tracker.catalogue.files import (
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)
from tracker.models import CognitiveActivity, ExerciseActivity, Food


@transaction.atomic
def load_catalogue() -> dict[str, int]:
    """Safe to run again; returns how many entries each list has in the files."""
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
        "exercise activities": _store(ExerciseActivity, exercise),
        "cognitive activities": _store(CognitiveActivity, cognitive),
        "foods": _store(Food, foods),
    }


def _store(model: type[models.Model], entries: Sequence[models.Model]) -> int:
    fields = [
        field.name for field in model._meta.concrete_fields if not field.primary_key and field.name != "retired_at"
    ]
    model._default_manager.bulk_create(entries, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(entries)
