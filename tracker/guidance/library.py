"""The texts of guidance: suggestions and encouragements, their conditions, and what makes one unfit to be shown.

Each text has a `turn`, 0 to 3, and is offered in every fourth week only. So nothing is repeated within three weeks, whatever
was logged, and no server has to remember what it showed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from backend.languages import LANGUAGE_CODES, Texts, missing_languages
from tracker.evidence import Evidence, read_evidence
from tracker.scoring.protocol import (
    ACTIVITY_DAY_SECONDS,
    COGNITIVE_CATEGORIES,
    MINUTE,
    PRACTICES,
    SKILL_CATEGORIES,
    TAGGED_DAY_SECONDS,
    Practice,
)
from tracker.scoring.weeks import Week
from tracker.wellness import SAFETY_LINES, check_text, numerals

DATA = Path(__file__).parents[1] / "data"
TURNS = 4
# Encouragements for weeks of which there is no number yet, and for excused ones.
LOGGING, REST = "logging", "rest"
MINUTES_OF_EFFORT = 10
MOST_SERVINGS = 5

Turn = Annotated[int, Meta(ge=0, lt=TURNS)]
if TYPE_CHECKING:  # a type checker can't read the protocol's list
    PracticeCode = str
else:
    PracticeCode = Literal[tuple(PRACTICES)]
Kind = Literal["suggestion", "encouragement"]


class GuidanceTextError(ValueError):
    """A text that can't be used: which, and why."""


