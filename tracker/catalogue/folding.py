"""Words as they are compared: without case, accents and punctuation, and by their sound.

Search terms are given out folded, so that phones compare the same.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f]+")
_NO_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['\u2019]")

# As Spanish sounds, and often enough as English is misspelt: what is written differently and heard alike. Capitals are sounds
# that no folded word has as a letter.
_SOUNDS = (
    (re.compile(r"ch"), "C"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"h"), ""),
    (re.compile(r"c(?=[eiy])|z|x"), "s"),
    (re.compile(r"qu(?=[ei])|ck|[cq]"), "k"),
    (re.compile(r"gu(?=[ei])"), "G"),
    (re.compile(r"g(?=[ei])|j"), "J"),
    (re.compile(r"g"), "G"),
    (re.compile(r"ll|y"), "i"),
    (re.compile(r"[vw]"), "b"),
    (re.compile(r"(.)\1+"), r"\1"),
)

FILLERS = {
    "en": frozenset(["a", "an", "and", "at", "for", "in", "my", "of", "on", "or", "the", "to", "with"]),
    "es": frozenset(
        [
            "a",
            "al",
            "con",
            "de",
            "del",
            "el",
            "en",
            "la",
            "las",
            "lo",
            "los",
            "mi",
            "o",
            "para",
            "por",
            "sin",
            "un",
            "una",
            "y",
        ]
    ),
}
"""Words that a search leaves out, unless it has no others."""


def fold(text: str) -> str:
    """Lower-case words without accents, with single blanks: `Café con leche, 1 taza` is `cafe con leche 1 taza`."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return _NO_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def sound(word: str) -> str:
    """A folded word as it is heard: `havas` and `abas` are the same, `ajedres` and `ajedrez`."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def stem(word: str) -> str:
    """A folded word without the ending of a plural: `walnuts`, `berries` and `nueces` lose theirs."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith("ces"):
        return word[:-3] + "z"
    if len(word) > 4 and word.endswith("es"):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
