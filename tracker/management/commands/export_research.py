"""Write weekly scores and practices of those who take part in research into a zip, under numbers made for it alone."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.record_types.times import read_week
from tracker.research_export import ConsentsKeepChanging, export_research
from tracker.scoring.weeks import Week


def week(text: str) -> Week:
    try:
        return read_week(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=week, required=True, help="The first week, such as 2026-W40.")
        parser.add_argument("--to", dest="last", type=week, required=True, help="The last week, included.")
        parser.add_argument("out", type=Path, help="The zip to write.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["last"].monday < options["first"].monday:
            raise CommandError("The last week lies before the first.")
        try:
            done = export_research(options["out"], options["first"], options["last"], now=timezone.now())
        except (ConsentsKeepChanging, OSError) as error:
            raise CommandError(str(error)) from error
        for version, count in sorted(done.participants.items()):
            self.stdout.write(f"consent version {version}: {count} participants, {done.weeks.get(version, 0)} weeks")
        self.stdout.write(f"{options['out']}: {sum(done.participants.values())} participants")
