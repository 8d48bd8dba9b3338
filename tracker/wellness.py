"""General wellness only: what every text that a participant can receive must not say, as a check that can fail.

The rules are tables of patterns for each language (`tracker/wellness_rules`). Before they are applied, a text is folded:
compatibility forms, accents, look-alike letters, zero-width characters, digits used as letters and l e t t e r s spread
out are undone, and every place found is given in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from tracker.wellness_rules import RULES

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


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a text must not say: which rule, where (in the original text), and what stood there."""

    rule: str
    start: int
    end: int
    match: str
    reason: str


_LOOKALIKES = str.maketrans("аеорсухіѕԁԛԝɡ", "aeopcyxisdqwg")
_DIGIT_LETTERS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_INVISIBLE = {"Cf", "Mn", "Cc"}
_SPREAD = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·]{1,2}[^\W\d_]){3,}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class _Folded:
    """`text`, and for each of its characters the place in the original."""

    text: str
    places: tuple[int, ...]


def _characters(text: str) -> Iterator[tuple[str, int]]:
    for place, original in enumerate(text):
        for character in unicodedata.normalize("NFKD", original).translate(_LOOKALIKES):
            if unicodedata.category(character) not in _INVISIBLE or character == "\n":
                yield ("-" if unicodedata.category(character) == "Pd" else character), place


def _fold(text: str, *, one: str) -> _Folded:
    """Disguised letters as what they are read as; a 1 between letters is read as `one`."""
    digit_letters = {**_DIGIT_LETTERS, "1": one}
    folded = list(_characters(text))
    for index, (character, place) in enumerate(folded):
        letter = digit_letters.get(character)
        before = folded[index - 1][0] if index else " "
        after = folded[index + 1][0] if index + 1 < len(folded) else " "
        if letter and before.isalpha() and (after.isalpha() or not after.isalnum()):
            folded[index] = letter, place
    return _Folded("".join(character for character, _ in folded), tuple(place for _, place in folded))


def _gathered(folded: _Folded) -> _Folded:
    """With l e t t e r s spread out brought together."""
    kept: list[int] = []
    last = 0
    for spread in _SPREAD.finditer(folded.text):
        kept += range(last, spread.start())
        kept += [index for index in range(*spread.span()) if folded.text[index].isalpha()]
        last = spread.end()
    kept += range(last, len(folded.text))
    return _Folded("".join(folded.text[index] for index in kept), tuple(folded.places[index] for index in kept))


def check_text(text: str, *, language: str = "en") -> tuple[Hit, ...]:
    """What the text must not say, in the order in which it says it; empty for a text that is fine.

    The disclaimer is exempt where its id stands, so callers leave it out rather than pass it here. Raises KeyError for a
    language without rules.
    """
    rules = RULES[language]
    variants = []
    for one in "li" if "1" in text else "l":
        folded = _fold(text, one=one)
        variants.append(folded)
        gathered = _gathered(folded)
        if gathered.text != folded.text:
            variants.append(gathered)
    hits = {
        (rule.name, variant.places[found.start()], variant.places[found.end() - 1] + 1): rule.reason
        for variant in variants
        for rule in rules
        for found in rule.pattern.finditer(variant.text)
        if found.group()
    }
    return tuple(
        Hit(name, start, end, text[start:end], reason)
        for (name, start, end), reason in sorted(hits.items(), key=lambda item: (item[0][1], item[0][0]))
    )
