"""Write weekly scores and practices of those who take part in research into a zip, under numbers made for it alone."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.management.week_arguments import add_week_arguments
from tracker.research_export import ConsentsKeepChanging, export_research


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_week_arguments(parser)
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
