"""What no text may say, by language. A language without rules has no texts: every entry of `LANGUAGES` needs its own here."""

from __future__ import annotations

from tracker.wellness_rules.english import ENGLISH
from tracker.wellness_rules.rule import Rule
from tracker.wellness_rules.spanish import SPANISH

RULES: dict[str, tuple[Rule, ...]] = {"en": ENGLISH, "es": SPANISH}

__all__ = ["RULES", "Rule"]
