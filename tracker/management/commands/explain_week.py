"""Score and explain weeks without a database: JSON Lines in, JSON Lines out.

A line in: {"profile": {"birth_year", "time_zone", "not_applicable": []}, "week": "2026-W47", "records": [{"type":
"exercise_log", ...}], "confirmed": ["exercise"]}, the records with the API's own fields. A line out: exactly the document
of GET /v1/weeks/{week}, or {"error": ...} for a line that can't be read; the other lines go on.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.offline_weeks import explain_line


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="A file of JSON Lines; - for standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        out = sys.stdout.buffer
        if options["file"] == "-":
            self.explain(sys.stdin.buffer, out)
            return
        try:
            source = open(options["file"], "rb")  # noqa: SIM115  (closed below; only opening may fail kindly)
        except OSError as error:
            raise CommandError(f"Can't read {options['file']}: {error.strerror}.") from error
        with source:
            self.explain(source, out)

    def explain(self, source: Any, out: Any) -> None:
        for number, line in enumerate(source, start=1):
            if line.strip():
                out.write(explain_line(line, number) + b"\n")
        out.flush()
