"""What somebody looks for to log it: in all lists at once, their own things among them, what they usually log first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.sync.records import RecordType
from backend.sync.stored_rows import live_rows
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
    stars = {(row["list"], row["entry"]): None for row in live_rows(FAVOURITE, user_id, "TRUE", {})}
    own = {
        (name, str(row["uid"])): OWN_LISTS[name].document(row)
        for name in OWN_LISTS
        if name in lists
        for row in live_rows(OWN_LISTS[name], user_id, "TRUE", {})
    }
    if query is None:
        usual = sorted(stars, key=lambda key: -habits[key].worth if key in habits else 0)
        chosen = [key for key in dict.fromkeys((*usual, *habits)) if key[0] in lists]
    else:
        bonuses = {key: habit.bonus for key, habit in habits.items()}
        for key in stars:
            bonuses[key] = bonuses.get(key, 0) + FAVOURITE_BONUS
        chosen = _answers(query, bonuses, own, lists, language, limit)
    documents = {**own, **_entries([key for key in chosen if key[0] in LISTS], language)}
    there = [key for key in chosen if key in documents][:limit]
    return [Found(key[0], documents[key], key in stars, habits.get(key)) for key in there]


def _answers(
    query: str,
    bonuses: Mapping[Key, float],
    own: Mapping[Key, Document],
    lists: Collection[str],
    language: str,
    limit: int,
) -> list[Key]:
    used: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, code), bonus in bonuses.items():
        used[name][code] = bonus
    state = current_state()
    found: list[tuple[int, Key]] = []
    for name in LISTS:
        if name in lists:
            hits = search(LISTS[name], query, language=language, state=state, used=used[name], limit=limit)
            found += [(hit.score, (name, hit.code)) for hit in hits]
    for name, documents in _by_list(own):
        index = SearchIndex((Searchable(code, (entry["name"],)) for code, entry in documents), language)
        found += [(hit.score, (name, hit.code)) for hit in index.search(query, used=used[name], limit=limit)]
    found.sort(key=lambda answer: -answer[0])
    return [key for _, key in found]


def _by_list(own: Mapping[Key, Document]) -> Iterator[tuple[str, list[tuple[str, Document]]]]:
    for name in OWN_LISTS:
        if documents := [(code, entry) for (which, code), entry in own.items() if which == name]:
            yield name, documents


def _entries(chosen: Sequence[Key], language: str) -> dict[Key, Document]:
    codes: dict[str, list[str]] = defaultdict(list)
    for name, code in chosen:
        codes[name].append(code)
    return {
        (name, code): document
        for name, some in codes.items()
        for code, document in LISTS[name].documents(some, language).items()
    }
