"""What each log counted for.

A log's share of a practice's amount is additive: over the week's logs the shares add up to the amount exactly. Where a day is
capped or must pass a threshold, it is shared among the logs that contributed to it, in proportion to their time (or
servings). So attribution needs no order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

# A log's share of one practice's amount, in the practice's base units; most are whole.
Share: TypeAlias = int | Fraction
# practice -> log id -> share
Shares: TypeAlias = dict[str, dict[str, Share]]


def no_shares(practices: Iterable[str]) -> Shares:
    return {practice: {} for practice in practices}


def add_shared(shares: dict[str, Share], amount: int, parts: Sequence[tuple[str, int]]) -> None:
    """Add an amount, shared in proportion to the sizes of the parts: (log id, size), together more than 0."""
    if len(parts) == 1:
        log = parts[0][0]
        shares[log] = shares.get(log, 0) + amount
        return
    total = sum(size for _, size in parts)
    for log, size in parts:
        if size:
            whole, rest = divmod(amount * size, total)
            shares[log] = shares.get(log, 0) + (Fraction(amount * size, total) if rest else whole)


def amounts(shares: Mapping[str, Mapping[str, Share]]) -> dict[str, int]:
    """Each practice's amount: what its shares add up to, a whole number of base units."""
    return {practice: _sum(by_log.values()) for practice, by_log in shares.items()}


def _sum(shares: Iterable[Share]) -> int:
    """Over one denominator at a time: adding unlike fractions one by one takes ten times as long."""
    numerators: dict[int, int] = {}
    for share in shares:
        below = share.denominator
        numerators[below] = numerators.get(below, 0) + share.numerator
    return int(sum((Fraction(above, below) for below, above in numerators.items() if below != 1), Fraction(0))) + (
        numerators.get(1, 0)
    )
