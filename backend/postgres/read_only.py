"""Work that must not store anything, in a transaction in which PostgreSQL sees to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def storing_nothing(*, one_view: bool = False) -> Iterator[None]:
    """Every attempt to write fails with django.db.InternalError (SQLSTATE 25006). `one_view`: every statement sees the
    database as the first one did."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION" + (" ISOLATION LEVEL REPEATABLE READ," if one_view else "") + " READ ONLY")
        yield
