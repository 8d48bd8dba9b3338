"""Score and explain weeks without a database: JSON Lines in, JSON Lines out.

A line in: {"profile": {"birth_year", "time_zone", "not_applicable": []}, "week": "2026-W47", "records": [{"type":
"exercise_log", ...}], "confirmed": ["exercise"]}, the records with the API's own fields. A line out: the document of GET
/v1/weeks/{week} without what the server alone knows (goals, `changes`, `numbers_hidden`), and without its sentences unless
--words asks for them; or {"error": ...} for a line that can't be read, and the other lines go on.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import deque
from itertools import islice
from multiprocessing import get_context
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from backend.languages import LANGUAGE_CODES
from tracker.offline_weeks import explain_line

CHUNK = 100  # lines
WAITING_CHUNKS = 64


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="A file of JSON Lines; - for standard input.")
        parser.add_argument(
            "--words", choices=LANGUAGE_CODES, metavar="LANGUAGE", help="Add the sentences, in this language: en, es."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out = sys.stdout.buffer
        language: str | None = options["words"]
        if options["file"] == "-":
            self.explain(sys.stdin.buffer, out, language)
            return
        try:
            source = open(options["file"], "rb")  # noqa: SIM115  (closed below; only opening may fail kindly)
        except OSError as error:
            raise CommandError(f"Can't read {options['file']}: {error.strerror}.") from error
        with source:
            self.explain_file(source, out, language)
            out.flush()

    def explain(self, source: BinaryIO, out: BinaryIO, language: str | None) -> None:
        """Line by line, so that whoever writes to our standard input gets an answer to each line."""
        for number, line in enumerate(source, start=1):
            if line.strip():
                out.write(explain_line(line, number, language) + b"\n")
                out.flush()

    def explain_file(self, source: BinaryIO, out: BinaryIO, language: str | None) -> None:
        """A file's lines by all processors, their order kept; only a few chunks are in memory at a time."""
        numbered = ((number, line) for number, line in enumerate(source, start=1) if line.strip())
        first = list(islice(numbered, CHUNK))
        if len(first) < CHUNK:
            out.writelines(explain_chunk(first, language))
            return
        explain_chunk(first[:1], language)  # loads the catalogue, which the processes then share
        with get_context("fork").Pool() as processes:
            waiting = deque([processes.apply_async(explain_chunk, (first, language))])
            while waiting:
                while len(waiting) < WAITING_CHUNKS and (chunk := list(islice(numbered, CHUNK))):
                    waiting.append(processes.apply_async(explain_chunk, (chunk, language)))
                out.writelines(waiting.popleft().get())
            processes.close()
            processes.join()  # they end by themselves: one that inherited a handler of SIGTERM would not be ended by it


def explain_chunk(numbered: list[tuple[int, bytes]], language: str | None) -> list[bytes]:
    return [explain_line(line, number, language) + b"\n" for number, line in numbered]
