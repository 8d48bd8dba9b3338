"""Guidance: true, specific, kind, deterministic, and within general wellness."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.scoring import weeks_of_records as draw
from tests.scoring.weeks_of_records import MON, WEEK, cognitive, exercise, meal
from tracker import guidance as guidance_module
from tracker.evidence import read_evidence
from tracker.guidance import (
    DATA,
    GuidanceFileError,
    choose_guidance,
    guidance_document,
    read_library,
    texts_of,
)
from tracker.practice_words import PRACTICE_NAMES
from tracker.scoring.protocol import FOOD_GROUPS, WES_1_0_0
from tracker.scoring.records import DayMark, ParticipantFacts, WeekRecords
from tracker.scoring.weekly import score_week
from tracker.wellness import DISCLAIMER, check_text


def guide(records: WeekRecords, facts: ParticipantFacts) -> Any:
    return choose_guidance(records, score_week(records, facts), facts)


@settings(max_examples=200, deadline=None)
@given(draw.weeks, draw.facts)
def test_every_guidance_is_fit_to_be_shown(records: WeekRecords, facts: ParticipantFacts) -> None:
    score = score_week(records, facts)
    chosen = guide(records, facts)
    applying = {item.practice.code: item for domain in score.domains for item in domain.practices}
    cards = read_evidence().cards
    assert len(chosen.suggestions) <= 3
    assert len({item.score.practice.code for item in chosen.suggestions}) == len(chosen.suggestions)
    for suggestion in chosen.suggestions:
        item = applying[suggestion.score.practice.code]
        assert item.amount < item.target
        assert suggestion.text.evidence_id in cards
        assert item.practice.code in cards[suggestion.text.evidence_id].practices
    for hidden in (False, True):
        document = guidance_document(chosen, hide_numbers=hidden)
        assert document["disclaimer"] == DISCLAIMER
        for text in texts_of(document):
            assert check_text(text) == (), text
        if hidden:
            shown = [item[key] for item in document["suggestions"] for key in ("title", "text", "reason")]
            shown += [text for text in (document["keep_going"] or {}).values() if text]
            assert not any(character.isdigit() for text in shown for character in text)
    assert guidance_document(guide(records, facts)) == guidance_document(chosen)


def test_taking_the_step_adds_what_the_reason_says() -> None:
    facts = ParticipantFacts(1986)
    records = WeekRecords(
        WEEK, exercise=(exercise("a", MON, 60, "moderate"),), confirmed=frozenset({"exercise", "cognitive", "diet"})
    )
    chosen = guide(records, facts)
    before = score_week(records, facts)
    for suggestion in chosen.suggestions:
        code = suggestion.score.practice.code
        step = suggestion.step
        if suggestion.score.practice.domain == "diet":
            if code == "olive_oil":
                continue
            extra = meal("new", WEEK.days[1], **{code: float(step)})
            after = score_week(replace(records, diet=(extra,)), facts)
        elif code == "strength_days":
            extra_log = exercise("new", WEEK.days[1], 10, "light", strength=True)
            after = score_week(replace(records, exercise=(*records.exercise, extra_log)), facts)
        else:
            continue
        index = ("exercise", "cognitive", "diet").index(suggestion.score.practice.domain)
        gained = (after.domains[index].score or 0) - (before.domains[index].score or 0)
        assert suggestion.gain is not None
        assert abs(gained - suggestion.gain * 10) <= 1
    assert any(item.score.practice.domain == "diet" for item in chosen.suggestions)


def test_the_reason_names_practice_amount_target_and_step() -> None:
    records = WeekRecords(
        WEEK,
        exercise=(
            *(exercise(f"{day}", day, 20, "moderate", strength=True) for day in WEEK.days[:4]),
            exercise("walk", MON, 90, "moderate"),
        ),
        confirmed=frozenset({"exercise"}),
    )
    document = guidance_document(guide(records, ParticipantFacts(1986)))
    first = next(item for item in document["suggestions"] if item["practice"] == "aerobic_minutes")
    assert first["reason"] == "You logged 90 of 150 active minutes; 10 more would add 4.3 points to exercise."
    assert first["grade"] == "moderate"
    assert first["evidence"]["caveats"]


def test_what_keeps_going_is_half_way_at_least() -> None:
    """The texts praise: after one walk nobody has been active "on more than one day"."""
    one_walk = guidance_document(
        guide(WeekRecords(WEEK, exercise=(exercise("a", MON, 20, "moderate"),)), ParticipantFacts())
    )
    assert one_walk["keep_going"]["id"] == "keep_logging"
    assert one_walk["keep_going"]["evidence"] is None
    two_days = (exercise("a", MON, 20, "moderate"), exercise("b", WEEK.days[1], 20, "moderate"))
    kept = guidance_document(guide(WeekRecords(WEEK, exercise=two_days), ParticipantFacts()))["keep_going"]
    assert (kept["id"], kept["reason"]) == ("keep_active_days", "You logged 2 of 4 active days.")
    assert kept["grade"] == kept["evidence"]["grade"]
    assert "active_days" in kept["evidence"]["practices"]


def test_each_domain_has_its_turn() -> None:
    records = WeekRecords(
        WEEK,
        exercise=(exercise("a", MON, 10, "moderate"),),
        cognitive=(cognitive("b", MON, 10, "reading"),),
        diet=(meal("c", MON, fish=1),),
    )
    chosen = guide(records, ParticipantFacts(1986))
    assert {item.score.practice.domain for item in chosen.suggestions} == {"exercise", "cognitive", "diet"}


def test_an_excused_week_is_left_in_peace() -> None:
    marks = tuple(DayMark(day, True, frozenset()) for day in WEEK.days)
    chosen = guide(WeekRecords(WEEK, marks=marks), ParticipantFacts())
    assert (chosen.suggestions, chosen.keep_going.practice) == ((), "rest")


def test_texts_rotate_by_the_week() -> None:
    def first(week: Any) -> str:
        return str(guide(WeekRecords(week), ParticipantFacts()).suggestions[0].text.id)

    assert first(WEEK) != first(WEEK.next())
    assert first(WEEK) == first(WEEK.minus(6))


def test_every_practice_has_texts_and_evidence() -> None:
    library = read_library()
    for practice in WES_1_0_0.practices:
        assert len(library.suggestions[practice.code]) >= 2
        assert practice.code in library.encouragements
        assert practice.code in PRACTICE_NAMES
        assert read_evidence().for_practice(practice.code).grade
    for group in FOOD_GROUPS:
        assert all(text.safety == "food" for text in library.suggestions[group])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": {"en": "This will boost your BDNF.", "es": "Sal a caminar."}}, "BDNF"),
        ({"title": {"en": "Burn calories", "es": "A caminar"}}, "calories"),
        ({"title": {"en": "A walk", "es": "Quema calorías"}}, "Quema"),
        ({"title": {"en": "A walk"}}, "there is no text in es"),
        ({"text": {"en": "", "es": "Sal a caminar."}}, "there is no text in en"),
        ({"practice": "sleep"}, "no practice"),
        ({"evidence_id": "made_up"}, "no evidence card"),
        ({"safety": "made_up"}, "no safety line"),
    ],
)
def test_a_planted_violation_is_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    for name in ("suggestions.json", "encouragements.json", "evidence.json"):
        shutil.copy(DATA / name, tmp_path / name)
    texts = json.loads((tmp_path / "suggestions.json").read_text())
    texts[3].update(changes)
    (tmp_path / "suggestions.json").write_text(json.dumps(texts))
    with pytest.raises(GuidanceFileError, match=reason):
        guidance_module.read_library(tmp_path)
