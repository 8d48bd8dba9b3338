"""Reading stored records as rows, by statements that are planned once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from backend.postgres.prepared import fetch_all
from backend.sync.records import OriginKey, RecordType, Row

_BY_ID = "SELECT {columns} FROM {table} WHERE user_id = %(user)s AND uid = ANY(%(uids)s)"
_BY_ORIGIN = """
SELECT {columns} FROM {table} JOIN unnest(%(platforms)s::text[], %(external_ids)s::text[]) AS asked(platform, external_id)
    ON origin_platform = platform AND origin_external_id = external_id WHERE user_id = %(user)s"""
_REMOVED = """
SELECT platform, external_id FROM sync_removedorigin
  JOIN unnest(%(platforms)s::text[], %(external_ids)s::text[]) AS asked(platform, external_id) USING (platform, external_id)
 WHERE user_id = %(user)s"""
_WHERE = "SELECT {columns} FROM {table} WHERE user_id = %(user)s AND deleted_at IS NULL AND ({condition})"


def rows_by_id(record_type: RecordType, user_id: UUID, uids: Sequence[UUID]) -> Iterator[Row]:
    return _rows(record_type, _statement(record_type, _BY_ID), {"user": user_id, "uids": uids})


def rows_by_origin(record_type: RecordType, user_id: UUID, origins: Collection[OriginKey]) -> Iterator[Row]:
    return _rows(record_type, _statement(record_type, _BY_ORIGIN), _of_origins(user_id, origins))


def removed_origins(user_id: UUID, origins: Collection[OriginKey]) -> set[OriginKey]:
    """Those of the origins that a platform has reported as deleted."""
    return {(platform, external_id) for platform, external_id in fetch_all(_REMOVED, _of_origins(user_id, origins))}


def _of_origins(user_id: UUID, origins: Collection[OriginKey]) -> dict[str, object]:
    platforms, external_ids = map(list, zip(*origins, strict=True))
    return {"user": user_id, "platforms": platforms, "external_ids": external_ids}


def live_rows(
    record_type: RecordType, user_id: UUID, condition: str, parameters: Mapping[str, object]
) -> Iterator[Row]:
    """The live records that meet a condition, in SQL: a constant of the code, with `%(names)s` for parameters."""
    statement = _statement(record_type, _WHERE, condition)
    return _rows(record_type, statement, {"user": user_id, **parameters})


def _rows(record_type: RecordType, statement: str, parameters: Mapping[str, object]) -> Iterator[Row]:
    of_json = _json_columns(record_type)
    for values in fetch_all(statement, parameters):
        yield as_row(record_type.columns, of_json, values)


def as_row(names: Sequence[str], of_json: Sequence[str], values: Sequence[Any]) -> Row:
    """JSON, which arrives as text, goes out as it came in."""
    row = dict(zip(names, values, strict=True))
    for name in of_json:
        if row[name] is not None:
            row[name] = msgspec.Raw(row[name])
    return row


@cache
def _statement(record_type: RecordType, template: str, condition: str = "") -> str:
    return template.format(columns=", ".join(record_type.columns), table=record_type.table, condition=condition)


@cache
def _json_columns(record_type: RecordType) -> tuple[str, ...]:
    fields = {field.attname: field for field in record_type.model._meta.concrete_fields}
    return tuple(name for name in record_type.columns if fields[name].db_type(connection) == "jsonb")
