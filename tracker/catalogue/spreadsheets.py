"""The catalogue's tables as the lines of spreadsheets and back: what the project's files hold, what staff export and import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from backend.sync.wire import plain_number
from tracker.catalogue import entries
from tracker.catalogue.columns import (
    COGNITIVE_COLUMNS,
    EXERCISE_COLUMNS,
    FOOD_COLUMNS,
    MAX_LENGTH,
    PLATFORM_NAME,
    Row,
    cognitive_activity,
    exercise_activity,
    food,
)
from tracker.catalogue.entries import LANGUAGES, intensity_of
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.models.catalogue import CatalogueEntry

Entry = TypeVar("Entry", bound=CatalogueEntry)
Line = dict[str, str]


def exercise_entry(entry: entries.ExerciseActivity, platform_names: Iterable[str]) -> ExerciseActivity:
    return ExerciseActivity(
        code=entry.code,
        labels=entry.labels,
        synonyms=_lists(entry.synonyms),
        source=entry.source,
        met=entry.met,
        compendium_code=entry.compendium_code,
        intensity=intensity_of(entry.met),
        strength=entry.strength,
        balance=entry.balance,
        category=entry.category,
        platform_names=sorted(platform_names),
    )


def cognitive_entry(entry: entries.CognitiveActivity) -> CognitiveActivity:
    return CognitiveActivity(
        code=entry.code,
        labels=entry.labels,
        synonyms=_lists(entry.synonyms),
        category=entry.category,
        usually_social=entry.usually_social,
        examples=_lists(entry.examples),
    )


def food_entry(entry: entries.Food) -> Food:
    return Food(
        code=entry.code,
        labels=entry.labels,
        synonyms=_lists(entry.synonyms),
        source=entry.source,
        category=entry.category,
        gives={group: plain_number(servings) for group, servings in entry.gives.items()},
        household_measures=entry.household_measures,
        common=entry.common,
    )


def _lists(texts: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {language: list(some) for language, some in texts.items()}


@dataclass(frozen=True)
class Spreadsheet(Generic[Entry]):
    """A list of the catalogue as lines: `read` raises `CatalogueFileError`, and `line` is what `read` would read."""

    model: type[Entry]
    columns: tuple[str, ...]
    read: Callable[[Row], Entry]
    texts: Callable[[Any], Mapping[str, Any]]

    def line(self, entry: Entry) -> Line:
        own = self.texts(entry)
        return {column: _text(own[column] if column in own else getattr(entry, column)) for column in self.columns}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(value) if isinstance(value, list | tuple) else str(value)


def _by_language(column: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{column}_{language}": values.get(language, "") for language in LANGUAGES}


def _words(entry: CatalogueEntry) -> dict[str, Any]:
    return {**_by_language("label", entry.labels), **_by_language("synonyms", entry.synonyms)}


def _read_exercise(row: Row) -> ExerciseActivity:
    names = row.texts("platform_names")
    if wrong := [name for name in names if not PLATFORM_NAME.fullmatch(name) or len(name) > MAX_LENGTH]:
        raise row.error(f"platform_names has a form that isn't expected: {wrong[0]!r}")
    return exercise_entry(exercise_activity(row), names)


def _food_texts(entry: Food) -> dict[str, Any]:
    gives = ";".join(f"{group}:{servings}" for group, servings in entry.gives.items())
    return {**_words(entry), **_by_language("household_measure", entry.household_measures), "gives": gives}


EXERCISE_SPREADSHEET = Spreadsheet(ExerciseActivity, (*EXERCISE_COLUMNS, "platform_names"), _read_exercise, _words)
COGNITIVE_SPREADSHEET = Spreadsheet(
    CognitiveActivity,
    COGNITIVE_COLUMNS,
    lambda row: cognitive_entry(cognitive_activity(row)),
    lambda entry: {**_words(entry), **_by_language("examples", entry.examples)},
)
FOOD_SPREADSHEET = Spreadsheet(Food, FOOD_COLUMNS, lambda row: food_entry(food(row)), _food_texts)
