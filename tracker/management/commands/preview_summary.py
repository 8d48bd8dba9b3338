"""Show a participant's weekly mail of a week as it would be written this moment. Nothing is stored and nothing is sent.

Without --output, the plain text is printed. A file that ends in .html gets the HTML with its pictures in it; one in .eml the
whole message, for a mail program.
"""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend.accounts.models import User
from backend.languages import LANGUAGE_CODES
from tracker.management.week_arguments import week_argument
from tracker.summary_documents import mail_context_now
from tracker.summary_mail import render_summary
from tracker.summary_previews import previewed_message


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("participant", help="An address, or an id.")
        parser.add_argument("week", type=week_argument, help="Such as 2026-W47.")
        parser.add_argument("--language", choices=LANGUAGE_CODES, help="Another language than the participant's.")
        parser.add_argument("--output", type=Path, help="A file to write: NAME.eml or NAME.html.")

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        if output is not None and output.suffix not in (".eml", ".html"):
            raise CommandError("--output: a file that ends in .eml or .html.")
        user = _participant(options["participant"])
        context = mail_context_now(user, options["week"], options["language"])
        if output is None:
            self.stdout.write(render_summary(context).text, ending="")
            return
        if output.suffix == ".eml":
            content = previewed_message(user, context)
        else:
            content = render_summary(context).html_with_images().encode()
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}.") from error


def _participant(given: str) -> User:
    """By address or id. Raises CommandError."""
    user = User.objects.filter(email__iexact=given).first()
    if user is None:
        with suppress(ValueError):
            user = User.objects.filter(pk=UUID(given)).first()
    if user is None:
        raise CommandError(f"There is no participant {given}.")
    return user
