"""PostgreSQL's binary COPY as NumPy arrays, both ways: no Python object per row.

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

ColumnArrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, NumPy type (big-endian) and, for an array of int4, how many elements it always has. `joined`
    columns are read as one string of bytes."""

    name: str
    kind: str
    int4_elements: int = 0
    joined: bool = False


def int2(name: str) -> Column:
    return Column(name, ">i2")


def int4(name: str) -> Column:
    return Column(name, ">i4")


def int8(name: str) -> Column:
    return Column(name, ">i8")


def int4_array(name: str, elements: int) -> Column:
    return Column(name, "", int4_elements=elements)


def bytes16(name: str) -> Column:
    """Written only: a uuid, as two unsigned 64-bit numbers."""
    return Column(name, "(2,)>u8")


def bytea16(name: str) -> Column:
    """Read only: a bytea that always has 16 bytes, as two unsigned 64-bit numbers."""
    return Column(name, "(2,)>u8", joined=True)


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


def copy_out(query: str, columns: Sequence[Column]) -> ColumnArrays:
    """The result of a query as one array per column, first axis the row; the query's columns stand in the same order.

    PostgreSQL gathers each column into one array, so that the whole result is a single message: handing over a message for
    every row takes the client ten times as long as reading the rows takes the server.

    Raises ValueError if a value was NULL or of another width.
    """
    names = ", ".join(f'"{column.name}"' for column in columns)
    gathered = ", ".join(
        f"string_agg(\"{column.name}\", '')" if column.joined else f'array_agg("{column.name}")' for column in columns
    )
    statement = f"COPY (SELECT {gathered} FROM ({query}) AS result ({names})) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = memoryview(b"".join(copy))
    place = len(HEADER) + 2
    arrays = {}
    for column in columns:
        length = int.from_bytes(data[place : place + 4], "big", signed=True)
        place += 4
        arrays[column.name] = _array(data[place : place + max(length, 0)], column)
        place += max(length, 0)
    if len({len(array) for array in arrays.values()}) > 1:
        raise ValueError("A column is NULL somewhere, or not of the declared width.")
    return arrays


def _array(data: memoryview, column: Column) -> npt.NDArray[Any]:
    """An array as `array_send` writes it, in the machine's byte order: dimensions, nulls?, type; size and lower bound of each
    dimension; then every element's length and value. No data: the array of no rows, which is NULL."""
    kind = np.dtype(">i4" if column.int4_elements else column.kind)
    element = np.dtype([("length", ">i4"), ("value", kind)])
    shape = (-1, column.int4_elements) if column.int4_elements else (-1, *kind.shape)
    if not data:
        return np.zeros((0, *shape[1:]), dtype=kind.base.newbyteorder("="))
    if column.joined:
        if len(data) % kind.itemsize:
            raise ValueError(f"{column.name} is not of the declared width.")
        return np.frombuffer(data, dtype=kind.base).astype(kind.base.newbyteorder("=")).reshape(shape)
    dimensions, nulls = np.frombuffer(data[:8], dtype=">i4").tolist()
    body = data[12 + 8 * dimensions :]
    if nulls or len(body) % element.itemsize:
        raise ValueError(f"{column.name} is NULL somewhere, or not of the declared width.")
    elements = np.frombuffer(body, dtype=element)
    if not (elements["length"] == kind.itemsize).all():
        raise ValueError(f"{column.name} is not of the declared width.")
    return elements["value"].astype(kind.base.newbyteorder("=")).reshape(shape)


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
