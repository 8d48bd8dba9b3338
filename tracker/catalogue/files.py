"""The first catalogue, read from `data/catalogue/*.csv`: what can be logged, in which words, and what each thing counts as.

A file is taken whole or refused with its name and line: a half-read catalogue would score logs wrongly and in silence.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tracker.catalogue.columns import (
    COGNITIVE_COLUMNS,
    EXERCISE_COLUMNS,
    FOOD_COLUMNS,
    PLATFORM_NAME,
    PLATFORM_NAME_COLUMNS,
    CatalogueFileError,
    Row,
    cognitive_activity,
    exercise_activity,
    food,
)
from tracker.catalogue.entries import CognitiveActivity, ExerciseActivity, Food

FOLDER = Path(__file__).parent.parent / "data" / "catalogue"

Entry = TypeVar("Entry")


@cache
def read_exercise_activities(folder: Path = FOLDER) -> tuple[ExerciseActivity, ...]:
    """Raises CatalogueFileError."""
    return _read(folder / "exercise_activities.csv", EXERCISE_COLUMNS, exercise_activity)


@cache
def read_platform_names(folder: Path = FOLDER) -> Mapping[str, str]:
    """The activity code behind each type name of HealthKit, Health Connect and FIT. Raises CatalogueFileError."""
    codes = {activity.code for activity in read_exercise_activities(folder)}

    def pair(row: Row) -> tuple[str, str]:
        return row.key(PLATFORM_NAME), row.one_of("activity", codes)

    return MappingProxyType(dict(_read(folder / "exercise_platform_names.csv", PLATFORM_NAME_COLUMNS, pair)))


@cache
def read_cognitive_activities(folder: Path = FOLDER) -> tuple[CognitiveActivity, ...]:
    """Raises CatalogueFileError."""
    return _read(folder / "cognitive_activities.csv", COGNITIVE_COLUMNS, cognitive_activity)


@cache
def read_foods(folder: Path = FOLDER) -> tuple[Food, ...]:
    """Raises CatalogueFileError."""
    return _read(folder / "foods.csv", FOOD_COLUMNS, food)


def _read(path: Path, columns: Sequence[str], make: Callable[[Row], Entry]) -> tuple[Entry, ...]:
    """Every line as an entry, in the file's order; a key may stand in a file once."""
    entries: dict[str, Entry] = {}
    for row in _rows(path, columns):
        key = next(iter(row.values.values()))
        if key in entries:
            raise row.error(f"{key!r} is there twice")
        entries[key] = make(row)
    return tuple(entries.values())


def _rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    content = path.read_bytes()
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueFileError(path.name, line, "the text is not UTF-8") from error
    for number, text in enumerate(lines or [""], start=1):
        try:
            (fields,) = csv.reader([text], strict=True)
        except (csv.Error, ValueError) as error:
            raise CatalogueFileError(path.name, number, "this is not a line of CSV") from error
        if number == 1 and fields != list(columns):
            raise CatalogueFileError(path.name, number, f"the columns should be {', '.join(columns)}")
        if len(fields) != len(columns):
            raise CatalogueFileError(path.name, number, f"{len(fields)} fields instead of {len(columns)}")
        if number > 1:
            yield Row(path.name, number, dict(zip(columns, fields, strict=True)))
