"""Load the project's catalogue files into the tables: adds and updates entries by code, removes none."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tracker.catalogue.loading import load_catalogue


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for name, done in load_catalogue().items():
            self.stdout.write(f"{name}: {done.added} added, {done.changed} changed, {done.unchanged} as they were")
