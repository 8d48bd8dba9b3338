"""Foods and activities of the participant's own: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from msgspec import Meta, Struct

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import ONE_LINE, InvalidRecord, Note, Text80, Text120
from tracker.catalogue.lookup import (
    CognitiveEntry,
    ExerciseEntry,
    find_cognitive_activities,
    find_exercise_activities,
)
from tracker.models import OwnActivity, OwnFood
from tracker.record_types.cognitive import read_cognitive_activity
from tracker.record_types.diet_items import FoodGroup, Servings, read_gives, said_gives
from tracker.record_types.exercise import DurationSeconds, read_activity
from tracker.record_types.marks import no_reference

HouseholdMeasure = Annotated[str, Meta(max_length=120, pattern=ONE_LINE, description="Such as: a small bowl.")]


class OwnFoodWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A food or dish of the participant's own. `gives`: what one household measure of it holds of each food group."""

    id: UUID
    name: Text120
    household_measure: HouseholdMeasure = ""
    gives: dict[FoodGroup, Servings] = {}
    note: Note = ""


class OwnActivityWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A name of one's own for an activity of the catalogue, with what it usually is. Logs say it with their `activity` and
    `activity_name`. `effort` is for exercise only, `social` for cognitive activities only."""

    id: UUID
    domain: Literal["exercise", "cognitive"]
    name: Text120
    activity: Text80
    effort: Literal["light", "moderate", "vigorous"] | None = None
    duration_seconds: DurationSeconds | None = None
    social: bool | None = None


def parse_own_food(wire: OwnFoodWire, reference: None) -> Parsed:
    gives = {group: amount.number for group, amount in read_gives("/gives", wire.gives).items()}
    content = {"name": wire.name, "household_measure": wire.household_measure, "gives": gives, "note": wire.note}
    return Parsed(content, (wire.name, wire.household_measure, said_gives(wire.gives), wire.note))


def own_food_document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "name": row["name"],
        "household_measure": row["household_measure"],
        "gives": row["gives"],
        "note": row["note"],
        "version": row["version"],
    }


class Activities(NamedTuple):
    """Catalogue entries by the code sent, of each domain."""

    exercise: Mapping[str, ExerciseEntry]
    cognitive: Mapping[str, CognitiveEntry]


def own_activity_reference(user: User, wires: Sequence[OwnActivityWire], now: datetime) -> Activities:
    exercise = {wire.activity for wire in wires if wire.domain == "exercise"}
    cognitive = {wire.activity for wire in wires if wire.domain == "cognitive"}
    return Activities(
        find_exercise_activities(exercise) if exercise else {},
        find_cognitive_activities(cognitive) if cognitive else {},
    )


def parse_own_activity(wire: OwnActivityWire, reference: Activities) -> Parsed:
    flags: tuple[str, ...] = ()
    if wire.domain == "exercise":
        if wire.social is not None:
            raise InvalidRecord(FieldError("/social", "unexpected", "Only cognitive activities are social or not."))
        entry, flags = read_activity("/activity", wire.activity, reference.exercise)
        code = entry.code
    else:
        if wire.effort is not None:
            raise InvalidRecord(FieldError("/effort", "unexpected", "Only exercise has an effort."))
        code = read_cognitive_activity("/activity", wire.activity, reference.cognitive).code
    content = {
        "domain": wire.domain,
        "name": wire.name,
        "activity": code,
        "effort": wire.effort,
        "duration_seconds": wire.duration_seconds,
        "social": wire.social,
    }
    said = (wire.domain, wire.name, wire.activity, wire.effort, wire.duration_seconds, wire.social)
    return Parsed(content, said, flags)


def own_activity_document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["uid"],
        "domain": row["domain"],
        "name": row["name"],
        "activity": row["activity"],
        "effort": row["effort"],
        "duration_seconds": row["duration_seconds"],
        "social": row["social"],
        "version": row["version"],
    }


OWN_FOOD = RecordType(
    name="own_food",
    model=OwnFood,
    wire=OwnFoodWire,
    reference=no_reference,
    parse=parse_own_food,
    document=own_food_document,
    date_column=None,
    read_only=frozenset({"version"}),
)
OWN_ACTIVITY = RecordType(
    name="own_activity",
    model=OwnActivity,
    wire=OwnActivityWire,
    reference=own_activity_reference,
    parse=parse_own_activity,
    document=own_activity_document,
    date_column=None,
    read_only=frozenset({"version"}),
)
