"""The first catalogue, read from `data/catalogue/*.csv`: what can be logged, in which words, and what each thing counts as.

A file is taken whole or refused with its name and line: a half-read catalogue would score logs wrongly and in silence.
`data/catalogue/README.md` explains the columns and where the facts come from.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS

FOLDER = Path(__file__).parent / "data" / "catalogue"
LANGUAGES = ("en", "es")
EXERCISE_CATEGORIES = (
    "walking",
    "running",
    "cycling",
    "conditioning",
    "strength",
    "mind_body",
    "dance",
    "water",
    "sports",
    "snow_and_ice",
    "everyday",
    "other",
)

# Absolute cut points in METs (WHO guidelines on physical activity and sedentary behaviour, 2020).
MODERATE_FROM = Decimal(3)
VIGOROUS_FROM = Decimal(6)

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
COMPENDIUM_CODE = re.compile(r"\d{5}", re.ASCII)
MET = re.compile(r"\d{1,2}\.\d", re.ASCII)
SERVINGS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
PLATFORM_NAME = re.compile(r"(healthkit|health_connect):[a-z][a-z0-9_]*")
MAX_LENGTH = 80  # of codes and platform names, as the database stores them

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class ExerciseActivity:
    """`met` and `compendium_code` are both there or both None; labels and synonyms are per language."""

    code: str
    labels: dict[str, str]
    met: Decimal | None
    compendium_code: str | None
    strength: bool
    balance: bool
    category: str
    synonyms: dict[str, tuple[str, ...]]
    source: str


@dataclass(frozen=True, slots=True)
class CognitiveActivity:
    code: str
    labels: dict[str, str]
    category: str
    usually_social: bool
    synonyms: dict[str, tuple[str, ...]]
    examples: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Food:
    """`food_group` is None for a food that is kept and not scored; its `servings_per_measure` then counts for nothing."""

    code: str
    labels: dict[str, str]
    food_group: str | None
    household_measure: dict[str, str]
    servings_per_measure: Decimal
    synonyms: dict[str, tuple[str, ...]]
    source: str


class CatalogueFileError(ValueError):
    """A catalogue file that can't be used: its name, the line (from 1, the header's) and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


def intensity_of(met: Decimal | None) -> str | None:
    """`light` below 3 METs, `moderate` from 3, `vigorous` from 6; None where no MET value is known."""
    if met is None:
        return None
    if met < MODERATE_FROM:
        return "light"
    return "moderate" if met < VIGOROUS_FROM else "vigorous"


@cache
def read_exercise_activities(folder: Path = FOLDER) -> tuple[ExerciseActivity, ...]:
    """Raises CatalogueFileError."""
    columns = "code label_en label_es met compendium_code strength balance category synonyms_en synonyms_es source"
    return _read(folder / "exercise_activities.csv", columns, _exercise_activity)


@cache
def read_platform_names(folder: Path = FOLDER) -> Mapping[str, str]:
    """The activity code behind each HealthKit and Health Connect type name. Raises CatalogueFileError."""
    codes = {activity.code for activity in read_exercise_activities(folder)}

    def pair(row: _Row) -> tuple[str, str]:
        return row.key(PLATFORM_NAME), row.one_of("activity", codes)

    return MappingProxyType(dict(_read(folder / "exercise_platform_names.csv", "platform_name activity", pair)))


@cache
def read_cognitive_activities(folder: Path = FOLDER) -> tuple[CognitiveActivity, ...]:
    """Raises CatalogueFileError."""
    columns = "code label_en label_es category usually_social synonyms_en synonyms_es examples_en"
    return _read(folder / "cognitive_activities.csv", columns, _cognitive_activity)


@cache
def read_foods(folder: Path = FOLDER) -> tuple[Food, ...]:
    """Raises CatalogueFileError."""
    columns = (
        "code label_en label_es food_group household_measure_en household_measure_es servings_per_measure"
        " synonyms_en synonyms_es source"
    )
    return _read(folder / "foods.csv", columns, _food)


