"""Rounding, half up, in one place: exact fractions in, whole numbers of the last decimal out."""

from __future__ import annotations

from fractions import Fraction

_TENS = tuple(10**places for places in range(10))


def half_up(value: Fraction | int, places: int) -> int:
    """`value` in units of 10⁻ᵖˡᵃᶜᵉˢ, halves away from zero for the non-negative values that occur here: 0.125 → 13."""
    below = value.denominator
    rounded: int = (2 * value.numerator * _TENS[places] + below) // (2 * below)
    return rounded


def two_decimals(value: Fraction | int) -> float:
    """As points and amounts are shown."""
    return half_up(value, 2) / 100
