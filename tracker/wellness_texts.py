"""Every text that a participant can receive, with where it comes from: what the wellness check is run over.

The disclaimer is left out: it is exempt by its id.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.template.engine import Engine

from backend.accounts.models import User
from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_CODES
from tracker.catalogue.files import read_cognitive_activities, read_exercise_activities, read_foods
from tracker.evidence import evidence_texts, read_evidence
from tracker.guidance.choosing import choose_guidance
from tracker.guidance.documents import guidance_document, texts_of
from tracker.guidance.library import library_texts, read_library
from tracker.models import CognitiveActivity, ExerciseActivity, Food, GuidanceVersion, VersionState
from tracker.models.catalogue import CatalogueEntry
from tracker.practice_labels import PRACTICE_COUNTS, PRACTICE_LABELS
from tracker.preferences import NO_PREFERENCES
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS, INTENSITIES
from tracker.scoring.records import CognitiveRecord, DietRecord, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.summary_documents import mail_context
from tracker.summary_mail import render_summary
from tracker.summary_sources import SummarySources, Told
from tracker.week_documents import week_document
from tracker.week_overviews import overview_of_score
from tracker.week_records import StoredWeek
from tracker.week_words import week_words, words_of
from tracker.wellness import disclaimer

TEMPLATES = Path(__file__).parent / "templates" / "tracker"
_MARKUP = re.compile(
    r"<mj-(?:style|attributes)>.*?</mj-(?:style|attributes)>|<[^>]+>|\{%[^%]*%\}|\{\{[^}]*\}\}", re.DOTALL
)
_TRANSLATED = re.compile(r'\{% translate "([^"]*)"[^%]*%\}')
_CODE = re.compile(r"`[^`\n]+`")  # the names of states and files
SWEEP_WEEKS = 60
STORED_TEXTS: dict[type[CatalogueEntry], tuple[str, ...]] = {
    ExerciseActivity: ("labels", "synonyms"),
    CognitiveActivity: ("labels", "synonyms", "examples"),
    Food: ("labels", "synonyms", "household_measures"),
}


def participant_texts(language: str) -> Iterator[tuple[str, str]]:
    """(place, text) of stored, translated, templated and generated texts, in one language."""
    yield from _guidance_files(language)
    yield from _catalogue(language)
    yield from _translations(language)
    yield from _generated(language)
    yield from _summaries(language)
    if language == DEFAULT_LANGUAGE:
        yield from _templates()


def _guidance_files(language: str) -> Iterator[tuple[str, str]]:
    library = read_library()
    for name, texts in library_texts(library.all_suggestions(), library.all_encouragements()):
        yield f"guidance: {name}", texts[language]
    for name, texts in evidence_texts(read_evidence()):
        yield f"evidence.json: {name}", texts[language]


def _catalogue(language: str) -> Iterator[tuple[str, str]]:
    labels = chain(
        ((entry.code, entry.labels) for entry in read_exercise_activities()),
        ((entry.code, entry.labels) for entry in read_cognitive_activities()),
        ((entry.code, entry.labels) for entry in read_foods()),
        PRACTICE_LABELS.items(),
        PRACTICE_COUNTS.items(),
    )
    for code, texts in labels:
        yield f"catalogue: {code}", texts[language]
    synonyms: Iterator[tuple[str, dict[str, tuple[str, ...]]]] = chain(
        ((entry.code, entry.synonyms) for entry in read_exercise_activities()),
        ((entry.code, entry.synonyms) for entry in read_cognitive_activities()),
        ((entry.code, entry.synonyms) for entry in read_foods()),
    )
    for code, words in synonyms:
        for word in words[language]:
            yield f"catalogue: {code}, synonym", word
    for activity in read_cognitive_activities():
        for example in activity.examples[language]:
            yield f"catalogue: {activity.code}, example", example
    for food in read_foods():
        yield f"catalogue: {food.code}, household measure", food.household_measures[language]


def stored_guidance(language: str) -> Iterator[tuple[str, str]]:
    """What is published in the database, and what is reviewed and may be."""
    shown = GuidanceVersion.objects.filter(state__in=[VersionState.REVIEWED, VersionState.PUBLISHED])
    for version in shown.order_by("text", "number"):
        for part in ("title", "text"):
            if text := version.content.get(part, {}).get(language):
                yield f"stored guidance: {version.text_id}, version {version.number}, {part}", text


def stored_catalogue(language: str) -> Iterator[tuple[str, str]]:
    """Of every entry in the database, retired ones too: people have logged with them."""
    for model, columns in STORED_TEXTS.items():
        for code, *values in model._default_manager.order_by("code").values_list("code", *columns).iterator():
            for column, texts in zip(columns, values, strict=True):
                said = texts.get(language, ())
                for text in (said,) if isinstance(said, str) else said:
                    if text:
                        yield f"stored catalogue: {code}, {column}", text


def _translations(language: str) -> Iterator[tuple[str, str]]:
    """What is translated in Python and templates: in the default language the texts to translate, in others what became of
    them. A test sees to it that none is missing."""
    other = next(code for code in LANGUAGE_CODES if code != DEFAULT_LANGUAGE)
    exempt = disclaimer(DEFAULT_LANGUAGE)
    for name, original, translated in translated_texts(other if language == DEFAULT_LANGUAGE else language):
        if original != exempt:
            yield f"translations: {name}", _CODE.sub(" ", original if language == DEFAULT_LANGUAGE else translated)


def translated_texts(language: str) -> Iterator[tuple[str, str, str]]:
    """(name, English, translation) of every entry of a language's compiled file."""
    for folder in settings.LOCALE_PATHS:
        with (Path(folder) / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
            catalogue: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, translated in catalogue.items():
            original = key if isinstance(key, str) else key[0]
            text = original.rpartition("\x04")[2]  # what stands before it is the context
            if text:
                yield text.strip()[:40], text, translated


def _templates() -> Iterator[tuple[str, str]]:
    """The lines of templates as they are written: also those that nobody has marked for translation."""
    folders = [Path(folder) for folder in Engine.get_default().dirs]
    account_mails = [file for folder in folders for file in folder.glob("*/email/*.txt")]
    for file in sorted([*TEMPLATES.glob("*.mjml"), *TEMPLATES.glob("*.txt"), *account_mails]):
        lines = _MARKUP.sub(" ", _TRANSLATED.sub(r"\1", file.read_text("utf-8"))).splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{file.name}: {number}", line.strip()


def _generated(language: str) -> Iterator[tuple[str, str]]:
    """Guidance and the words of weeks over a sweep of made-up weeks, from empty to full, for several participants."""
    for number in range(SWEEP_WEEKS):
        records = _week(number)
        for facts in (ParticipantFacts(), ParticipantFacts(1950, frozenset({"fish", "strength_days"}))):
            chosen = choose_guidance(records, score_week(records, facts), facts)
            for hidden in (False, True):
                for text in texts_of(guidance_document(chosen, hide_numbers=hidden, language=language)):
                    yield f"guidance of made-up week {number}", text
                words = week_words(language, hide_numbers=hidden)
                for text in words_of(week_document(records, facts, language=language, words=words)):
                    yield f"made-up week {number}", text


def _summaries(language: str) -> Iterator[tuple[str, str]]:
    """The lines of weekly mails, and what they say of their pictures, over some of the same weeks: each after the seven before,
    one of which had been told otherwise."""
    for number in range(7, SWEEP_WEEKS, 4):
        stored = StoredWeek(_week(number), ParticipantFacts(), {}, {})
        before = [overview_of_score(score_week(_week(number - back), ParticipantFacts())) for back in range(7, 0, -1)]
        told: dict[Week, Told] = {Week.parse(before[-1]["week"]): [10.0, 10.0, None, 10.0]}
        sources = SummarySources(stored, NO_PREFERENCES, before, told)
        for hidden in (False, True):
            user = User(display_name="Rosa", hide_numbers=hidden)
            mail = render_summary(mail_context(user, sources, read_library(), language))
            alternatives = re.findall(r' alt="([^"]*)"', mail.html)
            for line in (mail.subject, *mail.text.splitlines(), *map(unescape, alternatives)):
                if line and line != disclaimer(language):
                    yield f"weekly mail of made-up week {number}", line


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
