"""After a restore: erase again everybody who was erased since the backup was made, by the erasure ledger.

Safe to run again. Ids that the database doesn't have are fine. Lines that can't be read are reported, the others are
carried out, and the command ends with 1.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backend.privacy.replaying import replay_erasures


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "ledgers",
            nargs="*",
            type=Path,
            help="Ledger files; the one of this installation (ENGRAM_ERASURE_LEDGER) if none is given.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for ledger in options["ledgers"] or [Path(settings.ERASURE_LEDGER)]:
            try:
                replay = replay_erasures(ledger)
            except OSError as error:
                raise CommandError(f"Can't read the ledger {ledger}: {error.strerror}.") from error
            for line in replay.unreadable:
                self.stderr.write(f"{ledger}, line {line.number}: {line.reason}")
            unreadable += len(replay.unreadable)
            self.stdout.write(
                f"{ledger}: {replay.known} erasures, {replay.erased} of them erased again,"
                f" {len(replay.unreadable)} unreadable lines"
            )
        if unreadable:
            sys.exit(1)
