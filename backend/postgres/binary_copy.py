"""PostgreSQL's binary COPY as NumPy structured arrays, both ways: no Python object per row.

Every column must be NOT NULL and of fixed width. The format is the one of PostgreSQL's manual, "COPY, Binary Format": a
19-byte header, per row a 16-bit field count and per field a 32-bit length and the value, big-endian, then a 16-bit -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

HEADER = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
TRAILER = b"\xff\xff"
INT4_OID = 23

Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, NumPy type (big-endian) and, for an array of int4, how many elements it always has."""

    name: str
    kind: str
    int4_elements: int = 0


def boolean(name: str) -> Column:
    return Column(name, "?")


def int2(name: str) -> Column:
    return Column(name, ">i2")


def int4(name: str) -> Column:
    return Column(name, ">i4")


def int8(name: str) -> Column:
    return Column(name, ">i8")


def int4_array(name: str, elements: int) -> Column:
    return Column(name, "", int4_elements=elements)


def bytes16(name: str) -> Column:
    """A uuid, or a bytea that always has 16 bytes, as two unsigned 64-bit numbers."""
    return Column(name, "(2,)>u8")


def _value_type(column: Column) -> np.dtype[Any]:
    if column.int4_elements:
        element = np.dtype([("length", ">i4"), ("value", ">i4")])
        header = [(field, ">i4") for field in ("dimensions", "nulls", "type", "size", "lower")]
        return np.dtype([*header, ("elements", element, (column.int4_elements,))])
    return np.dtype(column.kind)


def _row_type(columns: Sequence[Column]) -> np.dtype[Any]:
    fields: list[Any] = [("field count", ">i2")]
    for column in columns:
        fields += [(f"length of {column.name}", ">i4"), (column.name, _value_type(column))]
    return np.dtype(fields)


def copy_out(query: str, columns: Sequence[Column]) -> Rows:
    """The result of a query, a row each; `array[column name]` is a column. The query's columns stand in the same order.

    Raises ValueError if a value was NULL or of another width.
    """
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        data = b"".join(copy)
    row_type = _row_type(columns)
    body = memoryview(data)[len(HEADER) : -len(TRAILER)]
    if len(body) % row_type.itemsize:
        raise ValueError("A column is NULL somewhere, or not of the declared width.")
    rows = np.frombuffer(body, dtype=row_type)
    for column in columns:
        if len(rows) and not (rows[f"length of {column.name}"] == _value_type(column).itemsize).all():
            raise ValueError(f"{column.name} is NULL somewhere, or not of the declared width.")
    return rows


def elements(rows: Rows, name: str) -> npt.NDArray[np.int32]:
    """The values of an int4 array column: shape (rows, elements)."""
    values: npt.NDArray[np.int32] = rows[name]["elements"]["value"]
    return values


def copy_in(table: str, columns: Sequence[Column], values: dict[str, npt.NDArray[Any]]) -> None:
    """Append rows to a table: one array per column, first axis the row."""
    count = len(next(iter(values.values())))
    rows = np.zeros(count, dtype=_row_type(columns))
    rows["field count"] = len(columns)
    for column in columns:
        rows[f"length of {column.name}"] = _value_type(column).itemsize
        if column.int4_elements:
            cell = rows[column.name]
            cell["dimensions"], cell["type"], cell["size"], cell["lower"] = 1, INT4_OID, column.int4_elements, 1
            cell["elements"]["length"] = 4
            cell["elements"]["value"] = values[column.name]
        else:
            rows[column.name] = values[column.name]
    names = ", ".join(column.name for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(HEADER + rows.tobytes() + TRAILER)
