"""Finding entries by what people type: beginnings, missing accents, slips of the finger, other words for the same.

An index holds the terms (label and synonyms) of one list in one language. A query's words are each matched with the words of
the terms, and a term is as good as its words match and as little of it is left over. `docs/api/catalogue.md` gives the
arithmetic, so that phones rank the same without a server.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from tracker.catalogue.folding import FILLERS, fold, sound, stem

MAX_WORDS = 8
"""Of a query. What comes after is left out."""

MAX_LETTERS = 40
"""Of a word of a query."""

EXACT, PLURAL, SOUNDS_ALIKE = 1.0, 0.96, 0.86
PREFIX_FROM, PREFIX_RANGE = 0.78, 0.16
"""A beginning: from 0.78 to 0.94, as more of the word is there."""
ONE_SLIP, TWO_SLIPS = 0.80, 0.66
SLIP_IN_PREFIX = 0.68
OTHER_FIRST_LETTER = 0.06
"""Taken off a slip that changes the first letter: that one is seldom mistyped."""
SYNONYM, OTHER_LANGUAGE = 0.97, 0.85
LEFT_OVER = 0.25
"""The share of a term's worth that its unmatched words can cost."""
WORD_MISSING = 0.75
ACROSS_TERMS = 0.8
COMMON = 0.04
STARTS = 0.02
"""For a term that begins with the first word asked for."""
LONG = 5
"""Letters, from which a beginning may have a slip, and be that of two words written as one."""
LEAST = 0.4
"""What is worse is no answer."""

WHOLE = 10_000
"""Scores are compared in ten-thousandths, so that a phone that adds up in another order has the same ones."""

