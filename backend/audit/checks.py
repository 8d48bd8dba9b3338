"""`manage.py check --deploy`: whether the application itself could rewrite the audit."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info, Warning
from django.db import OperationalError, connection

UNPROTECTED = Warning(
    "The role that Engram connects as owns the audit, so whoever takes over Engram can rewrite it.",
    hint="Give another role as DATABASE_URL and this one as DATABASE_OWNER_URL, then run manage.py migrate.",
    id="audit.W001",
)
NOT_ASKED = Info("The database did not answer, so nobody knows how the audit is protected.", id="audit.I001")


def check_protection(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_has_role(current_user, relowner, 'USAGE')"
                "    OR has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
                "  FROM pg_class WHERE oid = to_regclass('audit_entry')"
            )
            rows = cursor.fetchall()
    except OperationalError:
        return [NOT_ASKED]
    return [UNPROTECTED] if rows == [(True,)] else []
