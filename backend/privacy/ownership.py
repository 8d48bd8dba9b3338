"""Which rows are a participant's: found from the models' own foreign keys, so that a table made tomorrow is included.

A row is owned if a key leads from it to the participant, at once or over other owned rows (a device's token is its
device's). Keys that are emptied when what they name goes (`SET_NULL`) own nothing: their rows stay, without the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from backend.accounts.models import User

_EMPTIED = (models.SET_NULL, models.SET_DEFAULT)


@dataclass(frozen=True, slots=True)
class OwnedModel:
    """A table with participants' rows, and the ways from a row to its participant (`email_address__user`)."""

    model: type[models.Model]
    paths: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def rows(self, user_id: UUID) -> models.QuerySet[Any]:
        mine = reduce(or_, (models.Q(**{path: user_id}) for path in self.paths))
        return self.model._base_manager.filter(mine)


@dataclass(frozen=True, slots=True)
class Mention:
    """A key that names a participant, or something of theirs, in a row that is not theirs."""

    model: type[models.Model]
    field: str
    path: str

    def clear(self, user_id: UUID) -> int:
        return self.model._base_manager.filter(**{self.path: user_id}).update(**{self.field: None})


@cache
def owned_models() -> tuple[OwnedModel, ...]:
    """Every table with rows of participants, those that refer to others before the others."""
    order: list[type[models.Model]] = []
    _visit(User, order, set())
    paths: dict[type[models.Model], list[str]] = {User: [""]}
    for model in reversed(order):  # what is referred to first
        if model is not User:
            paths[model] = sorted(
                _joined(key.name, path)
                for key in _keys(model, emptied=False)
                for path in paths.get(key.related_model, ())
            )
    return tuple(OwnedModel(model, tuple(paths[model])) for model in order if model is not User)


@cache
def mentions() -> tuple[Mention, ...]:
    paths: dict[Any, tuple[str, ...]] = {User: ("",), **{owned.model: owned.paths for owned in owned_models()}}
    return tuple(
        Mention(model, key.name, _joined(key.name, path))
        for model in _tables()
        for key in _keys(model, emptied=True)
        for path in paths.get(key.related_model, ())
    )


def _visit(model: type[models.Model], order: list[type[models.Model]], seen: set[type[models.Model]]) -> None:
    seen.add(model)
    for other in _tables():
        if other not in seen and any(key.related_model is model for key in _keys(other, emptied=False)):
            _visit(other, order, seen)
    order.append(model)


def _tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _keys(model: type[models.Model], *, emptied: bool) -> Iterator[models.ForeignKey[Any, Any]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and (field.remote_field.on_delete in _EMPTIED) == emptied:
            yield field


def _joined(name: str, path: str) -> str:
    return f"{name}__{path}" if path else name
