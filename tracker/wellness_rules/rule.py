"""A rule: what a text must not say, and why. Patterns are applied to folded text, which has no
accents (`tracker/wellness.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    pattern: re.Pattern[str]
    reason: str


def rules(*table: tuple[str, str, str]) -> tuple[Rule, ...]:
    """From name, pattern and reason."""
    return tuple(Rule(name, re.compile(pattern, re.IGNORECASE), reason) for name, pattern, reason in table)
