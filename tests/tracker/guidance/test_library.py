"""The texts of guidance: enough of them, each with its card, and none that is unfit."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backend.languages import LANGUAGE_CODES
from tracker.evidence import read_evidence
from tracker.guidance.library import (
    DATA,
    LOGGING,
    REST,
    TURNS,
    GuidanceTextError,
    library_texts,
    read_library,
)
from tracker.practice_words import PRACTICE_NAMES
from tracker.scoring.protocol import FOOD_GROUPS, WES_1_0_0

CODES = [practice.code for practice in WES_1_0_0.practices]


def test_there_are_enough() -> None:
    library = read_library()
    assert len(library.all_suggestions()) >= 120
    assert len(library.all_encouragements()) >= 30


def test_every_practice_has_texts_for_every_turn() -> None:
    """One of them fits anybody, so that a turn leaves nobody without."""
    library = read_library()
    for code in CODES:
        assert code in PRACTICE_NAMES
        for turn in range(TURNS):
            assert any(not text.when.count for text in library.suggestions[code, turn]), (code, turn)
    for code in (*CODES, LOGGING, REST):
        for turn in range(TURNS):
            assert library.encouragements[code, turn]


def test_no_text_stands_there_twice() -> None:
    library = read_library()
    texts = [text for _, text in library_texts(library.all_suggestions(), library.all_encouragements())]
    for language in LANGUAGE_CODES:
        twice = [text for text, count in Counter(text[language] for text in texts).items() if count > 1]
        assert twice == []


def test_common_allergens_have_their_safety_line() -> None:
    for text in read_library().all_suggestions():
        if text.practice in {"nuts", "fish", "beans", "whole_grains"}:
            assert text.safety == "food", text.id
        if text.step.intensity == "vigorous":
            assert (text.safety, text.when.older) == ("vigorous", False), text.id
    assert set(FOOD_GROUPS) <= set(CODES)


def test_every_card_that_is_cited_is_about_the_practice() -> None:
    cards = read_evidence().cards
    for text in read_library().all_suggestions():
        assert text.practice in cards[text.evidence_id].practices


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": {"en": "This will boost your BDNF.", "es": "Sal a caminar."}}, "BDNF"),
        ({"title": {"en": "Burn calories", "es": "A caminar"}}, "calories"),
        ({"title": {"en": "A walk", "es": "Quema calorías"}}, "Quema"),
        ({"title": {"en": "A walk"}}, "there is no text in es"),
        ({"text": {"en": "", "es": "Sal a caminar."}}, "there is no text in en"),
        ({"text": {"en": "Walk for 10 minutes.", "es": "Sal a caminar."}}, "numbers are written as words"),
        ({"practice": "sleep"}, "Invalid enum value 'sleep'"),
        ({"turn": 4}, "Expected `int` <= 3"),
        ({"evidence_id": "made_up"}, "no evidence card"),
        ({"evidence_id": "other_foods"}, "is not about aerobic_minutes"),
        ({"safety": "made_up"}, "no safety line"),
        ({"when": {"rich": True}}, "unknown field"),
        ({"step": {"servings": 1}}, "so many minutes"),
        ({"step": {"minutes": 10}}, "no intensity"),
        ({"step": {"minutes": 10, "intensity": "vigorous"}}, "needs its safety line"),
        ({"step": {"minutes": 10, "intensity": "light"}}, "no active minutes"),
    ],
)
def test_a_planted_violation_is_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    plant(tmp_path, "exercise", "aerobic_minutes", changes)
    with pytest.raises(GuidanceTextError, match=reason):
        read_library(tmp_path)


@pytest.mark.parametrize(
    ("file", "practice", "step", "reason"),
    [
        ("exercise", "strength_days", {"minutes": 15, "intensity": "moderate"}, "lacks its practice's tag"),
        ("exercise", "balance_days", {"minutes": 9, "intensity": "light", "balance": True}, "ten minutes"),
        ("cognitive", "variety", {"minutes": 15}, "names its categories"),
        ("cognitive", "activity_days", {"minutes": 5, "categories": ["reading"]}, "ten minutes"),
        ("cognitive", "skill_days", {"minutes": 15, "categories": ["reading"]}, "are skills"),
        ("cognitive", "social_days", {"minutes": 15, "categories": ["discussion"]}, "not in company"),
        ("diet", "berries", {"minutes": 10}, "so many servings"),
        ("diet", "berries", {"servings": 0}, "so many servings"),
        ("diet", "berries", {"servings": 6}, "so many servings"),
    ],
)
def test_a_step_that_is_none_is_refused(
    tmp_path: Path, file: str, practice: str, step: dict[str, Any], reason: str
) -> None:
    plant(tmp_path, file, practice, {"step": step})
    with pytest.raises(GuidanceTextError, match=reason):
        read_library(tmp_path)


def test_two_of_a_name_are_refused(tmp_path: Path) -> None:
    plant(tmp_path, "diet", "berries", {"id": "nuts_1"})
    with pytest.raises(GuidanceTextError, match="two of this name"):
        read_library(tmp_path)


def plant(folder: Path, file: str, practice: str, changes: dict[str, Any]) -> None:
    for name in ("suggestions", "encouragements"):
        shutil.copytree(DATA / name, folder / name)
    shutil.copy(DATA / "evidence.json", folder / "evidence.json")
    path = folder / "suggestions" / f"{file}.json"
    texts = json.loads(path.read_text())
    next(text for text in texts if text["practice"] == practice).update(changes)
    path.write_text(json.dumps(texts))
