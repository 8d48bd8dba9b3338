"""What a participant prefers: goals of their own, and what they said of suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Preferences:
    goals: Mapping[str, Fraction] = field(default_factory=dict)
    useful: frozenset[str] = frozenset()
    not_for_me: frozenset[str] = frozenset()


NO_PREFERENCES = Preferences()
