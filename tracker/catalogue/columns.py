"""A line of the catalogue's spreadsheets, as an entry and back. The project's files and what staff import are read alike.

The columns are explained in `data/catalogue/README.md`; the first one is the line's key.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from tracker.catalogue.entries import (
    EXERCISE_CATEGORIES,
    FOOD_CATEGORIES,
    LANGUAGES,
    MOST_GIVEN,
    CognitiveActivity,
    ExerciseActivity,
    Food,
)
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS

EXERCISE_COLUMNS = (
    *("code", "label_en", "label_es", "met", "compendium_code", "strength", "balance", "category"),
    *("synonyms_en", "synonyms_es", "source"),
)
COGNITIVE_COLUMNS = (
    *("code", "label_en", "label_es", "category", "usually_social"),
    *("synonyms_en", "synonyms_es", "examples_en", "examples_es"),
)
FOOD_COLUMNS = (
    *("code", "label_en", "label_es", "category", "gives", "household_measure_en", "household_measure_es", "common"),
    *("synonyms_en", "synonyms_es", "source"),
)
PLATFORM_NAME_COLUMNS = ("platform_name", "activity")

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
COMPENDIUM_CODE = re.compile(r"\d{5}", re.ASCII)
MET = re.compile(r"\d{1,2}\.\d", re.ASCII)
SERVINGS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
PLATFORM_NAME = re.compile(r"(healthkit|health_connect|fit):[a-z][a-z0-9_]*")
MAX_LENGTH = 80  # of codes and platform names, as the database stores them
MAX_TEXT = 200  # of every other text


class CatalogueFileError(ValueError):
    """A catalogue file that can't be used: its name, the line (from 1, the header's) and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One line, every reader of a column refusing what it doesn't expect."""

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
        if not text:
            raise self.error(f"{column} is empty")
        return self._fit(column, text)

    def texts(self, column: str) -> tuple[str, ...]:
        """Texts between semicolons, perhaps none."""
        texts = tuple(self.values[column].split(";")) if self.values[column] else ()
        if not all(texts) or len(set(texts)) < len(texts):
            raise self.error(f"{column} has an empty text or a text twice: {self.values[column]!r}")
        return tuple(self._fit(column, text) for text in texts)

    def _fit(self, column: str, text: str) -> str:
        """One line that a page, a phone and a spreadsheet show as it is, and none of them takes for a formula."""
        if text != " ".join(text.split()) or not text.isprintable():
            raise self.error(f"{column} has blanks too many, or characters that nobody sees: {text!r}")
        if len(text) > MAX_TEXT:
            raise self.error(f"{column} has a text of more than {MAX_TEXT} characters")
        if text[0] in "=+-@":
            raise self.error(f"{column} begins as a formula does: {text!r}")
        return text

    def translated(self, column: str) -> dict[str, str]:
        return {language: self.text(f"{column}_{language}") for language in LANGUAGES}

    def texts_by_language(self, column: str) -> dict[str, tuple[str, ...]]:
        return {language: self.texts(f"{column}_{language}") for language in LANGUAGES}

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


def exercise_activity(row: Row) -> ExerciseActivity:
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
        synonyms=row.texts_by_language("synonyms"),
        source=row.text("source"),
    )


def cognitive_activity(row: Row) -> CognitiveActivity:
    return CognitiveActivity(
        code=row.key(CODE),
        labels=row.translated("label"),
        category=row.one_of("category", COGNITIVE_CATEGORIES),
        usually_social=row.flag("usually_social"),
        synonyms=row.texts_by_language("synonyms"),
        examples=row.texts_by_language("examples"),
    )


def food(row: Row) -> Food:
    return Food(
        code=row.key(CODE),
        labels=row.translated("label"),
        category=row.one_of("category", FOOD_CATEGORIES),
        gives=_gives(row),
        household_measures=row.translated("household_measure"),
        common=row.flag("common"),
        synonyms=row.texts_by_language("synonyms"),
        source=row.text("source"),
    )


def _gives(row: Row) -> dict[str, Decimal]:
    """`beans:1;other_vegetables:0.5`"""
    gives: dict[str, Decimal] = {}
    for text in row.texts("gives"):
        group, _, servings = text.partition(":")
        if group not in FOOD_GROUPS or group in gives or not SERVINGS.fullmatch(servings):
            raise row.error(f"gives is not a food group and its servings, each group once: {text!r}")
        if not 0 < Decimal(servings) <= MOST_GIVEN:
            raise row.error(f"gives has servings of 0 or of more than {MOST_GIVEN}: {text!r}")
        gives[group] = Decimal(servings)
    return gives
