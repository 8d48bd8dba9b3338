"""A guidance text as a participant would see it, and two versions of one compared."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backend.languages import LANGUAGE_CODES, LANGUAGES
from tracker.admin.guidance_forms import AGES, CONDITIONS, DAYS, STARTS, practice_label
from tracker.guidance.choosing import Guidance, choose_guidance
from tracker.guidance.documents import guidance_document
from tracker.guidance.library import (
    TURNS,
    Conditions,
    EncouragementText,
    GuidanceTextError,
    Library,
    SuggestionText,
    turn_of,
)
from tracker.guidance.stored import read_text
from tracker.scoring.protocol import FOOD_GROUPS
from tracker.scoring.records import CognitiveRecord, DietRecord, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import WeeklyScore, score_week
from tracker.scoring.weeks import Week

ALL_DOMAINS = frozenset({"exercise", "cognitive", "diet"})


@dataclass(frozen=True, slots=True)
class Shown:
    """In one language, with numbers or without: the document of the API. None if the step would add nothing."""

    language: str
    language_name: str
    hidden: bool
    suggestion: dict[str, Any] | None
    keep_going: dict[str, Any] | None


def previews(kind: str, document: dict[str, Any]) -> list[Shown]:
    """Of a week with a little of everything. Empty for what can't be shown as yet: it has no step, or no card."""
    try:
        text = read_text(kind, document)
        return [_shown(text, language, name, hidden=hidden) for hidden in (False, True) for language, name in LANGUAGES]
    except (GuidanceTextError, KeyError):
        return []


def _shown(text: SuggestionText | EncouragementText, language: str, name: str, *, hidden: bool) -> Shown:
    document = guidance_document(_guidance(_in_every_language(text)), hide_numbers=hidden, language=language)
    suggestions = document["suggestions"]
    return Shown(language, name, hidden, suggestions[0] if suggestions else None, document["keep_going"])


def _in_every_language(text: SuggestionText | EncouragementText) -> SuggestionText | EncouragementText:
    empty = dict.fromkeys(LANGUAGE_CODES, "")
    if isinstance(text, SuggestionText):
        return msgspec.structs.replace(
            text, title={**empty, **text.title}, text={**empty, **text.text}, when=Conditions()
        )
    return msgspec.structs.replace(text, text={**empty, **text.text})


def _guidance(text: SuggestionText | EncouragementText) -> Guidance:
    older = text.practice == "balance_days"
    records = _week(text.turn)
    facts = ParticipantFacts(1940 if older else 1990)
    score = score_week(records, facts)
    if isinstance(text, SuggestionText):
        return choose_guidance(records, score, facts, library=Library.of([text], []))
    kept = next((found for found in _practices(score) if found.practice.code == text.practice), None)
    return Guidance(records.week, (), text, kept and replace(kept, amount=kept.target))


def _practices(score: WeeklyScore) -> Iterator[Any]:
    for domain in score.domains:
        yield from domain.practices


def _week(turn: int) -> WeekRecords:
    week = Week.parse("2026-W30")
    while turn_of(week) != turn:
        week = week.next()
    monday = week.first_day
    return WeekRecords(
        week,
        exercise=(ExerciseRecord("e", monday, 600, "moderate", False, False),),
        cognitive=(CognitiveRecord("c", monday, 300, "discussion", False),),
        diet=(DietRecord("d", monday, (25,) * len(FOOD_GROUPS)),),
        confirmed=ALL_DOMAINS,
    )


# --- What a version says, line by line


def lines_of(document: dict[str, Any]) -> dict[str, str]:
    """By what each is called, everything that a version says: for people who compare two."""
    lines = {"Week": f"{document['turn'] + 1} of {TURNS}"}
    for part in ("title", "text"):
        if part in document:
            lines |= {f"{part.capitalize()}, {name}": document[part].get(code, "") for code, name in LANGUAGES}
    if "step" in document:
        lines["Step"] = _step_line(document["practice"], document["step"])
        lines["Evidence card"] = document["evidence_id"]
        lines["Safety line"] = document["safety"] or "none"
        lines["Whom it fits"] = "; ".join(_condition_lines(document.get("when", {}))) or "everybody"
    return lines


def _step_line(practice: str, step: dict[str, Any]) -> str:
    parts = []
    if "minutes" in step:
        parts.append(f"{step['minutes']} minutes")
    if "servings" in step:
        parts.append(f"{step['servings']} servings")
    parts += [step["intensity"]] if "intensity" in step else []
    parts += [name for name in ("strength", "balance") if step.get(name)]
    parts += ["in company"] if step.get("social") else []
    parts += [" or ".join(step["categories"])] if step.get("categories") else []
    return f"{', '.join(parts) or 'none'}, on {dict(DAYS)[step.get('on', 'free')].lower()}"


def _condition_lines(when: dict[str, Any]) -> Iterator[str]:
    for name, choices in (("older", AGES), ("started", STARTS)):
        if when.get(name) is not None:
            yield dict(choices)[str(when[name]).lower()].lower()
    for name, label in CONDITIONS.items():
        if when.get(name):
            yield f"{label.lower()} {', '.join(practice_label(code).lower() for code in when[name])}"


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    before: SafeString
    after: SafeString
    changed: bool


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[Compared]:
    """Line by line, with the words marked that are gone and those that are new."""
    old, new = lines_of(before), lines_of(after)
    return [_compared(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new}]


def _compared(name: str, before: str, after: str) -> Compared:
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    gone: list[tuple[str, str]] = []
    come: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone.append(("" if tag == "equal" else "del", "".join(old[a:b])))
        come.append(("" if tag == "equal" else "ins", "".join(new[c:d])))
    return Compared(name, _marked(gone), _marked(come), before != after)


def _marked(parts: list[tuple[str, str]]) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html(f"<{tag}>{{}}</{tag}>", text) if tag and text else text,) for tag, text in parts)
    )
