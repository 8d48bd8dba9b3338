"""Rounding, half up, in one place: exact fractions in, whole numbers of the last decimal out."""

from __future__ import annotations

from fractions import Fraction


def half_up(value: Fraction | int, places: int) -> int:
    """`value` in units of 10⁻ᵖˡᵃᶜᵉˢ, halves away from zero for the non-negative values that occur here: 0.125 → 13."""
    above, below = value.numerator * 10**places, value.denominator
    rounded: int = (2 * above + below) // (2 * below)
    return rounded
