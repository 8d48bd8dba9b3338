"""Every text that a participant can receive, with where it comes from: what the wellness check is run over.

The disclaimer is left out: it is exempt by its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.template.engine import Engine

from tracker.catalogue.files import read_cognitive_activities, read_exercise_activities, read_foods
from tracker.evidence import read_evidence
from tracker.guidance import PRACTICE_NAMES, choose_guidance, guidance_document, library_texts, read_library, texts_of
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS, INTENSITIES
from tracker.scoring.records import CognitiveRecord, DietRecord, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.summary_mail import DOMAIN_NAMES, SCORE_WORDS, STATUS_WORDS, SUBJECT
from tracker.wellness import SAFETY_LINES

TEMPLATES = Path(__file__).parent / "templates" / "tracker"
_MARKUP = re.compile(
    r"<mj-(?:style|attributes)>.*?</mj-(?:style|attributes)>|<[^>]+>|\{%[^%]*%\}|\{\{[^}]*\}\}", re.DOTALL
)
SWEEP_WEEKS = 60


def participant_texts() -> Iterator[tuple[str, str]]:
    """(place, text) of stored, templated and generated texts, in English."""
    yield from _guidance_files()
    yield from _catalogue()
    yield from _templates()
    yield from _generated()


def _guidance_files() -> Iterator[tuple[str, str]]:
    library = read_library()
    suggestions = [text for texts in library.suggestions.values() for text in texts]
    for name, text in library_texts(suggestions, library.encouragements.values()):
        yield f"suggestions.json: {name}", text
    evidence = read_evidence()
    for card in evidence.cards.values():
        yield f"evidence.json: {card.id}", card.finding
    for number, caveat in enumerate(evidence.caveats):
        yield f"evidence.json: caveat {number}", caveat
    for name, line in SAFETY_LINES.items():
        yield f"safety line: {name}", line


def _catalogue() -> Iterator[tuple[str, str]]:
    labels = chain(
        ((entry.code, entry.labels) for entry in read_exercise_activities()),
        ((entry.code, entry.labels) for entry in read_cognitive_activities()),
        ((entry.code, entry.labels) for entry in read_foods()),
    )
    for code, texts in labels:
        yield f"catalogue: {code}", texts["en"]
    synonyms: Iterator[tuple[str, dict[str, tuple[str, ...]]]] = chain(
        ((entry.code, entry.synonyms) for entry in read_exercise_activities()),
        ((entry.code, entry.synonyms) for entry in read_cognitive_activities()),
        ((entry.code, entry.synonyms) for entry in read_foods()),
    )
    for code, words in synonyms:
        for word in words["en"]:
            yield f"catalogue: {code}, synonym", word
    for food in read_foods():
        yield f"catalogue: {food.code}, household measure", food.household_measures["en"]


def _templates() -> Iterator[tuple[str, str]]:
    folders = [Path(folder) for folder in Engine.get_default().dirs]
    account_mails = [file for folder in folders for file in folder.glob("account/email/*.txt")]
    for file in sorted([*TEMPLATES.glob("*.mjml"), *TEMPLATES.glob("*.txt"), *account_mails]):
        for number, line in enumerate(_MARKUP.sub(" ", file.read_text("utf-8")).splitlines(), start=1):
            if line.strip():
                yield f"{file.name}: {number}", line.strip()
    for status, words in STATUS_WORDS.items():
        yield f"status: {status}", words
    for _, words in SCORE_WORDS:
        yield "score in words", words
    yield "subject of the summary", SUBJECT
    for name in (*DOMAIN_NAMES.values(), *PRACTICE_NAMES.values()):
        yield "name of a domain or practice", name


def _generated() -> Iterator[tuple[str, str]]:
    """Guidance over a sweep of made-up weeks, from empty to full, for several participants."""
    for number in range(SWEEP_WEEKS):
        records = _week(number)
        for facts in (ParticipantFacts(), ParticipantFacts(1950, frozenset({"fish", "strength_days"}))):
            chosen = choose_guidance(records, score_week(records, facts), facts)
            for hidden in (False, True):
                for text in texts_of(guidance_document(chosen, hide_numbers=hidden)):
                    yield f"guidance of made-up week {number}", text


def _week(number: int) -> WeekRecords:
    week = Week.parse("2026-W01").minus(-number)
    days = week.days[: number % 8]
    exercise = tuple(
        ExerciseRecord(f"e{day}", day, 300 * (number % 13), INTENSITIES[number % 3], number % 2 == 0, number % 5 == 0)
        for day in days
        if number % 13
    )
    cognitive = tuple(
        CognitiveRecord(
            f"c{day}", day, 240 * (number % 7), COGNITIVE_CATEGORIES[(number + day.day) % 8], number % 3 == 0
        )
        for day in days
        if number % 7
    )
    diet = tuple(
        DietRecord(f"d{day}", day, tuple(25 * ((number + group + day.day) % 9) for group in range(len(FOOD_GROUPS))))
        for day in days
    )
    confirmed = frozenset({"exercise", "cognitive", "diet"}) if number % 2 else frozenset[str]()
    return WeekRecords(week, exercise, cognitive, diet, (), confirmed)
