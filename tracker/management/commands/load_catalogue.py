"""Load the project's catalogue files into the tables: adds and updates entries by code, removes none. What staff have changed
stays as they left it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracker.catalogue.loading import load_catalogue


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="what staff have changed, too")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, done in load_catalogue(overwrite=options["overwrite"]).items():
            self.stdout.write(f"{name}: {done.added} added, {done.changed} changed, {done.unchanged} as they were")
