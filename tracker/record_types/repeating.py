"""Logging once more what was logged before, or what a meal's template says: what of it a new log says again.

It is a log like any other, of its own id and time, read by today's catalogue. It came from nowhere and ended when it says, so
origin, end and `separate_session` are not said again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.sync.wire import Instant, ZoneName
from tracker.record_types.diet import Meal
from tracker.record_types.diet_items import unread_item

SAID_AGAIN: Mapping[str, tuple[str, ...]] = {
    "exercise_log": ("activity", "activity_name", "duration_seconds", "effort", "distance_m", "note"),
    "cognitive_log": ("activity", "activity_name", "duration_seconds", "social", "note"),
    "diet_log": ("meal", "items", "note"),
    "meal_template": ("meal", "items"),
}


class LogRepeat(Struct, forbid_unknown_fields=True, frozen=True):
    """The id and the time of the new log; everything else is as it was."""

    id: UUID
    started_at: Instant
    time_zone: ZoneName | None = None


class MealRepeat(Struct, forbid_unknown_fields=True, frozen=True):
    """The id and the time of the new meal; everything else is as it was."""

    id: UUID
    eaten_at: Instant
    time_zone: ZoneName | None = None


class TemplateLog(Struct, forbid_unknown_fields=True, frozen=True):
    """The id and the time of the meal; which meal it was, if the template doesn't say or it was another one."""

    id: UUID
    eaten_at: Instant
    time_zone: ZoneName | None = None
    meal: Meal | None = None


def said_again(kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a new log takes over of a record of that type."""
    said = {name: document[name] for name in SAID_AGAIN[kind] if document[name] is not None}
    if "items" in said:
        said["items"] = [unread_item(item) for item in said["items"]]
    return said
