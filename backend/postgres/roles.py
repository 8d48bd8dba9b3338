"""Two roles: the owner, who migrates, and the application, which may work with rows and change no table.

With `DATABASE_OWNER_URL` set, `manage.py migrate` connects by it; afterwards the role of `DATABASE_URL` gets its rights
anew: everything that can be done with rows, in every table but those that an app has set limits for. Without it there is
one role, which owns what it works with, and the limits hold by triggers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from psycopg import sql

ALL = "SELECT, INSERT, UPDATE, DELETE"
_limits: dict[str, str] = {"django_migrations": "SELECT"}


def limit_application(table: str, rights: str) -> None:
    """What the application may do with the rows of a table, such as `SELECT, INSERT`, where that isn't everything."""
    _limits[table] = rights


@contextmanager
def connected_as_owner(using: str) -> Iterator[None]:
    """Connect as the tables' owner, if there is one, to the database that is in use."""
    connection = connections[using]
    before = dict(connection.settings_dict)
    if any(before.get(key) != value for key, value in settings.DATABASE_OWNER.items()):
        connection.close()
        connection.settings_dict.update(settings.DATABASE_OWNER)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)
    else:
        yield


def grant_after_migrations(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Signal `post_migrate`: every table is there, and the connection is the owner's."""
    role = settings.DATABASE_APPLICATION.get("USER", "")
    if role:
        grant_application(role, settings.DATABASE_APPLICATION["PASSWORD"], using=using)


def grant_application(role: str, password: str, *, using: str) -> None:
    """Give the application's role what it may do, and take from it what it may not. Makes the role if the owner can."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.rowcount == 0:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password))
        database = connection.settings_dict["NAME"]
        names = {"role": sql.Identifier(role), "database": sql.Identifier(database)}
        for statement in (
            "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"GRANT {ALL} ON ALL TABLES IN SCHEMA public TO {{role}}",
        ):
            cursor.execute(sql.SQL(statement).format(**names))
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in {name for (name,) in cursor.fetchall()} & _limits.keys():
            names["table"] = sql.Identifier(table)
            cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
            cursor.execute(sql.SQL(f"GRANT {_limits[table]} ON {{table}} TO {{role}}").format(**names))
