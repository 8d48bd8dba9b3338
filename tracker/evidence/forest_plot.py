"""Where the parts of a forest plot lie: pure arithmetic, in the units of its drawing.

Effects on one scale share one axis, and all plots of a scale have the same one: their lengths can be compared by eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tracker.evidence.cards import Effect

WIDTH = 320
MARGIN = 20
HEAD = 8  # above the first row
ROW = 44
FOOT = 26  # for the axis and its numbers
STEP = Fraction(1, 2)  # between two numbers of the axis


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, both whole steps, with zero between them."""

    low: Fraction
    high: Fraction

    def place(self, value: float | Fraction) -> float:
        part = (value - self.low) / (self.high - self.low)
        return round(float(MARGIN + part * (WIDTH - 2 * MARGIN)), 1)

    def ticks(self) -> tuple[Fraction, ...]:
        count = int((self.high - self.low) / STEP)
        return tuple(self.low + STEP * number for number in range(count + 1))


@dataclass(frozen=True, slots=True)
class Row:
    """One effect: its name, its point, and its interval if it has one."""

    effect: Effect
    label_y: int
    y: int
    point: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """`unit` is None for effects without one."""

    unit: str | None
    height: int
    bottom: int
    zero: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]


def axis_of(effects: Iterable[Effect]) -> Axis:
    """One that has room for all of them, and zero with a step to each side."""
    values = [value for effect in effects for value in (effect.low, effect.value, effect.high) if value is not None]
    low = min((math.floor(Fraction(value) / STEP) * STEP for value in values), default=-STEP)
    high = max((math.ceil(Fraction(value) / STEP) * STEP for value in values), default=STEP)
    return Axis(min(low, -STEP), max(high, STEP))


def plots_of(effects: Sequence[Effect], every_effect: Sequence[Effect]) -> tuple[Plot, ...]:
    """A plot for each scale that these effects are on, with an axis that has room for every effect on that scale."""
    units = dict.fromkeys(effect.unit for effect in effects)
    return tuple(
        _plot(
            unit,
            [effect for effect in effects if effect.unit == unit],
            axis_of(effect for effect in every_effect if effect.unit == unit),
        )
        for unit in units
    )


def _plot(unit: str | None, effects: Sequence[Effect], axis: Axis) -> Plot:
    bottom = HEAD + ROW * len(effects)
    rows = tuple(
        Row(
            effect,
            label_y=HEAD + ROW * number + 12,
            y=HEAD + ROW * number + 26,
            point=axis.place(effect.value),
            low=None if effect.low is None else axis.place(effect.low),
            high=None if effect.high is None else axis.place(effect.high),
        )
        for number, effect in enumerate(effects)
    )
    ticks = tuple((axis.place(tick), _number(tick)) for tick in axis.ticks())
    return Plot(unit, bottom + FOOT, bottom, axis.place(0), ticks, rows)


def _number(value: Fraction) -> str:
    """With a minus as printers set it."""
    return f"{float(value):g}".replace("-", "\N{MINUS SIGN}")
