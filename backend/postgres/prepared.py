"""Queries that are asked all the time: planned once for each connection, and told apart by their parameters only.

Django writes parameters into the text, so that PostgreSQL parses and plans it anew each time: about as long, for a small read
over several tables, as the reading itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import Format

# Django reads times by a loader of its own, in Python; psycopg's is its C extension's, and several times as fast.
_TIMESTAMPS: Any = psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, Format.TEXT)


def fetch_all(query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query. Raises what Django's own cursors raise."""
    with _executed(query, parameters) as cursor:
        return cursor.fetchall()


def execute(query: str, parameters: Mapping[str, Any]) -> int:
    """How many rows a statement wrote. Parameters go apart from the text, however long they are."""
    with _executed(query, parameters) as cursor:
        return cursor.rowcount


@contextmanager
def _executed(query: str, parameters: Mapping[str, Any]) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    # What `connection.cursor()` does before it makes a cursor: making that one too costs as much as a small read.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    with connection.wrap_database_errors:
        raw: psycopg.Connection[Any] = connection.connection
        started = time.monotonic()
        raw.prepare_threshold = 0  # Django switches preparing off, for its own texts never repeat
        try:
            with psycopg.Cursor(raw) as prepared:
                prepared.adapters.register_loader("timestamptz", _TIMESTAMPS)
                yield prepared.execute(query, parameters, prepare=True)
        finally:
            raw.prepare_threshold = None
        if connection.queries_logged:
            connection.queries_log.append({"sql": query, "time": f"{time.monotonic() - started:.3f}"})
