"""What an export consists of: sections, each a table of plain values with a meaning for every column.

Apps register theirs; the platform doesn't know the tracker's. What is not exported is registered too, with the reason, so
that nothing is left out by forgetting it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from backend.accounts.models import User
from backend.privacy.ownership import owned_models

Row = Mapping[str, Any]
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """`source` is the model's attribute, if it has another name; `shown` turns what is stored into what people read."""

    name: str
    meaning: str
    unit: str = ""
    source: str = ""
    shown: Callable[[Any], Any] | None = None

    def value(self, stored: Any) -> Any:
        return stored if self.shown is None or stored is None else self.shown(stored)


@dataclass(frozen=True)
class Section:
    """One file of the export, as JSON and as CSV. Rows come from `model`, or from `rows` where that isn't enough.

    `left_out` names the model's attributes that are in no column, each with the reason.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    model: type[models.Model] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    rows: Callable[[User], Iterator[Row]] | None = None

    def rows_of(self, user: User) -> Iterator[Row]:
        """Read in pieces: however much somebody logged, a page of it is in memory."""
        if self.rows is not None:
            yield from self.rows(user)
            return
        assert self.model is not None
        sources = [column.source or column.name for column in self.columns]
        stored = _rows(self.model, user).order_by("pk").values_list(*sources)
        for values in stored.iterator(chunk_size=CHUNK):
            yield {column.name: column.value(value) for column, value in zip(self.columns, values, strict=True)}


def _rows(model: type[models.Model], user: User) -> models.QuerySet[Any]:
    if model is User:
        return User.objects.filter(pk=user.pk)
    (owned,) = [owned for owned in owned_models() if owned.model is model]
    return owned.rows(user.pk)


_sections: dict[str, Section] = {}
_not_exported: dict[str, str] = {}


def register_section(section: Section) -> None:
    _sections[section.name] = section


def leave_out(table: str, reason: str) -> None:
    """`table` is a model's label, such as `sync.synccounter`."""
    _not_exported[table] = reason


def registered_sections() -> list[Section]:
    return list(_sections.values())


def not_exported() -> Mapping[str, str]:
    return _not_exported
