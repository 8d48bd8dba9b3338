"""The catalogue as apps get it: each list as documents, in the language asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet

from backend.api.conditional import content_tag
from backend.api.json import encode
from backend.languages import DEFAULT_LANGUAGE
from tracker.catalogue.entries import only_group
from tracker.catalogue.folding import fold
from tracker.catalogue.versions import CatalogueState
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.models.catalogue import CatalogueEntry

Document = dict[str, Any]


@dataclass(frozen=True)
class CatalogueList:
    """One list of the catalogue: its name, its table, and an entry's members beside those that all have."""

    name: str
    model: type[CatalogueEntry]
    members: Callable[[Mapping[str, Any], str], Document]

    def rows(self) -> QuerySet[Any, dict[str, Any]]:
        rows: Any = self.model._default_manager.order_by("code").values()
        return cast("QuerySet[Any, dict[str, Any]]", rows)

    def document(self, row: Mapping[str, Any], language: str) -> Document:
        label = text_in(row["labels"], language)
        synonyms = text_in(row["synonyms"], language, [])
        return {
            "code": row["code"],
            "label": label,
            "synonyms": synonyms,
            "terms": terms_in(row, language),
            "retired": row["retired_at"] is not None,
            **self.members(row, language),
        }

    def documents(self, codes: Collection[str], language: str) -> dict[str, Document]:
        return {row["code"]: self.document(row, language) for row in self.rows().filter(code__in=codes)}


def text_in(values: Mapping[str, Any], language: str, default: Any = "") -> Any:
    return values.get(language) or values.get(DEFAULT_LANGUAGE) or default


def terms_in(row: Mapping[str, Any], language: str) -> list[str]:
    """What an entry is searched by, here and on phones: label and synonyms, folded."""
    label = text_in(row["labels"], language)
    return list(dict.fromkeys(map(fold, (label, *text_in(row["synonyms"], language, [])))))


def _exercise(row: Mapping[str, Any], language: str) -> Document:
    return {
        "category": row["category"],
        "met": None if row["met"] is None else float(row["met"]),
        "intensity": row["intensity"],
        "strength": row["strength"],
        "balance": row["balance"],
        "platform_names": row["platform_names"],
    }


def _cognitive(row: Mapping[str, Any], language: str) -> Document:
    return {
        "category": row["category"],
        "usually_social": row["usually_social"],
        "examples": text_in(row["examples"], language, []),
    }


def _food(row: Mapping[str, Any], language: str) -> Document:
    gives = row["gives"]
    return {
        "category": row["category"],
        "food_group": only_group(gives),
        "gives": gives,
        "household_measure": text_in(row["household_measures"], language),
        "common": row["common"],
    }


EXERCISE_ACTIVITIES = CatalogueList("exercise_activities", ExerciseActivity, _exercise)
COGNITIVE_ACTIVITIES = CatalogueList("cognitive_activities", CognitiveActivity, _cognitive)
FOODS = CatalogueList("foods", Food, _food)
LISTS = {one.name: one for one in (EXERCISE_ACTIVITIES, COGNITIVE_ACTIVITIES, FOODS)}


@dataclass(frozen=True, slots=True)
class WholeList:
    """A list as JSON, and its tag."""

    state: CatalogueState
    content: bytes
    tag: str


_whole: dict[tuple[str, str], WholeList] = {}


def whole_list(which: CatalogueList, language: str, state: CatalogueState) -> WholeList:
    """Every entry, retired ones too. Made once for each state of the catalogue, and kept."""
    kept = _whole.get((which.name, language))
    if kept is None or kept.state != state:
        content = encode([which.document(row, language) for row in which.rows().iterator()])
        kept = _whole[which.name, language] = WholeList(state, content, content_tag(state.version, content))
    return kept


def changed_entries(which: CatalogueList, language: str, *, since: int) -> list[Document]:
    return [which.document(row, language) for row in which.rows().filter(changed_in__gt=since)]
