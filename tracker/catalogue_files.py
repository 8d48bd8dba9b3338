"""The project's own catalogue: CSV files under `data/catalogue`, read strictly. MET values are the Compendium's, 2024."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TypeVar

from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS

FOLDER = Path(__file__).parent / "data" / "catalogue"
LANGUAGES = ("en", "es")
LIGHT_BELOW, VIGOROUS_FROM = Decimal(3), Decimal(6)

Row = dict[str, str]
Entry = TypeVar("Entry")


class CatalogueFileError(ValueError):
    """A line of a catalogue file that can't be taken: which file, which line, and why."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{file}, line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class ExerciseActivity:
    """`met` is None where no value is certain: then the participant's own effort decides."""

    code: str
    labels: dict[str, str]
    met: Decimal | None
    compendium_code: str | None
    strength: bool
    balance: bool
    category: str
    synonyms: dict[str, list[str]]
    source: str


@dataclass(frozen=True, slots=True)
class CognitiveActivity:
    code: str
    labels: dict[str, str]
    category: str
    usually_social: bool
    synonyms: dict[str, list[str]]
    examples: str


@dataclass(frozen=True, slots=True)
class Food:
    """`food_group` is None for food that is kept and doesn't count for a practice."""

    code: str
    labels: dict[str, str]
    food_group: str | None
    household_measure: dict[str, str]
    servings_per_measure: Decimal
    synonyms: dict[str, list[str]]
    source: str


def intensity_of(met: Decimal | None) -> str | None:
    """Light below 3 MET, moderate from 3 to below 6, vigorous from 6; None without a value."""
    if met is None:
        return None
    if met < LIGHT_BELOW:
        return "light"
    return "moderate" if met < VIGOROUS_FROM else "vigorous"


@cache
def read_exercise_activities(folder: Path = FOLDER) -> tuple[ExerciseActivity, ...]:
    def read(row: Row) -> ExerciseActivity:
        met = _decimal(row["met"]) if row["met"] else None
        if (met is None) != (row["compendium_code"] == ""):
            raise ValueError("A MET value comes with its Compendium code, and without one there is none.")
        return ExerciseActivity(
            code=row["code"],
            labels=_labels(row),
            met=met,
            compendium_code=row["compendium_code"] or None,
            strength=_flag(row["strength"]),
            balance=_flag(row["balance"]),
            category=row["category"],
            synonyms=_synonyms(row),
            source=row["source"],
        )

    return _unique(folder / "exercise_activities.csv", read)


@cache
def read_platform_names(folder: Path = FOLDER) -> dict[str, str]:
    """From a HealthKit or Health Connect type name to the code of an activity."""
    codes = {activity.code for activity in read_exercise_activities(folder)}
    file = folder / "exercise_platform_names.csv"
    names: dict[str, str] = {}
    for line, row in _rows(file):
        if row["activity"] not in codes:
            raise CatalogueFileError(file.name, line, f"There is no activity {row['activity']}.")
        if row["platform_name"] in names:
            raise CatalogueFileError(file.name, line, f"{row['platform_name']} appears twice.")
        names[row["platform_name"]] = row["activity"]
    return names


@cache
def read_cognitive_activities(folder: Path = FOLDER) -> tuple[CognitiveActivity, ...]:
    def read(row: Row) -> CognitiveActivity:
        if row["category"] not in COGNITIVE_CATEGORIES:
            raise ValueError(f"There is no category {row['category']}.")
        return CognitiveActivity(
            code=row["code"],
            labels=_labels(row),
            category=row["category"],
            usually_social=_flag(row["usually_social"]),
            synonyms=_synonyms(row),
            examples=row["examples_en"],
        )

    return _unique(folder / "cognitive_activities.csv", read)


@cache
def read_foods(folder: Path = FOLDER) -> tuple[Food, ...]:
    def read(row: Row) -> Food:
        group = row["food_group"] or None
        if group is not None and group not in FOOD_GROUPS:
            raise ValueError(f"There is no food group {group}.")
        return Food(
            code=row["code"],
            labels=_labels(row),
            food_group=group,
            household_measure={language: row[f"household_measure_{language}"] for language in LANGUAGES},
            servings_per_measure=_decimal(row["servings_per_measure"]),
            synonyms=_synonyms(row),
            source=row["source"],
        )

    return _unique(folder / "foods.csv", read)


def _rows(file: Path) -> Iterator[tuple[int, Row]]:
    with file.open(encoding="utf-8", newline="") as opened:
        for line, row in enumerate(csv.DictReader(opened, strict=True), start=2):
            if None in row or None in row.values():
                raise CatalogueFileError(file.name, line, "Another number of columns than the first line.")
            yield line, row


def _unique(file: Path, read: Callable[[Row], Entry]) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for line, row in _rows(file):
        if row["code"] in entries:
            raise CatalogueFileError(file.name, line, f"{row['code']} appears twice.")
        try:
            entries[row["code"]] = read(row)
        except ValueError as error:
            raise CatalogueFileError(file.name, line, str(error)) from error
    return tuple(entries.values())


def _labels(row: Row) -> dict[str, str]:
    labels = {language: row[f"label_{language}"] for language in LANGUAGES}
    if not all(labels.values()):
        raise ValueError("A label is missing.")
    return labels


def _synonyms(row: Row) -> dict[str, list[str]]:
    return {language: [text for text in row[f"synonyms_{language}"].split("|") if text] for language in LANGUAGES}


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"Expected 0 or 1, not {text!r}.")
    return text == "1"


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number.") from error
    if not value.is_finite() or value <= 0:
        raise ValueError(f"Expected a number above 0, not {text}.")
    return value