Order = tuple[bool, int, str]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Searchable:
    """An entry, for the index: its terms, the label first."""

    code: str
    terms: tuple[str, ...]
    other_language: tuple[str, ...] = ()
    common: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` in whole ten-thousandths."""

    code: str
    score: int
    order: Order

    @property
    def rank(self) -> tuple[int, Order]:
        return -self.score, self.order


def _order(entry: Searchable) -> Order:
    """Between equals, the common and the shorter named come first."""
    return not entry.common, len(fold(entry.terms[0])) if entry.terms else 0, entry.code


def _whole(worth: Floats) -> Ints:
    """Ten-thousandths. What is half of one is rounded up, whatever order it was added up in."""
    return np.floor(worth * WHOLE + 0.500001).astype(np.int64)


class SearchIndex:
    """Immutable."""

    def __init__(self, entries: Iterable[Searchable], language: str) -> None:
        self.language = language
        in_order = sorted(((_order(entry), entry) for entry in entries), key=itemgetter(0))
        self._order = [order for order, _ in in_order]
        entries = [entry for _, entry in in_order]
        self.codes = [entry.code for entry in entries]
        words: list[list[str]] = []
        term_entry: list[int] = []
        term_weight: list[float] = []
        for number, entry in enumerate(entries):
            for position, term in enumerate((*entry.terms, *entry.other_language)):
                if split := fold(term).split():
                    words.append(split)
                    term_entry.append(number)
                    other = position >= len(entry.terms)
                    term_weight.append(OTHER_LANGUAGE if other else SYNONYM if position else 1.0)
        self._bonus = _whole(COMMON * np.array([entry.common for entry in entries], np.float64))
        self._term_entry: Ints = np.array(term_entry, np.int64)
        self._term_weight: Floats = np.array(term_weight, np.float64)
        self._term_length: Floats = np.array([self._counted(split) for split in words], np.float64)
        self._read_words(words)

    def _counted(self, words: Sequence[str]) -> int:
        """How many words of a term a query should name."""
        return sum(word not in FILLERS.get(self.language, ()) for word in words) or len(words)

    def _read_words(self, terms: Sequence[Sequence[str]]) -> None:
        words: dict[str, list[int]] = {}
        joined: dict[str, list[int]] = {}
        for number, split in enumerate(terms):
            for word in dict.fromkeys(split):
                words.setdefault(word, []).append(number)
            for left, right in pairwise(split):
                joined.setdefault(left + right, []).append(number)
        self._words = _Vocabulary(words)
        # Two neighbours make a word too: people type `peanutbutter`. There are many, so that slips are not looked for.
        self._joined = _Vocabulary(joined)
        numbers = {word: number for number, word in enumerate(self._words.words)}
        self._first: Ints = np.array([numbers[split[0]] for split in terms], np.int64)
        self._by_stem = _grouped(self._words.words, stem)
        self._by_sound = _grouped(self._words.words, sound)
        self._beginnings: dict[int, list[str]] = {}

    def search(self, query: str, *, used: Mapping[str, float] | None = None, limit: int = 20) -> list[Hit]:
        """The best entries, best first. `used` adds to the worth of what was found (of what somebody logs often)."""
        words = self._asked(query)
        if not words or not self._words.words:
            return []
        matched = self._matched(words)
        worth = _whole(self._entries(matched, words[0]))
        found = np.flatnonzero(worth >= LEAST * WHOLE)
        if not found.size and len(words) > 1:  # better than nothing: all but one of the words
            worth = _whole(self._entries(matched, words[0], missing=1))
            found = np.flatnonzero(worth >= LEAST / 2 * WHOLE)
        if not found.size:
            return []
        scores = worth[found] + self._bonus[found]
        for code, more in (used or {}).items():
            position = self._positions.get(code, -1)
            at = int(np.searchsorted(found, position))
            if at < found.size and found[at] == position:
                scores[at] += _whole(np.array(more))
        order = np.lexsort((found, -scores))[:limit]
        return [Hit(self.codes[found[at]], int(scores[at]), self._order[found[at]]) for at in order]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.codes)}

    def _asked(self, query: str) -> list[str]:
        words = list(dict.fromkeys(word[:MAX_LETTERS] for word in fold(query).split()))[:MAX_WORDS]
        return [word for word in words if word not in FILLERS.get(self.language, ())] or words

    def _matched(self, words: Sequence[str]) -> Floats:
        """How well each term has each word: a row for each word asked for."""
        matched = [self._matches(word) for word in words]
        for at, (left, right) in enumerate(pairwise(words)):
            joined = self._as_neighbours(left + right, self._words)
            matched[at] = np.maximum(matched[at], joined)
            matched[at + 1] = np.maximum(matched[at + 1], joined)
        return np.stack(matched)

    def _entries(self, each: Floats, first: str, *, missing: int = 0) -> Floats:
        """What each entry is worth as an answer, 0 to 1. `each` is of `_matched`, `first` the first word asked for."""
        count = len(each)
        total, named = each.sum(axis=0), (each > 0).sum(axis=0)
        left_over = 1 - np.minimum(named / self._term_length, 1)
        worth = total / count * (1 - LEFT_OVER * left_over) * self._term_weight
        worth *= np.where(named == count, 1.0, np.where(named == count - missing, WORD_MISSING, 0.0))
        worth += STARTS * (worth > 0) * self._begins_with(first)
        best = np.zeros(len(self.codes), np.float64)
        np.maximum.at(best, self._term_entry, worth)
        if count > 1:
            by_entry = np.zeros((count, len(self.codes)), np.float64)
            for at in range(count):
                np.maximum.at(by_entry[at], self._term_entry, each[at])
            across = by_entry.sum(axis=0) / count * ACROSS_TERMS * (by_entry > 0).all(axis=0)
            best = np.maximum(best, across)
        return best

    def _begins_with(self, word: str) -> NDArray[np.bool_]:
        low, high = self._words.beginning_with(word)
        return (self._first >= low) & (self._first < high)

    def _matches(self, word: str) -> Floats:
        """How well each term has this word, 0 for not at all."""
        words = self._words
        quality = np.zeros(len(words.words), np.float64)
        self._mark_slips(word, quality)
        self._mark(quality, self._by_sound.get(sound(word), ()), SOUNDS_ALIKE)
        words.mark_beginnings(word, quality)
        self._mark(quality, self._by_stem.get(stem(word), ()), PLURAL)
        words.mark_same(word, quality)
        return np.maximum(words.on_terms(quality, len(self._term_entry)), self._as_neighbours(word, self._joined))

    def _as_neighbours(self, word: str, vocabulary: _Vocabulary) -> Floats:
        """How well each term has a word that somebody writes as one, or as two, and others don't."""
        quality = np.zeros(len(vocabulary.words), np.float64)
        if len(word) >= LONG:
            vocabulary.mark_beginnings(word, quality)
        vocabulary.mark_same(word, quality)
        return vocabulary.on_terms(quality, len(self._term_entry))

    def _mark(self, quality: Floats, words: Sequence[int], worth: float) -> None:
        for number in words:
            quality[number] = max(quality[number], worth)

    def _mark_slips(self, word: str, quality: Floats) -> None:
        allowed = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
        if not allowed:
            return
        distance = cdist([word], self._words.words, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8)[0]
        worth = np.where(distance == 1, ONE_SLIP, 0.0)
        if allowed > 1:
            worth[distance == 2] = TWO_SLIPS
        if len(word) >= LONG:
            beginnings = self._beginnings_of(len(word))
            (starts,) = cdist([word], beginnings, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
            np.maximum(worth, np.where(starts == 1, SLIP_IN_PREFIX, 0.0), out=worth)
        low, high = self._words.beginning_with(word[0])
        worth[:low] -= OTHER_FIRST_LETTER
        worth[high:] -= OTHER_FIRST_LETTER
        np.maximum(quality, worth, out=quality)

    def _beginnings_of(self, length: int) -> list[str]:
        if length not in self._beginnings:
            self._beginnings[length] = [word[:length] for word in self._words.words]
        return self._beginnings[length]


class _Vocabulary:
    """Words in alphabetical order, and for each the terms that have it."""

    def __init__(self, terms_of: Mapping[str, Sequence[int]]) -> None:
        self.words = sorted(terms_of)
        self._lengths: Ints = np.array([len(word) for word in self.words], np.int64)
        self._starts: Ints = np.zeros(len(self.words) + 1, np.int64)
        self._starts[1:] = np.cumsum([len(terms_of[word]) for word in self.words])
        self._terms: Ints = np.array([number for word in self.words for number in terms_of[word]], np.int64)

    def beginning_with(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self.words, prefix), bisect_left(self.words, prefix + "\U0010ffff")

    def mark_same(self, word: str, quality: Floats) -> None:
        at = bisect_left(self.words, word)
        if at < len(self.words) and self.words[at] == word:
            quality[at] = EXACT

    def mark_beginnings(self, word: str, quality: Floats) -> None:
        low, high = self.beginning_with(word)
        worth = PREFIX_FROM + PREFIX_RANGE * len(word) / self._lengths[low:high]
        quality[low:high] = np.maximum(quality[low:high], worth)

    def on_terms(self, quality: Floats, count: int) -> Floats:
        """The best of each term's words."""
        best = np.zeros(count, np.float64)
        words = np.flatnonzero(quality > 0)
        if words.size:
            counts = self._starts[words + 1] - self._starts[words]
            offsets = np.repeat(self._starts[words] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
            terms = self._terms[np.arange(counts.sum()) + offsets]
            np.maximum.at(best, terms, np.repeat(quality[words], counts))
        return best


def _grouped(words: Sequence[str], key: Any) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        groups.setdefault(key(word), []).append(number)
    return groups
