"""Search over the stored catalogue. Each process keeps an index of each list and language, and brings it up to date when the
catalogue has changed: a few changed entries are searched beside it, many make it anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from backend.languages import DEFAULT_LANGUAGE
from tracker.catalogue.documents import CatalogueList, terms_in
from tracker.catalogue.search_index import Hit, Searchable, SearchIndex
from tracker.catalogue.versions import CatalogueState

REBUILD_FROM = 500
"""Changed entries, from which a new index is made."""

_COLUMNS = ("code", "labels", "synonyms")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """An index as of one number, and the entries that have changed since then, by code."""

    state: CatalogueState
    base: SearchIndex
    base_number: int
    changed: SearchIndex | None = None
    replaced: frozenset[str] = field(default_factory=frozenset)


_loaded: dict[tuple[str, str], _Loaded] = {}
_loading: dict[tuple[str, str], Lock] = defaultdict(Lock)


def search(
    which: CatalogueList,
    query: str,
    *,
    language: str,
    state: CatalogueState,
    used: Mapping[str, float] | None = None,
    limit: int,
) -> list[Hit]:
    """The best entries that are still offered, best first. `used` adds to the worth of what somebody logs often."""
    loaded = _index(which, language, state)
    hits = loaded.base.search(query, used=used, limit=limit + len(loaded.replaced))
    if loaded.changed is None:
        return hits[:limit]
    kept = [hit for hit in hits if hit.code not in loaded.replaced]
    return sorted([*kept, *loaded.changed.search(query, used=used, limit=limit)], key=lambda hit: hit.rank)[:limit]


def _index(which: CatalogueList, language: str, state: CatalogueState) -> _Loaded:
    key = (which.name, language)
    loaded = _loaded.get(key)
    if loaded is None or loaded.state != state:
        with _loading[key]:  # by whoever comes first
            loaded = _loaded.get(key)
            if loaded is None or loaded.state != state:
                loaded = _loaded[key] = _brought_up_to(which, language, state, loaded)
    return loaded


def _brought_up_to(which: CatalogueList, language: str, state: CatalogueState, loaded: _Loaded | None) -> _Loaded:
    if loaded is not None and loaded.state.epoch == state.epoch and loaded.state.number < state.number:
        changed = which.rows().filter(changed_in__gt=loaded.base_number)
        rows = list(changed.values(*_COLUMNS, *_common(which), "retired_at")[: REBUILD_FROM + 1])
        if len(rows) <= REBUILD_FROM:
            offered = [row for row in rows if row["retired_at"] is None]
            replaced = frozenset(row["code"] for row in rows)
            return _Loaded(state, loaded.base, loaded.base_number, _make(offered, language), replaced)
    rows = list(which.rows().filter(retired_at=None).values(*_COLUMNS, *_common(which)))
    return _Loaded(state, _make(rows, language), state.number)


def _common(which: CatalogueList) -> tuple[str, ...]:
    return ("common",) if any(column.name == "common" for column in which.model._meta.concrete_fields) else ()


def _make(rows: Iterable[Mapping[str, Any]], language: str) -> SearchIndex:
    return SearchIndex((searchable(row, language) for row in rows), language)


def searchable(row: Mapping[str, Any], language: str) -> Searchable:
    """Its terms in the language, and the English ones too: foods are often known by them."""
    other = terms_in(row, DEFAULT_LANGUAGE) if language != DEFAULT_LANGUAGE else ()
    return Searchable(row["code"], tuple(terms_in(row, language)), tuple(other), row.get("common", False))
