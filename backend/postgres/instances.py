"""Model instances out of prepared statements: what `select_related` gives, without the query being put together each time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models


def columns_of(*joined: type[models.Model]) -> str:
    """What to select of these tables, in the order of `instances_of`. Raises `TypeError` for fields that Django converts."""
    return ", ".join(f"{model._meta.db_table}.{column}" for model in joined for column in _columns(model).values())


def instances_of(row: Sequence[Any], *joined: type[models.Model]) -> list[Any]:
    """An instance of each model, as the query has stored them. Their relations to one another are for the caller to set."""
    instances, at = [], 0
    for model in joined:
        names = _columns(model)
        instances.append(model.from_db(DEFAULT_DB_ALIAS, names, row[at : at + len(names)]))
        at += len(names)
    return instances


@cache
def _columns(model: type[models.Model]) -> dict[str, str]:
    """The column of each attribute, in the model's order."""
    fields = model._meta.concrete_fields
    if converted := [field.name for field in fields if hasattr(field, "from_db_value")]:
        raise TypeError(f"{model.__name__}: Django converts {', '.join(converted)} when it reads them")
    return {field.attname: field.column for field in fields if field.column}
