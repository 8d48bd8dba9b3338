"""General wellness only: what every text that a participant can receive must not say, as a check that can fail.

The rules are tables of patterns for a language. Before they are applied, a text is folded: compatibility forms, accents on
look-alike letters, zero-width characters, digits used as letters and l e t t e r s spread out are undone, and every
place found is given in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

DISCLAIMER_ID = "disclaimer"
DISCLAIMER = (
    "General wellness information about activities you logged. It does not measure or predict BDNF or any condition, and it"
    " is not medical advice, diagnosis or treatment. Blood BDNF is an indirect research marker and its relation to the brain"
    " is uncertain."
)
SAFETY_LINES = {
    "vigorous": (
        "Before vigorous exercise, check with a clinician if you have heart, kidney or metabolic disease, are pregnant, had"
        " surgery lately, or get chest discomfort, fainting or unusual breathlessness. Stop and seek urgent help for chest"
        " pain, fainting or sudden weakness."
    ),
    "food": "Skip what you are allergic to or were advised to avoid.",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a text must not say: which rule, where (in the original text), and what stood there."""

    rule: str
    start: int
    end: int
    match: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    pattern: re.Pattern[str]
    reason: str


_DISEASE = (
    r"(?:dementia|alzheimer\w*|parkinson\w*|disease\w*|disorder\w*|illness\w*|condition\w*"
    r"|(?:cognitive |memory |mental )?decline"
    r"|memory loss|forgetfulness|depression|anxiety|diabetes|strokes?|cancers?|hypertension|heart attacks?|ag(?:e)?ing)"
)
_ACT = (
    r"(?:prevent\w*|treat(?:s|ed|ing|ment\w*)?|cur(?:e|es|ed|ing)|delay\w*|revers\w*|slow(?:s|ed|ing)?(?: down)?"
    r"|protect\w*|ward\w* off)"
)
_GAP = r"[^.!?\n]{0,60}?"
_LEVELS = r"(?:levels?|boost\w*|rais\w*|low(?:er|s|ered|ering)?|high(?:er)?|increas\w*|improv\w*|your)"


def _rules(*table: tuple[str, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(name, re.compile(pattern, re.IGNORECASE), reason) for name, pattern, reason in table)


RULES: dict[str, tuple[Rule, ...]] = {
    "en": _rules(
        (
            "bdnf_claim",
            rf"\b{_LEVELS}\b{_GAP}\bBDNF\b|\bBDNF\b{_GAP}\b{_LEVELS}\b",
            "No claim about anybody's BDNF.",
        ),
        ("disease_claim", rf"\b{_ACT}\b{_GAP}\b{_DISEASE}\b", "No claim about a disease or decline."),
        (
            "risk_claim",
            rf"\b(?:reduc\w*|lower\w*|cut\w*|decreas\w*)\b{_GAP}\brisks?\b",
            "No claim that a risk is reduced.",
        ),
        (
            "diagnosis",
            r"\bdiagnos\w*|\bscreen(?:s|ed|ing)?\b (?:for|you)\b|\bscreening\b|\bdetect\w*|\byou (?:may|might|could) have\b"
            r"(?! (?:a |an |the )?(?:more |other |walk|time|logged|noticed|done))",
            "Nothing is diagnosed, screened for or detected.",
        ),
        (
            "brain_claim",
            r"\bbrain[- ]?ages?\b|\b(?:younger|bigger|sharper) brain\b|\bneurogenesis\b|\bre-?wir\w*"
            r"|\b(?:clinically|scientifically) proven\b|\bguarante\w*",
            "No claim about the brain, and no promise.",
        ),
        (
            "product",
            r"\bsupplement\w*|\bcapsules?\b|\bdos(?:e|es|age|ages|ing)\b|\b\d+ ?(?:mg|mcg)\b|\bmg\b|\bmilligrams?\b"
            r"|\bvitamins?\b|\bnootropics?\b|\b(?:intermittent )?fasting\b|\bketo\w*\b|\bstop taking\b|\bmedications?\b"
            r"|\bmedicines?\b|\bdrugs?\b"
            r"|\b(?:aspirin|statins?|metformin|donepezil|memantine|semaglutide|ozempic|ibuprofen|insulin"
            r"|antidepressants?|ssris?)\b"
            r"|\bwine\b|\balcohol\w*|\bbeers?\b|\bspirits\b",
            "No product, drug, regimen or alcohol.",
        ),
        (
            "body",
            r"\bcalori\w*|\bkcals?\b|\bburn\w*|\bbmi\b|\b(?:weight|fat)[- ]?loss\b"
            r"|\blos(?:e|es|ing|t)\b (?:some |any |your )?(?:weight|fat|pounds|kilos)\b"
            r"|\bbody ?fat\b|\b(?:your|lower|ideal|healthy) body ?weight\b|\bslim(?:s|mer|ming)?\b"
            r"|\bearn\w*|\bcheat\w*|\bguilt\w*|\b(?:bad|junk|forbidden) foods?\b|\bdetox\w*",
            "Nothing about calories, weight or deserving food.",
        ),
        (
            "shame",
            r"\bfail(?:s|ed|ing|ure|ures)?\b|\blaz(?:y|ily|iness|ier)\b|\bonly\b|\b(?:broke|lost|ruined)\b your streak\b"
            r"|\bbehind\b|\brank(?:s|ed|ing|ings)?\b|\bleaderboards?\b|\bashamed\b|\bdisappoint\w*",
            "Nothing that shames or compares.",
        ),
    )
}

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
