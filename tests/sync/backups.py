"""A backup of the server, and what its operators do when they restore it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from unittest.mock import patch

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from backend.sync.epochs import current_epoch


class Backup:
    """The database as it was: everything since is forgotten when it is restored. Works within a transaction only."""

    def __init__(self) -> None:
        self.savepoint = transaction.savepoint()

    def restore(self) -> int:
        """Returns the new epoch. Nobody restores twice in a second: the second time, it is a second later."""
        next_second = datetime.fromtimestamp(current_epoch() + 1, UTC)
        transaction.savepoint_rollback(self.savepoint)
        now = max(timezone.now(), next_second)
        with patch("backend.sync.management.commands.after_restore.timezone.now", return_value=now):
            call_command("after_restore", stdout=StringIO())
        return current_epoch()
