"""How much the weights matter: the score as it would be if every practice of a domain weighed the same, and every domain.

The protocol's weights follow the strength of the published evidence and are unvalidated. Beside a score, this one shows how far
it hangs on them; it is no better score. Statuses, targets and what applies are the protocol's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tracker.scoring.rounding import half_up
from tracker.scoring.weekly import WeeklyScore

Done = tuple[Fraction | int, Fraction | int]
"""Amount and target of a practice, in the same unit."""


@dataclass(frozen=True, slots=True)
class EqualWeights:
    """In tenths, 0 to 1000; None wherever the protocol's score is None. `domains` by code."""

    score: int | None
    domains: Mapping[str, int | None]


def equal_weights(score: WeeklyScore) -> EqualWeights:
    """From a week's score, exactly; rounded once."""
    return with_equal_weights(
        {
            domain.domain: None
            if domain.score is None
            else [(practice.amount, practice.target) for practice in domain.practices]
            for domain in score.domains
        },
        scored=score.score is not None,
    )


def with_equal_weights(domains: Mapping[str, Iterable[Done] | None], *, scored: bool) -> EqualWeights:
    """From what was done in each domain, None for one without a number. `scored`: whether the week has a score."""
    fractions = {domain: None if done is None else _mean_fraction(done) for domain, done in domains.items()}
    numbers = [fraction for fraction in fractions.values() if fraction is not None]
    return EqualWeights(
        half_up(100 * sum(numbers, Fraction(0)) / len(numbers), 1) if scored else None,
        {domain: None if fraction is None else half_up(100 * fraction, 1) for domain, fraction in fractions.items()},
    )


def _mean_fraction(done: Iterable[Done]) -> Fraction:
    """Of the practices' `min(1, amount / target)`. Reduced once, at the end: lines of `explain_week` are many."""
    count = above = 0
    below = 1
    for amount, target in done:
        count += 1
        part = amount.numerator * target.denominator
        whole = amount.denominator * target.numerator
        if part >= whole:  # no credit past the target
            above += below
        elif part:
            above, below = above * whole + part * below, below * whole
    return Fraction(above, count * below)
