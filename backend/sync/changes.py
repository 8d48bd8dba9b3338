"""Reading a participant's changes in order, of all types in one statement.

One statement sees one state of the database. With one for each type, a change could be committed between two of them, and a
reader that has then gone past it would never see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, models

from backend.postgres.prepared import fetch_all
from backend.sync.cursors import Cursor, Place
from backend.sync.records import DerivedType, RecordType, registry
from backend.sync.stored_rows import as_row


class Change(NamedTuple):
    """One thing to deliver. `row` holds a record's columns; `day` and `content` are what a derived type has instead."""

    kind: int
    seq: int
    day: date | None
    deleted: bool
    row: dict[str, Any]
    content: Any

    @property
    def place(self) -> Place:
        return (self.seq, self.kind, self.day.toordinal() if self.day else 0)


def read_changes(user_id: UUID, cursor: Cursor, *, limit: int) -> list[Change]:
    """Up to `limit` things after the cursor's place: in order, or in a snapshot backwards and without tombstones."""
    names, json_columns, query = _query(cursor.types, cursor.snapshot_of is not None)
    seq, kind, day = cursor.place
    parameters = {
        "user": user_id,
        "seq": seq,
        "kind": kind,
        "day": date.fromordinal(day) if day else date.min,
        "top": cursor.snapshot_of or 0,
        "limit": limit,
    }
    return [_change(names, json_columns, row) for row in fetch_all(query, parameters)]


def _change(names: Sequence[str], json_columns: Sequence[str], values: Sequence[Any]) -> Change:
    kind, seq, day, deleted, content = values[:5]
    row = as_row(names, json_columns, values[5:])
    return Change(kind, seq, day, deleted, row, None if content is None else msgspec.json.decode(content))


@lru_cache(maxsize=64)  # apps ask for a few combinations; there are thousands, and each text has some kilobytes
def _query(types: tuple[str, ...], snapshot: bool) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The names of the records' columns, those that hold JSON, and the statement; `types` have been checked."""
    records = [registry[name] for name in types if name in registry]
    columns = _columns(records)
    branches = [_record_branch(record_type, columns, snapshot) for record_type in records]
    # Kinds order what shares a change number: records, which share none, are 0 and come first.
    branches += [
        _derived_branch(kind, derived, columns, snapshot)
        for kind, derived in enumerate(registry.derived.values(), start=1)
        if derived.name in types
    ]
    order = "DESC" if snapshot else "ASC"
    query = " UNION ALL ".join(f"({branch})" for branch in branches)
    return (
        ("record_type", *columns),
        tuple(name for name, kind in columns.items() if kind == "jsonb"),
        f"SELECT * FROM ({query}) AS changes ORDER BY seq {order}, kind {order}, day {order} LIMIT %(limit)s",
    )


def _columns(records: Sequence[RecordType]) -> dict[str, str]:
    """Every column that some document is made from, with its PostgreSQL type; ids as the text that they go out as."""
    columns: dict[str, str] = {}
    for record_type in records:
        for name in record_type.shown_columns:
            field: models.Field[Any, Any] = record_type.model._meta.get_field(name)  # type: ignore[assignment]
            kind = field.db_type(connection) or ""
            kind = "text" if kind == "uuid" else kind
            assert columns.setdefault(name, kind) == kind, f"{name} is of several types"
    return columns


def _record_branch(record_type: RecordType, columns: dict[str, str], snapshot: bool) -> str:
    shown = set(record_type.shown_columns)
    selected = ", ".join(f"{name}::{kind}" if name in shown else f"NULL::{kind}" for name, kind in columns.items())
    # A record is the first of what shares its number, so backwards the last.
    backwards = "seq <= %(top)s AND seq < %(seq)s::bigint + (%(kind)s > 0)::int AND deleted_at IS NULL"
    reached = backwards if snapshot else "seq > %(seq)s"
    order = "DESC" if snapshot else "ASC"
    head = "0 AS kind, seq, NULL::date AS day, deleted_at IS NOT NULL, NULL::jsonb"
    return (
        f"SELECT {head}, '{record_type.name}'::text, {selected} FROM {record_type.table}"
        f" WHERE user_id = %(user)s AND {reached} ORDER BY seq {order} LIMIT %(limit)s"
    )


def _derived_branch(kind: int, derived: DerivedType, columns: dict[str, str], snapshot: bool) -> str:
    nothing = "".join(f", NULL::{column_type}" for column_type in columns.values())
    bound, sign = ("seq <= %(top)s AND ", "<") if snapshot else ("", ">")
    reached = f"{bound}(seq, {kind}, day) {sign} (%(seq)s::bigint, %(kind)s::int, %(day)s::date)"
    order = "DESC" if snapshot else "ASC"
    return (
        f"SELECT {kind} AS kind, seq, day, false, content, '{derived.name}'::text{nothing} FROM ({derived.query}) AS derived"
        f" WHERE {reached} ORDER BY seq {order}, day {order} LIMIT %(limit)s"
    )
