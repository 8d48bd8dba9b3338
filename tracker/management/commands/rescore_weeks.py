"""Make stored weeks due for scoring again, for instance under a new protocol; the workers do the rest, as for any change."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from tracker.due_weeks import mark_stored_weeks_due
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week


def _week(text: str) -> Week:
    try:
        return read_week(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=_week, required=True, help="The first week, such as 2026-W40.")
        parser.add_argument("--to", dest="last", type=_week, required=True, help="The last week.")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        count = mark_stored_weeks_due(options["first"], options["last"])
        self.stdout.write(f"{count} weeks are due.")
