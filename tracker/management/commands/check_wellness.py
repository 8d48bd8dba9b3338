"""Check that every text a participant can receive stays within general wellness; exit 1 with place and reason for each hit.

The texts that the project ships, and, where there is a database, those that are stored: published and reviewed guidance, and
the catalogue.

With `--text -`, check standard input instead, one text a line, and answer each with a JSON line {"ok", "hits"}.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from backend.api.json import encode
from backend.languages import DEFAULT_LANGUAGE
from tracker import wellness_texts
from tracker.models import GuidanceVersion
from tracker.wellness import check_text
from tracker.wellness_rules import RULES


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--text", choices=["-"], help="Read texts from standard input, one a line.")
        parser.add_argument(
            "--language", choices=sorted(RULES), help="If not given, every language; of standard input, English."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = [options["language"]] if options["language"] else []
        if options["text"]:
            fine = self.check_lines(given or [DEFAULT_LANGUAGE])
        else:
            fine = self.check_everything(given or sorted(RULES))
        if not fine:
            sys.exit(1)

    def check_lines(self, languages: Sequence[str]) -> bool:
        fine = True
        for line in sys.stdin:
            hits = [
                {"rule": hit.rule, "start": hit.start, "end": hit.end, "match": hit.match}
                for language in languages
                for hit in check_text(line.rstrip("\n"), language=language)
            ]
            print(encode({"ok": not hits, "hits": hits}).decode())
            fine = fine and not hits
        return fine

    def check_everything(self, languages: Sequence[str]) -> bool:
        kinds = {"texts": wellness_texts.participant_texts}
        if self.has_tables():
            kinds |= {"stored texts of guidance": wellness_texts.stored_guidance}
            kinds |= {"stored texts of the catalogue": wellness_texts.stored_catalogue}
        else:
            print("There is no database with tables: stored texts were not looked at.")
        verdicts = [self.check_texts(name, texts, language) for language in languages for name, texts in kinds.items()]
        return all(verdicts)

    def check_texts(self, name: str, texts: Callable[[str], Iterable[tuple[str, str]]], language: str) -> bool:
        count = hits = 0
        for place, text in texts(language):
            count += 1
            for hit in check_text(text, language=language):
                hits += 1
                print(f"{place}: {hit.rule} {hit.match!r} at {hit.start}. {hit.reason}")
        print(f"{language}: {count} {name}, {hits or 'no'} hits.")
        return not hits

    def has_tables(self) -> bool:
        try:
            return GuidanceVersion._meta.db_table in connection.introspection.table_names()
        except OperationalError:
            return False
