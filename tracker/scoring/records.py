"""What a week is scored from: plain, frozen records that already carry what scoring needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.scoring.weeks import Week


@dataclass(frozen=True, slots=True)
class ExerciseRecord:
    """`seconds` of active time. `intensity` is light, moderate, vigorous, or None when nobody knows."""

    id: str
    day: date
    seconds: int
    intensity: str | None
    strength: bool
    balance: bool
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class CognitiveRecord:
    id: str
    day: date
    seconds: int
    category: str
    social: bool


@dataclass(frozen=True, slots=True)
class DietRecord:
    """A meal: hundredths of a serving, in the order of FOOD_GROUPS."""

    id: str
    day: date
    servings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DayMark:
    day: date
    excused: bool
    nothing: frozenset[str]


@dataclass(frozen=True, slots=True)
class WeekRecords:
    """The records of one participant's week, each id once. Records of other weeks are allowed and change nothing."""

    week: Week
    exercise: tuple[ExerciseRecord, ...] = ()
    cognitive: tuple[CognitiveRecord, ...] = ()
    diet: tuple[DietRecord, ...] = ()
    marks: tuple[DayMark, ...] = ()
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ParticipantFacts:
    """The facts in force in a week."""

    birth_year: int | None = None
    not_applicable: frozenset[str] = frozenset()
