"""What an evidence card is. Every text is by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

Measure = Literal["SMD", "Hedges g", "MD"]


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A difference in a blood marker, as published, with the 95% interval where there is one.

    `SMD` (standardised mean difference) and `Hedges g` have no unit and share a scale; `MD`, a mean difference, has its `unit`.
    `source` says whose it is.
    """

    measure: Measure
    value: float
    low: float | None
    high: float | None
    source: str
    unit: str | None = None
    studies: int | None = None
    participants: int | None = None
    population: dict[str, str] | None = None
    doi: str | None = None


class Caveat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: dict[str, str]
    dois: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a version of a card has that the one before hadn't."""

    version: int
    date: date
    text: dict[str, str]


class EvidenceCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`finding` concerns a marker in peripheral blood, in groups of people in studies: nobody in particular. `in_words` says it
    without a number; `caveat` is the card's own, beside those that every card carries."""

    id: str
    version: int
    practices: tuple[str, ...]
    title: dict[str, str]
    finding: dict[str, str]
    in_words: dict[str, str]
    effects: tuple[Effect, ...]
    grade: str
    years: tuple[int, ...]
    dois: tuple[str, ...]
    changes: tuple[Change, ...]
    caveat: Caveat | None = None


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a grade is called, and what it means, in a sentence."""

    label: dict[str, str]
    meaning: dict[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`caveats` are those that every card carries."""

    caveats: tuple[Caveat, ...]
    grades: Mapping[str, Grade]
    cards: dict[str, EvidenceCard]

    def cards_for(self, practice: str) -> tuple[EvidenceCard, ...]:
        return tuple(card for card in self.cards.values() if practice in card.practices)

    def for_practice(self, practice: str) -> EvidenceCard:
        """The first card that names the practice. Raises KeyError if none does."""
        for card in self.cards_for(practice):
            return card
        raise KeyError(practice)

    def caveats_of(self, card: EvidenceCard) -> tuple[Caveat, ...]:
        """The card's own first."""
        return (card.caveat, *self.caveats) if card.caveat else self.caveats
