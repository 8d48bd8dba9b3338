"""Load the project's catalogue files and guidance texts into the tables: adds and updates entries by code, removes none. What
staff have changed stays as they left it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tracker.catalogue.loading import load_catalogue
from tracker.guidance_loading import load_guidance


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="what staff have changed, too")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, done in load_catalogue(overwrite=options["overwrite"]).items():
            self.stdout.write(f"{name}: {done.added} added, {done.changed} changed, {done.unchanged} as they were")
        texts = load_guidance(now=timezone.now())
        self.stdout.write(
            f"guidance texts: {texts.added} added, {texts.changed} changed, {texts.retired} retired,"
            f" {texts.left} left to staff, {texts.unchanged} as they were"
        )
