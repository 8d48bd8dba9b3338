"""Bounds on what a request may ask of PostgreSQL. Workers and commands have none: a batch takes as long as it takes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

IDLE_IN_TRANSACTION_SECONDS = 30


def bound_connections() -> None:
    """From now on each new connection of this process is bounded: for processes that answer requests."""
    connection_created.connect(_bound, dispatch_uid="bounds of web processes")


def _bound(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    bounds = {
        "statement_timeout": settings.STATEMENT_TIMEOUT_SECONDS,
        "lock_timeout": settings.LOCK_TIMEOUT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS bounds (name, value)",
            [list(bounds), [f"{int(seconds * 1000)}ms" for seconds in bounds.values()]],
        )
