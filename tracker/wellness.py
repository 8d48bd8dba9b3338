"""General wellness only: what every text that a participant can receive must not say, as a check that can fail.

The rules are tables of patterns for each language (`tracker/wellness_rules`). They are applied to every reading of a text
(`tracker/wellness_rules/disguises.py`), and every place found is given in the original text. docs/wellness.md tells what
each rule is for and what passes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext_lazy

from tracker.wellness_rules import RULES, WORDS, Reading, readings, spread_letters

DISCLAIMER_ID = "disclaimer"
DISCLAIMER = gettext_lazy(
    "General wellness information about activities you logged. It does not measure or predict BDNF or any condition, and it"
    " is not medical advice, diagnosis or treatment. Blood BDNF is an indirect research marker and its relation to the brain"
    " is uncertain."
)
SAFETY_LINES = {
    "vigorous": gettext_lazy(
        "Before vigorous exercise, check with a clinician if you have heart, kidney or metabolic disease, are pregnant, had"
        " surgery lately, or get chest discomfort, fainting or unusual breathlessness. Stop and seek urgent help for chest"
        " pain, fainting or sudden weakness."
    ),
    "food": gettext_lazy("Skip what you are allergic to or were advised to avoid."),
}


# In letters spread out nothing tells where a word begins, so that three of them say too little.
SHORTEST_RUN_TOGETHER = 4


@cache
def disclaimer(language: str) -> str:
    with translation.override(language):
        return str(DISCLAIMER)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a text must not say: which rule, where (in the original text), and what stood there."""

    rule: str
    start: int
    end: int
    match: str
    reason: str


def check_text(text: str, *, language: str = "en") -> tuple[Hit, ...]:
    """What the text must not say, in the order in which it says it; empty for a text that is fine.

    The disclaimer is exempt where its id stands, so callers leave it out rather than pass it here. Raises KeyError for a
    language without rules.
    """
    rules, words = RULES[language], WORDS[language]
    hits: dict[tuple[str, int, int], str] = {}
    plain, *others = readings(text, words=words)
    for reading in (plain, *others):
        for rule in rules:
            for found in reading.found(rule.pattern):
                hits.setdefault((rule.name, *_places(reading, found)), rule.reason)
    for spread in spread_letters(plain):
        for rule in rules:
            for found in rule.run_together.finditer(spread.text):
                if len(found.group()) >= SHORTEST_RUN_TOGETHER:
                    hits.setdefault((rule.name, *_places(spread, found)), rule.reason)
    return tuple(
        Hit(name, start, end, text[start:end], reason)
        for (name, start, end), reason in sorted(hits.items(), key=lambda item: (item[0][1], item[0][0]))
    )


@cache
def rules_digest() -> str:
    """Which rules, and which readings of a text, this release checks by: what passed under the same digest passes again."""
    folder = Path(__file__).parent
    digest = blake2b(digest_size=16)
    for file in (folder / "wellness.py", *sorted((folder / "wellness_rules").glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def numerals(text: str) -> list[tuple[int, int]]:
    """Where numbers stand in signs (2, ½, ٣), which those who hide numbers must not meet."""
    return [found.span() for found in re.finditer("0+", "".join("0" if sign.isnumeric() else " " for sign in text))]


def _places(reading: Reading, found: re.Match[str]) -> tuple[int, int]:
    return reading.places[found.start()], reading.places[found.end() - 1] + 1