def _exercise_activity(row: _Row) -> ExerciseActivity:
    met = row.matching("met", MET, "a number of METs with one decimal")
    compendium_code = row.matching("compendium_code", COMPENDIUM_CODE, "five digits")
    if (met is None) != (compendium_code is None):
        raise row.error("a MET value and its Compendium code come together")
    if met is not None and not Decimal(met):
        raise row.error("a MET value is more than 0")
    return ExerciseActivity(
        code=row.key(CODE),
        labels=row.translated("label"),
        met=None if met is None else Decimal(met),
        compendium_code=compendium_code,
        strength=row.flag("strength"),
        balance=row.flag("balance"),
        category=row.one_of("category", EXERCISE_CATEGORIES),
        synonyms=row.synonyms(),
        source=row.text("source"),
    )


def _cognitive_activity(row: _Row) -> CognitiveActivity:
    return CognitiveActivity(
        code=row.key(CODE),
        labels=row.translated("label"),
        category=row.one_of("category", COGNITIVE_CATEGORIES),
        usually_social=row.flag("usually_social"),
        synonyms=row.synonyms(),
        examples={"en": row.texts("examples_en")},
    )


def _food(row: _Row) -> Food:
    servings = row.matching("servings_per_measure", SERVINGS, "a number with at most two decimals")
    if servings is None or not Decimal(servings):
        raise row.error("servings_per_measure is more than 0")
    return Food(
        code=row.key(CODE),
        labels=row.translated("label"),
        food_group=row.one_of("food_group", FOOD_GROUPS) if row.values["food_group"] else None,
        household_measure=row.translated("household_measure"),
        servings_per_measure=Decimal(servings),
        synonyms=row.synonyms(),
        source=row.text("source"),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file, every reader of a column refusing what it doesn't expect. The first column is the row's key."""

    file: str
    line: int
    values: dict[str, str]

    def error(self, reason: str) -> CatalogueFileError:
        return CatalogueFileError(self.file, self.line, reason)

    def key(self, pattern: re.Pattern[str]) -> str:
        column, text = next(iter(self.values.items()))
        if not pattern.fullmatch(text) or len(text) > MAX_LENGTH:
            raise self.error(f"{column} has a form that isn't expected: {text!r}")
        return text

    def text(self, column: str) -> str:
        text = self.values[column]
        if not text or text != " ".join(text.split()):
            raise self.error(f"{column} is empty or has blanks too many: {text!r}")
        return text

    def texts(self, column: str) -> tuple[str, ...]:
        """Texts between semicolons, perhaps none."""
        texts = tuple(self.values[column].split(";")) if self.values[column] else ()
        if any(not text or text != " ".join(text.split()) for text in texts) or len(set(texts)) < len(texts):
            raise self.error(f"{column} has an empty text, blanks too many or a text twice: {self.values[column]!r}")
        return texts

    def translated(self, column: str) -> dict[str, str]:
        return {language: self.text(f"{column}_{language}") for language in LANGUAGES}

    def synonyms(self) -> dict[str, tuple[str, ...]]:
        return {language: self.texts(f"synonyms_{language}") for language in LANGUAGES}

    def flag(self, column: str) -> bool:
        return self.one_of(column, ("true", "false")) == "true"

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        if self.values[column] not in allowed:
            raise self.error(f"{column} is unknown: {self.values[column]!r}")
        return self.values[column]

    def matching(self, column: str, pattern: re.Pattern[str], expected: str) -> str | None:
        """None for an empty column."""
        text = self.values[column]
        if text and not pattern.fullmatch(text):
            raise self.error(f"{column} is not {expected}: {text!r}")
        return text or None


def _read(path: Path, columns: str, make: Callable[[_Row], Entry]) -> tuple[Entry, ...]:
    """Every line as an entry, in the file's order; a key may stand in a file once."""
    entries: dict[str, Entry] = {}
    for row in _rows(path, columns.split()):
        key = next(iter(row.values.values()))
        if key in entries:
            raise row.error(f"{key!r} is there twice")
        entries[key] = make(row)
    return tuple(entries.values())


def _rows(path: Path, columns: list[str]) -> Iterator[_Row]:
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
        if number == 1 and fields != columns:
            raise CatalogueFileError(path.name, number, f"the columns should be {', '.join(columns)}")
        if len(fields) != len(columns):
            raise CatalogueFileError(path.name, number, f"{len(fields)} fields instead of {len(columns)}")
        if number > 1:
            yield _Row(path.name, number, dict(zip(columns, fields, strict=True)))
