"""Go through the audit and say whether anybody has tampered with it. Exit code 1 if so."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.audit.verification import ChainBroken, ChainHead, verify_chain


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="ID:HASH",
            type=head,
            action="append",
            default=[],
            help="A head noted earlier, in a log say, that the chain has to go through. May be given again.",
        )

    def handle(self, *args: Any, expect: list[ChainHead], **options: Any) -> None:
        try:
            last = verify_chain(expect)
        except ChainBroken as error:
            raise CommandError(f"The audit was tampered with. {error}", returncode=1) from error
        self.stdout.write(f"{last.entries} entries, unbroken. Head {last}")


def head(text: str) -> ChainHead:
    try:
        return ChainHead.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no ID:HASH, as this command and the logs print it.") from error
