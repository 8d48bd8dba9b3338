"""What there is to log, as plain values: the same from the project's files, from a spreadsheet and for the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from backend.languages import LANGUAGE_CODES

LANGUAGES = LANGUAGE_CODES
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

FOOD_CATEGORIES = (
    "vegetables",
    "fruit",
    "berries",
    "nuts_and_seeds",
    "legumes",
    "grains_and_bread",
    "fish_and_seafood",
    "meat_and_eggs",
    "dairy",
    "fats_and_oils",
    "dishes",
    "breakfast",
    "sweets_and_snacks",
    "drinks",
    "sauces_and_condiments",
    "other",
)
MOST_GIVEN = 100
"""Servings of one group in a household measure."""

# Absolute cut points in METs (WHO guidelines on physical activity and sedentary behaviour, 2020).
MODERATE_FROM = Decimal(3)
VIGOROUS_FROM = Decimal(6)


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
    """`gives`: the servings of each food group in one household measure; of none for a food that is kept and not scored."""

    code: str
    labels: dict[str, str]
    category: str
    gives: dict[str, Decimal]
    household_measures: dict[str, str]
    common: bool
    synonyms: dict[str, tuple[str, ...]]
    source: str


def only_group(gives: Mapping[str, object]) -> str | None:
    """The one group that a food belongs to, None for one that counts for nothing and for a dish of several."""
    return next(iter(gives)) if len(gives) == 1 else None


def intensity_of(met: Decimal | None) -> str | None:
    """`light` below 3 METs, `moderate` from 3, `vigorous` from 6; None where no MET value is known."""
    if met is None:
        return None
    if met < MODERATE_FROM:
        return "light"
    return "moderate" if met < VIGOROUS_FROM else "vigorous"