class Step(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a suggestion asks for, as something that can be logged: minutes of exercise, or of a cognitive activity in one of
    the `categories`, or servings of the practice's own food. `on` a free day, or added to a day that has some already."""

    minutes: Annotated[int, Meta(ge=1, le=240)] | None = None
    intensity: Literal["light", "moderate", "vigorous"] | None = None
    strength: bool = False
    balance: bool = False
    categories: tuple[Literal[COGNITIVE_CATEGORIES], ...] = ()  # type: ignore[valid-type]
    social: bool = False
    servings: Decimal | None = None
    on: Literal["free", "same"] = "free"

    @property
    def effort(self) -> Fraction:
        """How large a step it is: ten minutes, or one serving, is 1. Vigorous minutes count twice, as they do in the score, so
        that exertion is no short cut. A convention, to compare steps by."""
        if self.servings is not None:
            return Fraction(self.servings)
        return Fraction(self.minutes or 0, MINUTES_OF_EFFORT) * (2 if self.intensity == "vigorous" else 1)


class Conditions(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom a text fits. `older`: 65 or over, or younger; `started`: some of the practice was logged this week, or nothing
    yet; `does` and `does_not`: practices of which something, or nothing, was logged; what is in `does` must also apply."""

    older: bool | None = None
    started: bool | None = None
    does: tuple[PracticeCode, ...] = ()
    does_not: tuple[PracticeCode, ...] = ()

    @property
    def count(self) -> int:
        """How many there are: of two texts that fit, the one with more fits better."""
        return (self.older is not None) + (self.started is not None) + len(self.does) + len(self.does_not)


class SuggestionText(Struct, frozen=True, forbid_unknown_fields=True):
    """`title` and `text` are by language."""

    id: str
    practice: PracticeCode
    turn: Turn
    step: Step
    title: dict[str, str]
    text: dict[str, str]
    evidence_id: str
    safety: str | None
    when: Conditions = Conditions()


class EncouragementText(Struct, frozen=True, forbid_unknown_fields=True):
    """For a practice that went well; or `logging`, when there is no number yet, or `rest`, for an excused week."""

    id: str
    practice: Literal[(*PRACTICES, LOGGING, REST)]  # type: ignore[valid-type]
    turn: Turn
    text: dict[str, str]


TextForm = TypeVar("TextForm", SuggestionText, EncouragementText)


@dataclass(frozen=True, slots=True)
class Library:
    """The texts by practice and turn, in the order of their ids."""

    suggestions: Mapping[tuple[str, int], tuple[SuggestionText, ...]]
    encouragements: Mapping[tuple[str, int], tuple[EncouragementText, ...]]

    @classmethod
    def of(cls, suggestions: Iterable[SuggestionText], encouragements: Iterable[EncouragementText]) -> Library:
        return cls(_by_turn(suggestions), _by_turn(encouragements))

    @property
    def codes(self) -> list[str]:
        """Of the suggestions."""
        return [text.id for text in self.all_suggestions()]

    def all_suggestions(self) -> list[SuggestionText]:
        return [text for texts in self.suggestions.values() for text in texts]

    def all_encouragements(self) -> list[EncouragementText]:
        return [text for texts in self.encouragements.values() for text in texts]


def turn_of(week: Week) -> int:
    """Whose turn it is: the four take theirs week by week, over the ends of years too."""
    return (week.monday.toordinal() // 7) % TURNS


@cache
def read_library(folder: Path = DATA) -> Library:
    """The texts that the project ships. Raises GuidanceTextError for one that is unfit."""
    suggestions = _read(folder / "suggestions", SuggestionText)
    encouragements = _read(folder / "encouragements", EncouragementText)
    evidence = read_evidence(folder / "evidence.json")
    ids = [text.id for text in suggestions] + [text.id for text in encouragements]
    for twice in {name for name in ids if ids.count(name) > 1}:
        raise GuidanceTextError(f"{twice}: there are two of this name.")
    for suggestion in suggestions:
        check_suggestion(suggestion, evidence)
    for encouragement in encouragements:
        check_encouragement(encouragement)
    return Library.of(suggestions, encouragements)


def check_suggestion(text: SuggestionText, evidence: Evidence) -> None:
    """Raises GuidanceTextError for what is uncited, missing in a language, not general wellness, or a step that isn't one."""
    check_form(text, evidence)
    check_words(text)


def check_form(text: SuggestionText, evidence: Evidence) -> None:
    """What a suggestion is made of, its words aside. Raises GuidanceTextError."""
    card = evidence.cards.get(text.evidence_id)
    if card is None:
        raise GuidanceTextError(f"{text.id}: there is no evidence card {text.evidence_id}.")
    if text.practice not in card.practices:
        raise GuidanceTextError(f"{text.id}: the card {card.id} is not about {text.practice}.")
    if text.safety is not None and text.safety not in SAFETY_LINES:
        raise GuidanceTextError(f"{text.id}: there is no safety line {text.safety}.")
    if text.step.intensity == "vigorous" and text.safety != "vigorous":
        raise GuidanceTextError(f"{text.id}: a vigorous step needs its safety line.")
    if fault := _step_fault(text.step, PRACTICES[text.practice]):
        raise GuidanceTextError(f"{text.id}: {fault}")


def check_encouragement(text: EncouragementText) -> None:
    """Raises GuidanceTextError for what is missing in a language or not general wellness."""
    check_words(text)


def _step_fault(step: Step, practice: Practice) -> str | None:
    """Why the step is none for its practice, whatever else was logged."""
    if practice.domain == "diet":
        if step.servings is None or step.minutes is not None or not 0 < step.servings <= MOST_SERVINGS:
            return f"a step of food is so many servings, up to {MOST_SERVINGS}."
        return None
    if step.minutes is None or step.servings is not None:
        return "the step is so many minutes."
    if practice.domain == "exercise":
        return _exercise_fault(step, practice)
    if not step.categories:
        return "a cognitive step names its categories."
    if practice.code == "skill_days" and not SKILL_CATEGORIES.issuperset(step.categories):
        return "only training, learning and music are skills."
    if practice.code == "social_days" and not step.social:
        return "the step is not in company."
    if (
        practice.code in ("activity_days", "variety")
        and step.on == "free"
        and step.minutes * MINUTE < ACTIVITY_DAY_SECONDS
    ):
        return "ten minutes of a category make it count."
    return None


def _exercise_fault(step: Step, practice: Practice) -> str | None:
    if step.intensity is None:
        return "the step has no intensity."
    tagged = {"strength_days": step.strength, "balance_days": step.balance}
    if not tagged.get(practice.code, True):
        return "the step lacks its practice's tag."
    if practice.code in tagged and step.on == "free" and step.minutes is not None:
        if step.minutes * MINUTE < TAGGED_DAY_SECONDS:
            return "ten minutes make such a day."
        return None
    if practice.code == "aerobic_minutes" and (step.strength or step.intensity == "light"):
        return "strength and light minutes are no active minutes."
    return None


def check_words(text: SuggestionText | EncouragementText) -> None:
    """Raises GuidanceTextError for the first fault of the words."""
    for fault in word_faults_of(text):
        raise GuidanceTextError(f"{text.id}: {fault.detail}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What makes a text unfit: a rule of the wellness check or `missing`, `digits` or `form`; and where, if it is a place.

    `field` is `title` or `text`, empty for the whole; `start` and `end` are characters of the text in that language.
    """

    rule: str
    detail: str
    field: str = ""
    language: str = ""
    start: int = 0
    end: int = 0


def word_faults_of(text: SuggestionText | EncouragementText) -> Iterator[Fault]:
    if isinstance(text, SuggestionText):
        yield from word_faults("title", text.title)
    yield from word_faults("text", text.text)


def word_faults(field: str, texts: Texts) -> Iterator[Fault]:
    """All that keeps a text, in any of its languages, from participants."""
    for language in missing_languages(texts):
        yield Fault("missing", f"there is no text in {language}.", field, language)
    for language in LANGUAGE_CODES:
        text = texts.get(language, "")
        for place in numerals(text):
            yield Fault("digits", "numbers are written as words, for those who hide them.", field, language, *place)
        for hit in check_text(text, language=language):
            yield Fault(hit.rule, f"{hit.match!r}. {hit.reason}", field, language, hit.start, hit.end)


def library_texts(
    suggestions: Iterable[SuggestionText], encouragements: Iterable[EncouragementText]
) -> Iterable[tuple[str, Texts]]:
    for suggestion in suggestions:
        yield suggestion.id, suggestion.title
        yield suggestion.id, suggestion.text
    for encouragement in encouragements:
        yield encouragement.id, encouragement.text


def _by_turn(texts: Iterable[TextForm]) -> dict[tuple[str, int], tuple[TextForm, ...]]:
    found: dict[tuple[str, int], list[TextForm]] = defaultdict(list)
    for text in sorted(texts, key=lambda text: text.id):
        found[text.practice, text.turn].append(text)
    return {key: tuple(texts) for key, texts in found.items()}


def _read(folder: Path, form: type[TextForm]) -> list[TextForm]:
    texts: list[TextForm] = []
    for file in sorted(folder.glob("*.json")):
        try:
            texts += msgspec.json.decode(file.read_bytes(), type=list[form])  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            raise GuidanceTextError(f"{file.name}: {error}") from error
    return texts
