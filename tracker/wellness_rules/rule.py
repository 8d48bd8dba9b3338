"""A rule: what a text must not say, and why. Patterns are applied to small letters without accents
(`tracker/wellness_rules/disguises.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

GAP = r"[^.!?\n]{0,60}?"  # words between, within a sentence
_LOOKBEHIND = re.compile(r"\(\?<[!=][^)]*\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """`run_together` finds the same in letters that have lost the spaces between words."""

    name: str
    reason: str
    pattern: re.Pattern[str]
    run_together: re.Pattern[str]


def rule(name: str, reason: str, *ways: str) -> Rule:
    """From the ways to say it, each a pattern of whole words (`calori\\w*`, `keep\\w* fit`)."""
    either = "|".join(ways)
    together = _LOOKBEHIND.sub("", either).replace(r"\b", "").replace(" ", " ?")
    return Rule(name, reason, re.compile(rf"\b(?:{either})\b"), re.compile(together))
