"""The catalogue's files: the Compendium's values exactly, every name resolves, malformed lines are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.catalogue import files
from tracker.catalogue.columns import CatalogueFileError
from tracker.catalogue.entries import FOOD_CATEGORIES, intensity_of
from tracker.catalogue.files import (
    FOLDER,
    read_cognitive_activities,
    read_exercise_activities,
    read_foods,
    read_platform_names,
)
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, FOOD_GROUPS

# Compendium code: MET value.
# fmt: off
COMPENDIUM = {
    "17151": "2.3", "17152": "2.8", "17170": "3.0", "17190": "3.8", "17200": "4.8", "17220": "5.5", "17165": "3.0",
    "17100": "3.8", "17302": "4.3", "17080": "6.0", "17131": "6.8", "12010": "6.0", "12020": "7.5", "12030": "8.5",
    "12050": "9.3", "12145": "10.5", "01015": "4.3", "01016": "7.0", "01014": "7.0", "01084": "6.0",
    "01200": "6.8", "01270": "9.0", "02048": "5.0", "02071": "5.0", "02054": "3.5", "02052": "5.0", "02050": "6.0",
    "02056": "3.0", "02022": "3.8", "02210": "7.0", "02120": "5.3", "02175": "2.3", "02160": "4.0", "02105": "2.8",
    "02101": "2.3", "02310": "6.5", "02340": "2.8", "03040": "3.0", "03025": "4.5", "15670": "3.3", "15675": "6.8",
    "15030": "5.5", "15055": "7.5", "15610": "7.0", "15265": "4.3", "15660": "4.0", "18240": "5.8", "18310": "6.0",
}
# fmt: on


def test_codes_and_values_are_the_compendiums() -> None:
    found = {entry.compendium_code: str(entry.met) for entry in read_exercise_activities() if entry.met is not None}
    assert found == COMPENDIUM


def test_what_people_log_most_counts_as_they_expect() -> None:
    entries = {entry.code: entry for entry in read_exercise_activities()}
    expected = {
        "walk": ("moderate", False, False),
        "run": ("vigorous", False, False),
        "yoga": ("light", False, False),
        "weights": ("moderate", True, False),
        "tai_chi": ("moderate", False, True),
        "other": (None, False, False),
    }
    for code, tags in expected.items():
        assert (intensity_of(entries[code].met), entries[code].strength, entries[code].balance) == tags


def test_counts() -> None:
    assert len(read_exercise_activities()) >= 200
    assert len(read_cognitive_activities()) >= 80
    assert {entry.category for entry in read_cognitive_activities()} == set(COGNITIVE_CATEGORIES)
    foods = read_foods()
    assert len(foods) >= 600
    assert sum(food.common for food in foods) == 200
    assert {group for food in foods for group in food.gives} == set(FOOD_GROUPS)
    assert {food.category for food in foods} == set(FOOD_CATEGORIES)
    names = read_platform_names()
    assert names["healthkit:running"] == "run"
    assert names["health_connect:yoga"] == "yoga"


@pytest.mark.parametrize("platform", ["healthkit", "health_connect", "fit"])
def test_every_type_of_a_platform_stands_for_an_activity(platform: str) -> None:
    lines = (Path(__file__).parent / "platforms" / f"{platform}.txt").read_text("utf-8").splitlines()
    types = [line for line in lines if not line.startswith("#")]
    assert len(types) > 50
    assert set(types) <= read_platform_names().keys()


@pytest.mark.parametrize(
    ("file", "old", "new", "reader", "reason"),
    [
        ("exercise_activities.csv", "8.5", "fast", read_exercise_activities, "not a number"),
        ("exercise_activities.csv", "walk_brisk,", "walk,", read_exercise_activities, "twice"),
        ("exercise_activities.csv", ",12030,", ",,", read_exercise_activities, "Compendium code"),
        ("exercise_activities.csv", "Brisk walk", "", read_exercise_activities, "label"),
        ("exercise_platform_names.csv", "healthkit:running,run", "healthkit:running,fly", read_platform_names, "fly"),
        ("cognitive_activities.csv", ",games,", ",gambling,", read_cognitive_activities, "gambling"),
        ("foods.csv", "berries:1", "sweets:1", read_foods, "sweets"),
        ("foods.csv", "berries:1", "berries:0", read_foods, "servings of 0"),
        ("foods.csv", "berries:1", "berries:1;berries:1", read_foods, "twice"),
        ("foods.csv", "blueberries,", "blueberries,extra,", read_foods, "fields"),
    ],
)
def test_a_malformed_line_is_refused(
    tmp_path: Path, file: str, old: str, new: str, reader: Callable[..., Any], reason: str
) -> None:
    shutil.copytree(FOLDER, tmp_path / "catalogue")
    text = (FOLDER / file).read_text("utf-8")
    assert old in text
    (tmp_path / "catalogue" / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueFileError, match=reason) as refused:
        reader(tmp_path / "catalogue")
    assert refused.value.file == file
    line = text[: text.index(old)].count("\n") + 1
    assert refused.value.line == line
    assert files.FOLDER == FOLDER
