"""Write docs/evidence.md, the evidence cards for readers of the repository; with `--check`, exit 1 if it isn't up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.evidence import read_evidence
from tracker.evidence.prose import evidence_prose


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        file = settings.BASE_DIR / "docs" / "evidence.md"
        prose = evidence_prose(read_evidence())
        if not options["check"]:
            file.write_text(prose, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != prose:
            raise CommandError(f"{file.name} is not what the cards say: run manage.py evidence_document.")
