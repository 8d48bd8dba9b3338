"""Bring consent documents from a folder into the database, as drafts to be published in the admin.

Files are named kind-version.language.md (terms-2.en.md), with "# Title" in the first line. Safe to run again. The samples
that come with Engram are the default; they are no legal texts, and have to be replaced before real people are asked.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.consents.documents import SAMPLES, CannotLoad, CannotPublish, load_documents


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="The samples if not given.")
        parser.add_argument("--publish", action="store_true", help="Publish them at once. What is published stays.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            documents = load_documents(options["folder"], now=timezone.now(), published=options["publish"])
        except (CannotLoad, CannotPublish) as error:
            raise CommandError(str(error)) from error
        for document in documents:
            document.refresh_from_db()
            languages = ", ".join(sorted(document.texts))
            self.stdout.write(f"{document}: {'published' if document.published_at else 'draft'} in {languages}")
