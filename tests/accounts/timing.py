"""Whether two things take the same time: the difference of their medians with its interval, and a rank test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, sqrt
from time import perf_counter

import numpy as np


@dataclass(frozen=True)
class Comparison:
    """Seconds. `interval` holds the difference of the medians with 99 %, by bootstrap; `p` is Mann-Whitney's, two-sided."""

    first: list[float]
    second: list[float]
    difference: float
    interval: tuple[float, float]
    p: float

    def __str__(self) -> str:
        low, high = (1000 * end for end in self.interval)
        return (
            f"{len(self.first)} tries each;"
            f" medians {1000 * np.median(self.first):.2f} and {1000 * np.median(self.second):.2f} ms;"
            f" difference {1000 * self.difference:+.2f} ms (99 %: {low:+.2f} to {high:+.2f}); Mann-Whitney p = {self.p:.3f}"
        )


def compare(first: Callable[[], object], second: Callable[[], object], *, tries: int, seed: int = 1) -> Comparison:
    """In pairs, each in random order, so that a machine that gets slower or busier slows both."""
    random = np.random.default_rng(seed)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(tries):
        for which in random.permutation(2):
            began = perf_counter()
            (first, second)[which]()
            times[which].append(perf_counter() - began)
    one, other = np.array(times[0]), np.array(times[1])
    again = [
        np.median(random.choice(one, len(one))) - np.median(random.choice(other, len(other))) for _ in range(2_000)
    ]
    low, high = np.quantile(again, [0.005, 0.995])
    difference = float(np.median(one) - np.median(other))
    return Comparison(*times, difference, (float(low), float(high)), mann_whitney(one, other))


def mann_whitney(one: np.ndarray, other: np.ndarray) -> float:
    """The two-sided p of the rank-sum test, by its normal approximation, ties shared."""
    both = np.concatenate([one, other])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m, total = len(one), len(other), len(both)
    statistic = ranks[:n].sum() - n * (n + 1) / 2
    ties = float((counts**3 - counts).sum()) / (total * (total - 1))
    variance = n * m / 12 * (total + 1 - ties)
    return float(erfc(abs(statistic - n * m / 2) / sqrt(variance) / sqrt(2))) if variance else 1.0
