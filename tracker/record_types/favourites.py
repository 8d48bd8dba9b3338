"""Favourites: what apps send, what is stored, what they get back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.records import Parsed, RecordType
from backend.sync.wire import InvalidRecord, Text80
from tracker.catalogue.lookup import find_cognitive_activities, find_exercise_activities, find_foods
from tracker.models import Favourite

Codes = Mapping[str, Mapping[str, str]]
"""For each list of the catalogue, the codes behind the entries that were sent."""


class FavouriteWire(Struct, forbid_unknown_fields=True, frozen=True):
    """Something starred: a code of the catalogue, or the id of an own food, an own activity or a meal's template."""

    id: UUID
    list: Literal[
        "exercise_activities",
        "cognitive_activities",
        "foods",
        "own_foods",
        "own_activities",
        "meal_templates",
    ]
    entry: Text80


_FIND: Mapping[str, Callable[[Collection[str]], Mapping[str, Any]]] = {
    "exercise_activities": find_exercise_activities,
    "cognitive_activities": find_cognitive_activities,
    "foods": find_foods,
}


def reference(user: User, wires: Sequence[FavouriteWire], now: datetime) -> Codes:
    asked: dict[str, set[str]] = defaultdict(set)
    for wire in wires:
        asked[wire.list].add(wire.entry)
    return {
        name: {sent: entry.code for sent, entry in find(asked[name]).items()}
        for name, find in _FIND.items()
        if name in asked
    }


def parse(wire: FavouriteWire, reference: Codes) -> Parsed:
    entry = _code(wire, reference) if wire.list in _FIND else _record_id(wire)
    return Parsed({"list": wire.list, "entry": entry}, (wire.list, entry))


def _code(wire: FavouriteWire, reference: Codes) -> str:
    code = reference[wire.list].get(wire.entry)
    if code is None:
        raise InvalidRecord(FieldError("/entry", "unknown_entry", "There is no such entry in the catalogue."))
    return code


def _record_id(wire: FavouriteWire) -> str:
    """Whether there is such a record isn't looked at: it may arrive later."""
    try:
        return str(UUID(wire.entry))
    except ValueError as error:
        raise InvalidRecord(FieldError("/entry", "malformed_id", "Expected the id of a record, a UUID.")) from error


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["uid"], "list": row["list"], "entry": row["entry"], "version": row["version"]}


FAVOURITE = RecordType(
    name="favourite",
    model=Favourite,
    wire=FavouriteWire,
    reference=reference,
    parse=parse,
    document=document,
    date_column=None,
    read_only=frozenset({"version"}),
)
