"""What somebody looks for to log it: in all lists at once, their own things among them, what they usually log first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.postgres.prepared import fetch_all
from backend.sync.records import RecordType
from backend.sync.stored_rows import rows_by_id
from tracker.catalogue.documents import LISTS, Document
from tracker.catalogue.habits import HABIT_BONUS, Habit, read_habits
from tracker.catalogue.search_index import Searchable, SearchIndex
from tracker.catalogue.searching import search
from tracker.catalogue.versions import current_state
from tracker.record_types import FAVOURITE, MEAL_TEMPLATE, OWN_ACTIVITY, OWN_FOOD

OWN_LISTS: Mapping[str, RecordType] = {
    "own_foods": OWN_FOOD,
    "own_activities": OWN_ACTIVITY,
    "meal_templates": MEAL_TEMPLATE,
}
ALL_LISTS = (*LISTS, *OWN_LISTS)
FAVOURITE_BONUS = HABIT_BONUS / 2
"""What a star adds to what an answer is worth."""

NEWEST = 500
"""Of what is one's own, of each list: what is searched, and which stars count."""

_NEWEST = "FROM {table} WHERE user_id = %(user)s AND deleted_at IS NULL ORDER BY seq DESC LIMIT %(newest)s"

Key = tuple[str, str]
"""A list, and a code in it or the id of a record."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the catalogue or something of the participant's own, with their habit of it, if there is one."""

    list: str
    entry: Document
    favourite: bool
    habit: Habit | None

    def document(self) -> dict[str, Any]:
        habit = self.habit
        return {
            "list": self.list,
            "entry": self.entry,
            "favourite": self.favourite,
            "usual": habit.usual if habit else None,
            "times": habit.times if habit else 0,
        }


def find_entries(
    user_id: UUID, query: str | None, *, lists: Collection[str], language: str, limit: int, today: date
) -> list[Found]:
    """The best answers to a query; without one, what the participant has starred and what they log most."""
    habits = {(habit.list, habit.code): habit for habit in read_habits(user_id, today)}
    stars = dict.fromkeys(_newest("list, entry", FAVOURITE, user_id))
    if query is None:
        usual = sorted(stars, key=lambda key: -habits[key].worth if key in habits else 0)
        chosen = [key for key in dict.fromkeys((*usual, *habits)) if key[0] in lists]
    else:
        bonuses = {key: habit.bonus for key, habit in habits.items()}
        for key in stars:
            bonuses[key] = bonuses.get(key, 0) + FAVOURITE_BONUS
        chosen = _answers(user_id, query, bonuses, lists, language, limit)
    documents = _documents(user_id, chosen, language)
    there = [key for key in chosen if key in documents][:limit]
    return [Found(key[0], documents[key], key in stars, habits.get(key)) for key in there]


def _answers(
    user_id: UUID, query: str, bonuses: Mapping[Key, float], lists: Collection[str], language: str, limit: int
) -> list[Key]:
    used: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, code), bonus in bonuses.items():
        used[name][code] = bonus
    state = current_state()
    found: list[tuple[int, Key]] = []
    for name in lists:
        if name in LISTS:
            hits = search(LISTS[name], query, language=language, state=state, used=used[name], limit=limit)
        else:
            index = _own_index(name, user_id, language)
            hits = index.search(query, used=used[name], limit=limit)
        found += [(hit.score, (name, hit.code)) for hit in hits]
    found.sort(key=lambda answer: -answer[0])
    return [key for _, key in found[:limit]]


def _own_index(name: str, user_id: UUID, language: str) -> SearchIndex:
    rows = _newest("uid, name", OWN_LISTS[name], user_id)
    return SearchIndex((Searchable(str(uid), (label,)) for uid, label in rows), language)


def _newest(columns: str, record_type: RecordType, user_id: UUID) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} {_NEWEST.format(table=record_type.table)}"
    return fetch_all(query, {"user": user_id, "newest": NEWEST})


def _documents(user_id: UUID, chosen: Sequence[Key], language: str) -> dict[Key, Document]:
    codes: dict[str, list[str]] = defaultdict(list)
    for name, code in chosen:
        codes[name].append(code)
    found: dict[Key, Document] = {}
    for name, some in codes.items():
        if name in LISTS:
            found |= {(name, code): document for code, document in LISTS[name].documents(some, language).items()}
        else:
            for row in rows_by_id(OWN_LISTS[name], user_id, [UUID(code) for code in some]):
                if row["deleted_at"] is None:
                    found[name, str(row["uid"])] = OWN_LISTS[name].document(row)
    return found
