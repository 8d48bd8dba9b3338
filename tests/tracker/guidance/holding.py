"""What must hold of every guidance, checked on week after week: `make test` for some thousands, `make fuzz` for 10 000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from backend.languages import LANGUAGE_CODES
from tests.tracker.guidance.simulated_weeks import SimulatedWeek
from tracker.evidence import read_evidence
from tracker.guidance.choosing import Guidance, Suggestion, choose_guidance
from tracker.guidance.documents import guidance_document, texts_of
from tracker.guidance.library import read_library
from tracker.guidance.steps import with_log
from tracker.scoring.weekly import WeeklyScore, is_older, score_week
from tracker.wellness import check_text

REMEMBERED = 3
NUMBERS_ALLOWED = {"version"}  # of an evidence card


@cache
def passes(text: str, language: str) -> bool:
    return check_text(text, language=language) == ()


def hold(weeks: Iterable[SimulatedWeek]) -> Counter[str]:
    """Raises AssertionError for the first week whose guidance is unfit; returns what there was."""
    found = Counter[str]()
    shown: dict[int, list[set[str]]] = {}
    for lived in weeks:
        score = score_week(lived.records, lived.facts)
        chosen = choose_guidance(lived.records, score, lived.facts, lived.preferences)
        assert chosen == choose_guidance(lived.records, score, lived.facts, lived.preferences)
        found["weeks"] += 1
        found["suggestions"] += len(chosen.suggestions)
        found["encouragements"] += chosen.keep_going is not None
        _check_choice(lived, score, chosen)
        _check_documents(chosen)
        before = shown.setdefault(lived.participant, [])
        names = _names(chosen)
        for earlier in before[-REMEMBERED:]:
            assert names.isdisjoint(earlier), (lived.records.week, names & earlier)
        before.append(names)
        for suggestion in chosen.suggestions:
            found[suggestion.effect] += 1
            _take(lived, score, suggestion)
    return found


def _names(chosen: Guidance) -> set[str]:
    names = {suggestion.text.id for suggestion in chosen.suggestions}
    return names | ({chosen.keep_going.id} if chosen.keep_going else set())


def _check_choice(lived: SimulatedWeek, score: WeeklyScore, chosen: Guidance) -> None:
    practices = [suggestion.score.practice.code for suggestion in chosen.suggestions]
    assert len(practices) <= 3
    assert len(set(practices)) == len(practices)
    applying = {item.practice.code: item for domain in score.domains for item in domain.practices}
    older = is_older(lived.records.week, lived.facts.birth_year)
    for suggestion in chosen.suggestions:
        text, when = suggestion.text, suggestion.text.when
        assert text.id not in lived.preferences.not_for_me
        assert text.practice not in lived.facts.not_applicable
        item = applying[text.practice]
        assert item.amount < suggestion.goal
        assert text.practice in read_evidence().cards[text.evidence_id].practices
        assert when.older in (None, older)
        assert when.started in (None, item.amount > 0)
        assert lived.facts.not_applicable.isdisjoint(when.does)
        assert all(applying[code].amount > 0 for code in when.does)
    if score.status == "excused":
        assert chosen.suggestions == ()
    if chosen.kept is not None:
        assert 2 * chosen.kept.amount >= chosen.kept.target


def _check_documents(chosen: Guidance) -> None:
    for language in LANGUAGE_CODES:
        shown = guidance_document(chosen, language=language)
        hidden = guidance_document(chosen, hide_numbers=True, language=language)
        for document in (shown, hidden):
            for text in texts_of(document):
                assert passes(text, language), text
        assert [item["id"] for item in hidden["suggestions"]] == [item["id"] for item in shown["suggestions"]]
        for suggestion, item in zip(chosen.suggestions, shown["suggestions"], strict=True):
            assert str(suggestion.text.step.servings or suggestion.text.step.minutes)[0] in item["reason"]
        check_no_numbers({key: value for key, value in hidden.items() if key not in ("week", "disclaimer")})


def check_no_numbers(value: Any, key: str = "") -> None:
    """No number, and no digit in what people read; names of things (ids, dates, DOIs) aside."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("id", "dois", "doi", "date", *NUMBERS_ALLOWED):
                check_no_numbers(inner, name)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            check_no_numbers(inner, key)
    elif isinstance(value, str):
        assert not any(character.isdigit() for character in value), (key, value)
    else:
        assert value is None or isinstance(value, bool), (key, value)


def _take(lived: SimulatedWeek, before: WeeklyScore, suggestion: Suggestion) -> None:
    """The step really raises the score, by what the reason says; or keeps it; or there is none yet."""
    after = score_week(with_log(lived.records, suggestion.log), lived.facts)
    domain = suggestion.score.practice.domain
    was, becomes = (next(item for item in week.domains if item.domain == domain) for week in (before, after))
    amounts = {item.practice.code: item.amount for item in becomes.practices}
    assert amounts[suggestion.score.practice.code] > suggestion.score.amount
    if suggestion.effect == "no_number_yet":
        assert was.score is None
        return
    assert suggestion.gain is not None
    assert _points(becomes) - _points(was) == suggestion.gain
    assert (suggestion.gain > 0) == (suggestion.effect == "raises")
    if before.score is not None and suggestion.score_gain is not None:
        assert after.score is not None
        assert abs((after.score - before.score) - 10 * suggestion.score_gain) <= 1


def _points(domain: Any) -> Any:
    return sum(item.points for item in domain.practices)


def coverage() -> Counter[str]:
    """How many texts there are, by practice."""
    library = read_library()
    return Counter(text.practice for text in library.all_suggestions())
