"""What people log in these histories: few ids, few days and few origins, so that devices meet on the same ones."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from tests.conftest import at
from tracker.record_types.marks import day_mark_id

Key = tuple[str, str]
"""Type and id."""
Content = dict[str, Any]
"""What the app says in a record, without its origin and without what the server adds."""
Origin = dict[str, str | None]

MONDAY = date(2026, 11, 9)
DAYS = (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7))
MARKS = tuple(("day_mark", str(day_mark_id(day))) for day in DAYS)
# The same ids for every participant: they are each one's own.
KEYS: tuple[Key, ...] = (
    *(("exercise_log", str(uuid.UUID(int=number))) for number in range(1, 7)),
    *((name, str(uuid.UUID(int=number))) for name in ("cognitive_log", "diet_log") for number in range(1, 3)),
    *((name, str(uuid.UUID(int=1))) for name in ("own_food", "meal_template")),
    *MARKS[:2],
)
EXTERNAL: tuple[Origin, ...] = tuple(
    {"platform": platform, "app_id": app, "external_id": external_id}
    for platform, app in (("healthkit", "watch"), ("health_connect", "gym"))
    for external_id in ("s1", "s2")
)
ORIGINS: tuple[Origin | None, ...] = (
    None,
    None,
    {"platform": "manual", "app_id": "diary", "external_id": None},
    *EXTERNAL,
)
PREFERENCES: tuple[list[str], ...] = ([], ["healthkit"], ["health_connect/gym", "manual"], ["manual"])
FIELDS = {
    "exercise_log": ("activity", "started_at", "duration_seconds", "note", "separate_session"),
    "cognitive_log": ("activity", "started_at", "duration_seconds", "social", "note"),
    "diet_log": ("eaten_at", "meal", "items", "note"),
    "day_mark": ("date", "excused", "nothing"),
    "own_food": ("name", "household_measure", "gives", "note"),
    "meal_template": ("name", "meal", "items"),
}
WITHOUT_ORIGIN = ("day_mark", "own_food", "meal_template")
DERIVED = ("weekly_score", "participant_facts")
CHOICES = 2**9


def content_of(key: Key, choice: int, whose: str) -> Content:
    """One of `CHOICES` contents. `whose` is in the note or the name: a record that gets to somebody else shows it."""
    choice, day = divmod(choice, len(DAYS))
    choice, quarter = divmod(choice, 4)
    choice, minutes = divmod(choice, 3)
    choice, flag = divmod(choice, 2)
    note = f"{whose} {choice}"
    started_at = at(DAYS[day], minute=15 * quarter)
    seconds = 60 * (20, 30, 60)[minutes]
    name, uid = key
    if name == "exercise_log":
        return {
            "activity": "run",
            "started_at": started_at,
            "duration_seconds": seconds,
            "note": note,
            "separate_session": bool(flag and choice % 3 == 0),
        }
    if name == "cognitive_log":
        return {
            "activity": "reading",
            "started_at": started_at,
            "duration_seconds": seconds,
            "social": bool(flag),
            "note": note,
        }
    items = [{"food": None, "food_group": "berries", "servings": 1 + minutes}]
    if name == "own_food":
        gives = {"beans": 1 + minutes} if flag else {}
        return {"name": f"Stew {quarter}", "household_measure": "", "gives": gives, "note": note}
    if name == "meal_template":
        return {"name": note, "meal": "lunch" if flag else None, "items": items * quarter}
    if name == "diet_log":
        return {"eaten_at": started_at, "meal": "snack" if flag else "lunch", "items": items, "note": note}
    nothing = ["cognitive", "diet", "exercise"][:minutes]
    return {"date": str(DAYS[MARKS.index((name, uid))]), "excused": bool(flag), "nothing": nothing}


def said(name: str, document: dict[str, Any]) -> Content:
    """What was said of a record as the server shows it."""
    return {field: document[field] for field in FIELDS[name]}
