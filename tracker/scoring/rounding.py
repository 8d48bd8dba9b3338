"""Rounding, half up, in one place: exact fractions in, whole numbers of the last decimal out."""

from __future__ import annotations

from fractions import Fraction


def half_up(value: Fraction | int, places: int) -> int:
    """`value` in units of 10⁻ᵖˡᵃᶜᵉˢ, halves away from zero for the non-negative values that occur here: 0.125 → 13."""
    scaled = Fraction(value) * 10**places
    rounded: int = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return rounded
