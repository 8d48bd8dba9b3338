"""Disguised writing read as a person reads it: a text's readings, each with the places of its characters in the original.

Letters that look alike, tags, invisible characters, accents and capitals are undone in every reading. What can be meant
otherwise (digits for letters, a star for a letter, hyphens inside words, loooong vowels) gives further readings.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

_LOOKALIKES = str.maketrans(
    "сАВЕЅІЈКМНОРСТУХԌаԁеһіјӏкмнорԛѕтѵԝухвгпɡ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεηικνορτυχγω" + "ı’‘`´ʼ",
    "cABESIJKMHOPCTYXGadehijlkmhopqstvwyxbrng" + "ABEZHIKMNOPTYXabenikvoptuxyw" + "i'''''",
)
# The names of ø, ᴀ, 🅰, 🇦 …: letters that Unicode doesn't decompose.
_LETTER_NAME = re.compile(
    r"(?:LATIN|REGIONAL INDICATOR|SQUARED|CIRCLED)\b.*\b(?:LETTER|CAPITAL) (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?$"
)
SHORTEST_SPLIT = 7  # a shorter word with a space inside is more often two words
_INVISIBLE = {"Cf", "Mn", "Me", "Cc"}
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"
# At most 200 characters, so that a text of nothing but `<` takes no square of its length.
_TAG = re.compile(
    r"<!--.{0,200}?-->|</?([A-Za-z][\w-]{0,20})\b[^<>]{0,200}>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});", re.DOTALL
)
_INLINE = re.compile(
    r"(?:a|abbr|b|big|code|del|em|font|i|ins|mark|s|small|span|strike|strong|sub|sup|u|wbr)$", re.IGNORECASE
)

_LEET_LETTERS = str.maketrans("034578$@€!|", "oeastbsaeil")
_LEET_WORD = re.compile(r"(?<![^\W_\d])[^\W_\d]*[\d$@€!|](?:[\w$@€]|[!|](?=[\w$@€]))*")
_LETTER = re.compile(r"[^\W\d_]")
# Endings of numbers that are no disguise: 5k, 20min, 3rd, 30g.
_UNIT = re.compile(r"\d+(?:[.,]\d+)?(?:[a-z]{1,2}|min|mins|kcal|mcg|rd|th|st)?$")
_SPREAD = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\w\n]{1,3}[^\W\d_]|_[^\W\d_]){3,}(?![^\W_])")
_INSIDE = re.compile(
    r"(?<=[^\W\d_])(?:[^\w\s']|_){1,3}(?=[^\W\d_])|(?<=[^\W\d_])'(?=[^\W\d_])(?!(?:s|t|re|ve|ll|d|m)\b)"
)
_MASKED = re.compile(r"(?<![^\W_])[^\W\d_]+(?:[*#_•%?+~×]{1,3}[^\W\d_]+)+|(?<![^\W_])[^\W\d_]{3,}[*#•×]+")
_LONGEST_RUN = 200
_REACH = 100  # characters: what a pattern bridges, and the words at both ends
_LONG = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text; `places`: for each character of `text`, where it stands in the original.

    What lies before `start` and after `end` reads as in the plain reading, and needs no second look.
    """

    text: str
    places: Sequence[int]
    start: int = 0
    end: int = sys.maxsize

    def found(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return pattern.finditer(self.text, self.start, self.end)

    def replaced(self, pattern: re.Pattern[str], instead: Callable[[re.Match[str]], str]) -> Reading:
        """With what is found read as something else; a character of the new keeps its own place if there is one."""
        pieces: list[str] = []
        places: list[int] = []
        last = 0
        for found in pattern.finditer(self.text):
            new = instead(found)
            here = self.places[found.start() : found.end()]
            pieces += (self.text[last : found.start()], new)
            places += self.places[last : found.start()]
            places += [here[min(index, len(here) - 1)] for index in range(len(new))]
            last = found.end()
        return Reading("".join((*pieces, self.text[last:])), [*places, *self.places[last:]]) if last else self

    def without(self, pattern: re.Pattern[str], *, kept: Callable[[str], bool]) -> Reading:
        """With those characters of what is found left out that aren't `kept`."""
        pieces: list[str] = []
        places: list[int] = []
        last = 0
        for found in pattern.finditer(self.text):
            indexes = [index for index in range(*found.span()) if kept(self.text[index])]
            pieces += (self.text[last : found.start()], *(self.text[index] for index in indexes))
            places += self.places[last : found.start()]
            places += [self.places[index] for index in indexes]
            last = found.end()
        return Reading("".join((*pieces, self.text[last:])), [*places, *self.places[last:]]) if last else self


def readings(text: str, *, words: tuple[str, ...]) -> tuple[Reading, ...]:
    """Every different way to read the text, the plainest first; `words`: those that a star may stand in."""
    plain = _plain(text)
    found = [plain]
    for one in "li" if "1" in plain.text else "l":
        spelt = plain.replaced(_LEET_WORD, lambda match, one=one: _spelt(match.group(), one))  # type: ignore[misc]
        unmasked = spelt.replaced(_MASKED, lambda match: _unmasked(match.group(), words))
        whole = unmasked.without(_split(words), kept=str.isalpha)
        joined = unmasked.without(_INSIDE, kept=lambda character: False)
        found += spelt, unmasked, whole, joined, gathered(spelt)
        found += (joined.replaced(_LONG, lambda match, most=most: _shortened(match, most)) for most in (1, 2))  # type: ignore[misc]
    others = {reading.text: reading for reading in found if reading.text != plain.text}
    return (plain, *(_narrowed(reading, plain) for reading in others.values()))


def _narrowed(reading: Reading, plain: Reading) -> Reading:
    """To the words around what reads differently: as far as a pattern can reach."""
    same = _shared(reading.text, plain.text)
    same_at_end = _shared(reading.text[::-1], plain.text[::-1])
    end = reading.text.find(" ", max(same, len(reading.text) - same_at_end) + _REACH)
    return replace(reading, start=max(0, same - _REACH), end=len(reading.text) if end < 0 else end)


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common from the start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def spread_letters(plain: Reading) -> Iterator[Reading]:
    """L e t t e r s spread out, each run of them in one piece, so that words in it stand without a space."""
    for found in _SPREAD.finditer(plain.text):
        letters = gathered(Reading(found.group(), plain.places[found.start() : found.end()]))
        for start in range(
            0, len(letters.text), _LONGEST_RUN // 2
        ):  # in windows, as patterns take the square of a length
            end = start + _LONGEST_RUN
            yield Reading(letters.text[start:end], letters.places[start:end])


def gathered(reading: Reading) -> Reading:
    return reading.without(_SPREAD, kept=str.isalpha)


def _plain(text: str) -> Reading:
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return Reading(text.lower(), range(len(text)))
    pieces: list[str] = []
    places: list[int] = []
    for original, place in _untagged(text):
        for letter in _seen(original):
            pieces.append(letter)
            places.append(place)
    return Reading("".join(pieces), places)


def _untagged(text: str) -> Iterator[tuple[str, int]]:
    last = 0
    for tag in _TAG.finditer(text):
        yield from zip(text[last : tag.start()], range(last, tag.start()), strict=True)
        name = tag.group(1)
        if tag.group().startswith("&"):
            yield from ((character, tag.start()) for character in html.unescape(tag.group()))
        elif name and not _INLINE.match(name):
            yield " ", tag.start()
        last = tag.end()
    yield from zip(text[last:], range(last, len(text)), strict=True)


@lru_cache(maxsize=4096)
def _seen(original: str) -> str:
    """What one character is seen as: nothing, or small letters without accents."""
    if original.isascii():
        return original.lower() if original.isprintable() or original == "\n" else " " if original.isspace() else ""
    seen = []
    for character in unicodedata.normalize("NFKD", original).translate(_LOOKALIKES):
        category = unicodedata.category(character)
        if character.isspace():
            seen.append(" ")
        elif category == "Pd":
            seen.append("-")
        elif category not in _INVISIBLE and character not in _BLANKS:
            named = None if character.isascii() else _LETTER_NAME.match(unicodedata.name(character, ""))
            seen.append((named.group(1) if named else character).casefold())
    return "".join(seen)


@lru_cache
def _split(words: tuple[str, ...]) -> re.Pattern[str]:
    """The longer of the words with spaces in them: vita min."""
    spaced = ("[ ]?".join(word) for word in words if len(word) >= SHORTEST_SPLIT)
    return re.compile(rf"\b(?:{'|'.join(spaced)})\w*")


def _spelt(word: str, one: str) -> str:
    """Digits and signs as the letters that they stand for, where there are letters beside them."""
    if not _LETTER.search(word) or _UNIT.match(word):
        return word
    return word.translate(_LEET_LETTERS).replace("1", one)


def _unmasked(masked: str, words: tuple[str, ...]) -> str:
    """c*lories as calories: one sign for each letter, one of the words, and at least half of it in sight."""
    signs = sum(not character.isalpha() for character in masked)
    if signs * 2 > len(masked):
        return masked
    for word in words:
        size = min(len(word), len(masked))
        if len(masked) >= len(word) and all(
            there in (letter,) or not there.isalpha() for there, letter in zip(masked[:size], word, strict=False)
        ):
            return word + masked[size:]
    return masked


def _shortened(match: re.Match[str], most: int) -> str:
    """Looong as long or loong; a, i and u hardly ever stand twice."""
    letter: str = match.group(1)
    return letter if letter in "aiu" else letter * most
