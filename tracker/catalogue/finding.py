"""What somebody looks for to log it: in all lists at once, what they usually log first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tracker.catalogue.documents import LISTS, CatalogueList, Document
from tracker.catalogue.habits import Habit, read_habits
from tracker.catalogue.searching import search
from tracker.catalogue.versions import current_state


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with the participant's habit of it, if there is one."""

    list: str
    entry: Document
    habit: Habit | None

    def document(self) -> dict[str, Any]:
        habit = self.habit
        return {
            "list": self.list,
            "entry": self.entry,
            "usual": habit.usual if habit else None,
            "times": habit.times if habit else 0,
        }


def find_entries(
    user_id: UUID, query: str | None, *, lists: Sequence[CatalogueList], language: str, limit: int, today: date
) -> list[Found]:
    """The best answers to a query; without one, what the participant logs most."""
    habits = {(habit.list, habit.code): habit for habit in read_habits(user_id, today)}
    if query is None:
        chosen = [(LISTS[name], code) for name, code in habits if LISTS[name] in lists][:limit]
    else:
        chosen = _answers(query, habits.values(), lists, language, limit)
    documents = _documents(chosen, language)
    return [
        Found(which.name, documents[which.name, code], habits.get((which.name, code)))
        for which, code in chosen
        if (which.name, code) in documents
    ]


def _answers(
    query: str, habits: Any, lists: Sequence[CatalogueList], language: str, limit: int
) -> list[tuple[CatalogueList, str]]:
    state = current_state()
    bonuses: dict[str, dict[str, float]] = defaultdict(dict)
    for habit in habits:
        bonuses[habit.list][habit.code] = habit.bonus
    found = [
        (hit.score, which, hit.code)
        for which in lists
        for hit in search(which, query, language=language, state=state, used=bonuses[which.name], limit=limit)
    ]
    found.sort(key=lambda answer: -answer[0])
    return [(which, code) for _, which, code in found[:limit]]


def _documents(chosen: Sequence[tuple[CatalogueList, str]], language: str) -> dict[tuple[str, str], Document]:
    codes: dict[str, list[str]] = defaultdict(list)
    for which, code in chosen:
        codes[which.name].append(code)
    return {
        (name, code): document
        for name, some in codes.items()
        for code, document in LISTS[name].documents(some, language).items()
    }
