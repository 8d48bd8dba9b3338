"""The same score for many weeks at once, as columns, in exact integer arithmetic.

`weekly.py` defines the score; this computes it set-wise, and a test holds the two equal in every field. Nothing is rounded on
the way: a domain's score is a ratio over L·a·W (the least common multiple of its targets, the open days, the weights in
units of 0.05), the overall one over M·a·lcm(W…)·4, where M is the least common multiple of all targets. The largest
intermediate, 2000 × the numerator of an overall, stays below 2⁵¹, so int64 holds everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tracker.scoring.protocol import (
    ACTIVE_DAY_SECONDS,
    ACTIVITY_DAY_SECONDS,
    COGNITIVE_CAP_SECONDS,
    COGNITIVE_CATEGORIES,
    DOMAINS,
    FOOD_GROUPS,
    INTENSITIES,
    INTENSITY_CAP_SECONDS,
    MIN_LOGGED_DAYS,
    MIN_OPEN_DAYS,
    MIN_SCORED_DOMAINS,
    OLIVE_OIL_DAY,
    SKILL_CATEGORIES,
    SKILL_DAY_SECONDS,
    STATUSES,
    TAGGED_DAY_SECONDS,
    WES_1_0_0,
    Protocol,
)

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

DAYS = 7
WEIGHT_UNIT = 5  # weights are multiples of 0.05
MODERATE, VIGOROUS = INTENSITIES.index("moderate") + 1, INTENSITIES.index("vigorous") + 1
SKILLS = [COGNITIVE_CATEGORIES.index(category) for category in sorted(SKILL_CATEGORIES)]
OIL = FOOD_GROUPS.index("olive_oil")
CODE = {status: index for index, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class ExerciseColumns:
    """One element per log; duplicates are left out. Intensity: 0 none, 1 light, 2 moderate, 3 vigorous."""

    row: Ints
    day: Ints
    seconds: Ints
    intensity: Ints
    strength: Bools
    balance: Bools


@dataclass(frozen=True, slots=True)
class CognitiveColumns:
    """One element per log. Category: its place in COGNITIVE_CATEGORIES."""

    row: Ints
    day: Ints
    seconds: Ints
    category: Ints
    social: Bools


@dataclass(frozen=True, slots=True)
class DietColumns:
    """One element per meal; `servings` is [meals, 8], in hundredths."""

    row: Ints
    day: Ints
    servings: Ints


@dataclass(frozen=True, slots=True)
class MarkColumns:
    """One element per day mark; `nothing` is [marks, 3]."""

    row: Ints
    day: Ints
    excused: Bools
    nothing: Bools


@dataclass(frozen=True, slots=True)
class WeekBatch:
    """`n` weeks. `row` in the columns is a week's number, 0 to n − 1, and `day` 0 for Monday to 6 for Sunday."""

    n: int
    older: Bools
    not_applicable: Bools
    confirmed: Bools
    exercise: ExerciseColumns
    cognitive: CognitiveColumns
    diet: DietColumns
    marks: MarkColumns


@dataclass(frozen=True, slots=True)
class BatchScores:
    """Scores in tenths and points in hundredths, -1 for null; amounts in base units; targets in hundredths of the unit,
    weights in hundredths; statuses as places in STATUSES. Shapes: [n], [n, 3] by domain, [n, 17] by practice."""

    score: Ints
    status: Ints
    domain_scores: Ints
    domain_statuses: Ints
    logged_days: Ints
    open_days: Ints
    amounts: Ints
    targets: Ints
    weights: Ints
    points: Ints
    applies: Bools


