"""Make stored weeks due for scoring again, for instance under a new protocol; the workers do the rest, as for any change."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.due_weeks import mark_stored_weeks_due
from tracker.management.week_arguments import add_week_arguments


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_week_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        count = mark_stored_weeks_due(options["first"], options["last"])
        self.stdout.write(f"{count} weeks are due.")
