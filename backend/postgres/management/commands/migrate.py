"""Django's `migrate`, by the role that owns the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from backend.postgres.roles import connected_as_owner


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with connected_as_owner(options["database"]):
            super().handle(*args, **options)