def score_weeks(batch: WeekBatch, protocol: Protocol = WES_1_0_0) -> BatchScores:
    """Score every week of the batch. A week's result does not depend on the others in it."""
    excused = _day_grid(batch, batch.marks, batch.marks.excused)
    open_days = DAYS - excused.sum(axis=1)
    logged_days = _logged_days(batch, ~excused)
    amounts = _amounts(batch, protocol)
    weights = np.where(
        batch.older[:, None],
        [practice.weight_65 // WEIGHT_UNIT for practice in protocol.practices],
        [practice.weight // WEIGHT_UNIT for practice in protocol.practices],
    )
    applies = ~batch.not_applicable & (weights > 0)
    weights = np.where(applies, weights, 0)
    totals = np.stack([weights[:, _practices(protocol, domain)].sum(axis=1) for domain in DOMAINS], axis=1)
    statuses = _domain_statuses(totals > 0, open_days, logged_days, batch.confirmed)
    has_number = (statuses == CODE["complete"]) | (statuses == CODE["at_least"])
    days, targets, reached = _reached(amounts, open_days, protocol)
    numerators, domain_scores = _domain_scores(weights, totals, reached, open_days, has_number, protocol)
    score, status = _overall(numerators, totals, open_days, statuses, has_number, protocol)
    domain_of = [DOMAINS.index(practice.domain) for practice in protocol.practices]
    base = np.array([practice.base_per_unit for practice in protocol.practices])
    total = np.maximum(totals[:, domain_of], 1)
    full = np.maximum(targets * days, 1)
    points = np.where(has_number[:, domain_of] & applies, _half_up(10_000 * weights * reached, full * total), -1)
    return BatchScores(
        score=score,
        status=status,
        domain_scores=domain_scores,
        domain_statuses=statuses,
        logged_days=logged_days,
        open_days=open_days,
        amounts=amounts,
        targets=_half_up(100 * targets * days, np.broadcast_to(DAYS * base, days.shape)),
        weights=_half_up(100 * weights, total),
        points=points,
        applies=applies,
    )


def _practices(protocol: Protocol, domain: str) -> list[int]:
    return [index for index, practice in enumerate(protocol.practices) if practice.domain == domain]


def _half_up(numerator: Ints, denominator: Ints) -> Ints:
    rounded: Ints = (2 * numerator + denominator) // (2 * denominator)
    return rounded


def _sums(keys: Ints, values: Ints, size: int) -> Ints:
    """Sum of the values for each key. The doubles inside are exact: no sum comes near 2⁵³."""
    return np.bincount(keys, weights=values, minlength=size).astype(np.int64)


def _day_grid(batch: WeekBatch, columns: Any, chosen: Bools | slice = slice(None)) -> Bools:
    """[n, 7]: which days have one of the chosen elements."""
    keys = (columns.row * DAYS + columns.day)[chosen]
    return (np.bincount(keys, minlength=batch.n * DAYS) > 0).reshape(batch.n, DAYS)


def _logged_days(batch: WeekBatch, open_grid: Bools) -> Ints:
    grids = [_day_grid(batch, columns) for columns in (batch.exercise, batch.cognitive, batch.diet)]
    marked = [_day_grid(batch, batch.marks, batch.marks.nothing[:, index]) for index in range(len(DOMAINS))]
    return np.stack([((grid | mark) & open_grid).sum(axis=1) for grid, mark in zip(grids, marked, strict=True)], axis=1)


def _amounts(batch: WeekBatch, protocol: Protocol) -> Ints:
    by_code = {
        **_exercise_amounts(batch.n, batch.exercise),
        **_cognitive_amounts(batch.n, batch.cognitive),
        **_diet_amounts(batch.n, batch.diet),
    }
    return np.stack([by_code[practice.code] for practice in protocol.practices], axis=1)


def _exercise_amounts(n: int, logs: ExerciseColumns) -> dict[str, Ints]:
    keys = logs.row * DAYS + logs.day

    def by_day(chosen: Bools) -> Ints:
        return _sums(keys[chosen], logs.seconds[chosen], n * DAYS).reshape(n, DAYS)

    def equivalents(chosen: Bools) -> Ints:
        moderate = by_day(chosen & (logs.intensity == MODERATE))
        vigorous = by_day(chosen & (logs.intensity == VIGOROUS))
        total: Ints = np.minimum(INTENSITY_CAP_SECONDS, moderate) + 2 * np.minimum(INTENSITY_CAP_SECONDS, vigorous)
        return total

    every = np.ones(len(keys), dtype=bool)
    return {
        "aerobic_minutes": equivalents(~logs.strength).sum(axis=1),
        "strength_days": (by_day(logs.strength) >= TAGGED_DAY_SECONDS).sum(axis=1),
        "active_days": (equivalents(every) >= ACTIVE_DAY_SECONDS).sum(axis=1),
        "balance_days": (by_day(logs.balance) >= TAGGED_DAY_SECONDS).sum(axis=1),
    }


def _cognitive_amounts(n: int, logs: CognitiveColumns) -> dict[str, Ints]:
    categories = len(COGNITIVE_CATEGORIES)
    keys = logs.row * DAYS + logs.day
    pairs = _sums(keys * categories + logs.category, logs.seconds, n * DAYS * categories)
    pairs = pairs.reshape(n, DAYS, categories)
    counted = pairs >= ACTIVITY_DAY_SECONDS
    social = np.bincount(keys[logs.social], minlength=n * DAYS).reshape(n, DAYS) > 0
    return {
        "activity_days": counted.sum(axis=(1, 2)),
        "cognitive_minutes": np.minimum(COGNITIVE_CAP_SECONDS, pairs.sum(axis=2)).sum(axis=1),
        "skill_days": (pairs[:, :, SKILLS] >= SKILL_DAY_SECONDS).sum(axis=(1, 2)),
        "variety": counted.any(axis=1).sum(axis=1),
        "social_days": social.sum(axis=1),
    }


def _diet_amounts(n: int, meals: DietColumns) -> dict[str, Ints]:
    amounts = {
        group: _sums(meals.row, meals.servings[:, index], n) for index, group in enumerate(FOOD_GROUPS) if index != OIL
    }
    oil = _sums(meals.row * DAYS + meals.day, meals.servings[:, OIL], n * DAYS).reshape(n, DAYS)
    amounts["olive_oil"] = (oil >= OLIVE_OIL_DAY).sum(axis=1)
    return amounts


def _domain_statuses(applies: Bools, open_days: Ints, logged_days: Ints, confirmed: Bools) -> Ints:
    open_column = open_days[:, None]
    return np.select(
        [
            ~applies,
            np.broadcast_to(open_column < MIN_OPEN_DAYS, applies.shape),
            confirmed | (logged_days == open_column),
            logged_days >= MIN_LOGGED_DAYS,
        ],
        [CODE["not_applicable"], CODE["excused"], CODE["complete"], CODE["at_least"]],
        CODE["insufficient_data"],
    )


def _reached(amounts: Ints, open_days: Ints, protocol: Protocol) -> tuple[Ints, Ints, Ints]:
    """Per practice the days that its target is for, its target, and min(7 · amount, target · days)."""
    scales = np.array([practice.scales_with_days for practice in protocol.practices])
    targets = np.array([practice.target for practice in protocol.practices], dtype=np.int64)
    days = np.where(scales, open_days[:, None], DAYS)
    return days, targets, np.minimum(DAYS * amounts, targets * days)


def _domain_scores(
    weights: Ints, totals: Ints, reached: Ints, open_days: Ints, has_number: Bools, protocol: Protocol
) -> tuple[Ints, Ints]:
    """Each domain's numerator over L · a · 7 · W, and its score in tenths."""
    numerators = np.zeros(totals.shape, dtype=np.int64)
    scores = np.full(totals.shape, -1, dtype=np.int64)
    for index, domain in enumerate(DOMAINS):
        common = _common_target(protocol, domain)
        for column in _practices(protocol, domain):
            practice = protocol.practices[column]
            # reached / (target · days), brought to the denominator L · a · 7
            other_days = DAYS if practice.scales_with_days else open_days
            numerators[:, index] += weights[:, column] * reached[:, column] * (common // practice.target) * other_days
        denominator = np.maximum(common * open_days * DAYS * totals[:, index], 1)
        exact = _half_up(1000 * numerators[:, index], denominator)
        scores[:, index] = np.where(has_number[:, index], exact, -1)
    return numerators, scores


def _common_target(protocol: Protocol, *domains: str) -> int:
    return lcm(*(practice.target for domain in domains for practice in protocol.practices_of(domain)))


def _overall(
    numerators: Ints, totals: Ints, open_days: Ints, statuses: Ints, has_number: Bools, protocol: Protocol
) -> tuple[Ints, Ints]:
    common = _common_target(protocol, *DOMAINS)
    per_domain = np.array([common // _common_target(protocol, domain) for domain in DOMAINS])
    shares = np.where(has_number, np.array(protocol.domain_weights) // 25, 0)
    safe = np.maximum(totals, 1)
    weight_multiple = np.lcm.reduce(np.where(has_number, safe, 1), axis=1)
    numerator = (shares * numerators * per_domain * (weight_multiple[:, None] // safe)).sum(axis=1)
    denominator = common * open_days * DAYS * weight_multiple * shares.sum(axis=1)
    excused = (statuses == CODE["excused"]).any(axis=1)
    enough = (has_number.sum(axis=1) >= MIN_SCORED_DOMAINS) & ~excused
    score = np.where(enough, _half_up(1000 * numerator, np.maximum(denominator, 1)), -1)
    aside = statuses == CODE["not_applicable"]
    status = np.select(
        [
            excused,
            ~enough,
            ((statuses == CODE["complete"]) | aside).all(axis=1),
            (statuses == CODE["insufficient_data"]).any(axis=1),
        ],
        [CODE["excused"], CODE["insufficient_data"], CODE["complete"], CODE["partial"]],
        CODE["at_least"],
    )
    return score, status
