"""The protocol `wes-1.0.0`: practices, targets, weights and thresholds, and where each comes from.

The weights follow the strength of the published evidence and are unvalidated. Amounts and targets are whole numbers of a
practice's base unit (seconds, hundredths of a serving, days, categories), so that everything stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DOMAINS = ("exercise", "cognitive", "diet")
INTENSITIES = ("light", "moderate", "vigorous")
COGNITIVE_CATEGORIES = (
    "reading",
    "writing",
    "games",
    "music",
    "learning",
    "crafts",
    "discussion",
    "training",
)
FOOD_GROUPS = (
    "leafy_greens",
    "other_vegetables",
    "berries",
    "nuts",
    "beans",
    "whole_grains",
    "fish",
    "olive_oil",
)
STATUSES = ("complete", "at_least", "partial", "insufficient_data", "excused", "not_applicable")
SKILL_CATEGORIES = frozenset({"training", "learning", "music"})

MINUTE = 60
INTENSITY_CAP_SECONDS = 180 * MINUTE  # a day's moderate, and a day's vigorous time (IPAQ scoring protocol 2005)
TAGGED_DAY_SECONDS = 10 * MINUTE  # strength and balance days
ACTIVE_DAY_SECONDS = 20 * MINUTE  # moderate-equivalent
ACTIVITY_DAY_SECONDS = 10 * MINUTE  # a (category, day) pair
SKILL_DAY_SECONDS = 15 * MINUTE
COGNITIVE_CAP_SECONDS = 60 * MINUTE  # a day
IMPLAUSIBLE_DAY_SECONDS = 960 * MINUTE  # IPAQ scoring protocol 2005
OLIVE_OIL_DAY = 100  # one serving, in hundredths
OLDER_FROM = 65
MIN_LOGGED_DAYS = 3
MIN_OPEN_DAYS = 4
MIN_SCORED_DOMAINS = 2


@dataclass(frozen=True, slots=True)
class Practice:
    """One thing that is scored. Weights are hundredths of the domain; 0 means that it is no part of that age group's score."""

    code: str
    domain: str
    unit: str
    target: int
    base_per_unit: int
    scales_with_days: bool
    weight: int
    weight_65: int
    source: str

    def weight_for(self, *, older: bool) -> int:
        return self.weight_65 if older else self.weight


@dataclass(frozen=True, slots=True)
class Protocol:
    version: str
    practices: tuple[Practice, ...]
    domain_weights: tuple[int, ...]  # hundredths, in the order of DOMAINS

    def __post_init__(self) -> None:
        codes = [practice.code for practice in self.practices]
        if len(set(codes)) != len(codes):
            raise ValueError("A practice appears twice.")
        if sum(self.domain_weights) != 100 or len(self.domain_weights) != len(DOMAINS):
            raise ValueError("The domains' weights must add up to 1.")
        for domain in DOMAINS:
            for older in (False, True):
                weights = [practice.weight_for(older=older) for practice in self.practices_of(domain)]
                if sum(weights) != 100:
                    raise ValueError(f"The weights of {domain} must add up to 1.")
        if any(practice.weight % 5 or practice.weight_65 % 5 for practice in self.practices):
            raise ValueError("Weights are multiples of 0.05.")

    def practices_of(self, domain: str) -> tuple[Practice, ...]:
        return tuple(practice for practice in self.practices if practice.domain == domain)


def _exercise(code: str, unit: str, target: int, base: int, weight: int, weight_65: int, source: str) -> Practice:
    return Practice(code, "exercise", unit, target * base, base, True, weight, weight_65, source)


def _cognitive(
    code: str, unit: str, target: int, weight: int, source: str, *, base: int = 1, scales: bool = True
) -> Practice:
    return Practice(code, "cognitive", unit, target * base, base, scales, weight, weight, source)


def _diet(code: str, target: int, weight: int, source: str = "MIND", *, days: bool = False) -> Practice:
    unit, base = ("days", 1) if days else ("servings", 100)
    return Practice(code, "diet", unit, target * base, base, True, weight, weight, source)


WES_1_0_0 = Protocol(
    version="wes-1.0.0",
    practices=(
        _exercise("aerobic_minutes", "minutes", 150, MINUTE, 65, 55, "WHO 2020"),
        _exercise("strength_days", "days", 2, 1, 20, 20, "WHO 2020"),
        _exercise("active_days", "days", 4, 1, 15, 10, "U.S. POINTER's four sessions"),
        _exercise("balance_days", "days", 3, 1, 0, 15, "WHO 2020, 65+"),
        _cognitive("activity_days", "category-days", 11, 40, "Verghese 2003"),
        _cognitive("cognitive_minutes", "minutes", 120, 20, "ACTIVE", base=MINUTE),
        _cognitive("skill_days", "category-days", 3, 20, "U.S. POINTER"),
        _cognitive("variety", "categories", 4, 15, "Krell-Roesch 2019", scales=False),
        _cognitive("social_days", "days", 1, 5, "convention", scales=False),
        _diet("leafy_greens", 6, 15),
        _diet("other_vegetables", 7, 15),
        _diet("berries", 2, 15),
        _diet("nuts", 5, 10),
        _diet("beans", 3, 10, "MIND 2022"),
        _diet("whole_grains", 21, 15),
        _diet("fish", 1, 10),
        _diet("olive_oil", 5, 10, "MIND, adapted", days=True),
    ),
    domain_weights=(50, 25, 25),
)
PRACTICES: Mapping[str, Practice] = {practice.code: practice for practice in WES_1_0_0.practices}
