"""Made-up participants who live through weeks: what guidance is tried on. A seed makes the same ones on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from tracker.preferences import Preferences
from tracker.scoring.protocol import (
    COGNITIVE_CATEGORIES,
    DOMAINS,
    FOOD_GROUPS,
    INTENSITIES,
    WES_1_0_0,
)
from tracker.scoring.records import (
    CognitiveRecord,
    DayMark,
    DietRecord,
    ExerciseRecord,
    ParticipantFacts,
    WeekRecords,
)
from tracker.scoring.weeks import Week

PRACTICES = tuple(WES_1_0_0.practices)
WEEKS_EACH = 20


@dataclass(frozen=True)
class SimulatedWeek:
    participant: int
    records: WeekRecords
    facts: ParticipantFacts
    preferences: Preferences


def simulate(weeks: int, *, seed: int) -> Iterator[SimulatedWeek]:
    """So many weeks, in runs of twenty consecutive ones of one participant."""
    for participant in range(-(-weeks // WEEKS_EACH)):
        random = Random(f"{seed} {participant}")
        yield from _life(random, participant, min(WEEKS_EACH, weeks - participant * WEEKS_EACH))


def _life(random: Random, participant: int, weeks: int) -> Iterator[SimulatedWeek]:
    facts = _facts(random)
    habits = {domain: random.choice([0, 0.15, 0.5, 0.85, 1]) for domain in DOMAINS}
    likes = random.sample(COGNITIVE_CATEGORIES, random.randint(1, 8))
    eats = {group: random.choice([0, 0, 0.2, 0.5, 1]) for group in FOOD_GROUPS}
    goals = _goals(random)
    first = Week.parse("2026-W01").minus(-random.randrange(300))
    said: dict[str, str] = {}
    for number in range(weeks):
        week = first.minus(-number)
        records = WeekRecords(
            week=week,
            exercise=tuple(_exercise(random, week, habits["exercise"])),
            cognitive=tuple(_cognitive(random, week, habits["cognitive"], likes)),
            diet=tuple(_diet(random, week, habits["diet"], eats)),
            marks=tuple(_marks(random, week)),
            confirmed=frozenset(domain for domain in DOMAINS if random.random() < 0.3),
        )
        preferences = Preferences(
            goals=goals,
            useful=frozenset(name for name, verdict in said.items() if verdict == "useful"),
            not_for_me=frozenset(name for name, verdict in said.items() if verdict == "not_for_me"),
        )
        yield SimulatedWeek(participant, records, facts, preferences)
        practice, turn = random.choice(PRACTICES).code, random.randint(1, 9)
        said[f"{practice}_{turn}"] = random.choice(["useful", "not_for_me"])


def _facts(random: Random) -> ParticipantFacts:
    birth_year = random.choice([None, 1940, 1955, 1962, 1980, 2000])
    dropped = frozenset(practice.code for practice in PRACTICES if random.random() < random.choice([0, 0, 0.1, 0.5]))
    return ParticipantFacts(birth_year, dropped)


def _goals(random: Random) -> dict[str, Fraction]:
    chosen = random.sample(PRACTICES, random.choice([0, 0, 1, 4]))
    return {
        practice.code: Fraction(practice.target * random.choice([1, 2, 3, 5, 8]), 4 * practice.base_per_unit)
        for practice in chosen
    }


def _exercise(random: Random, week: Week, habit: float) -> Iterator[ExerciseRecord]:
    for day in week.days:
        for number in range(random.choice([1, 1, 2, 5]) if random.random() < habit else 0):
            yield ExerciseRecord(
                f"e{day}{number}",
                day,
                random.choice([300, 599, 600, 1199, 1200, 1800, 3600, 15_000]),
                random.choice([None, *INTENSITIES, "moderate"]),
                random.random() < 0.25,
                random.random() < 0.2,
                random.choice([None, None, None, "another"]),
            )


def _cognitive(random: Random, week: Week, habit: float, likes: list[str]) -> Iterator[CognitiveRecord]:
    for day in week.days:
        for number in range(random.choice([1, 2, 3]) if random.random() < habit else 0):
            seconds = random.choice([300, 599, 600, 899, 900, 1800, 3600, 7200])
            yield CognitiveRecord(f"c{day}{number}", day, seconds, random.choice(likes), random.random() < 0.2)


def _diet(random: Random, week: Week, habit: float, eats: dict[str, float]) -> Iterator[DietRecord]:
    for day in week.days:
        for number in range(random.choice([1, 3]) if random.random() < habit else 0):
            servings = tuple(
                random.choice([25, 50, 100, 200, 350]) if random.random() < eats[group] else 0 for group in FOOD_GROUPS
            )
            yield DietRecord(f"d{day}{number}", day, servings)


def _marks(random: Random, week: Week) -> Iterator[DayMark]:
    excused = random.choice([0, 0, 0, 0.2, 0.7])
    for day in week.days:
        if random.random() < excused:
            yield DayMark(day, True, frozenset())
        elif random.random() < 0.05:
            yield DayMark(day, False, frozenset(random.sample(DOMAINS, 1)))
