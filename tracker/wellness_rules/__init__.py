"""What no text may say, by language. A language without rules has no texts: every entry of `LANGUAGES` needs its own here."""

from __future__ import annotations

from tracker.wellness_rules.disguises import Reading, readings, spread_letters
from tracker.wellness_rules.english import ENGLISH, ENGLISH_WORDS
from tracker.wellness_rules.rule import Rule
from tracker.wellness_rules.spanish import SPANISH, SPANISH_WORDS

RULES: dict[str, tuple[Rule, ...]] = {"en": ENGLISH, "es": SPANISH}
WORDS: dict[str, tuple[str, ...]] = {"en": ENGLISH_WORDS, "es": SPANISH_WORDS}

__all__ = ["RULES", "WORDS", "Reading", "Rule", "readings", "spread_letters"]
