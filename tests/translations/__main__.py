"""`make translations`: bring every language's file in step with the code, compile it, and say what is still to translate."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("ENGRAM_DEMO", "1")  # the settings of an installation want secrets
django.setup()

from tests.translations.catalogues import LOCALES, compile_language, faults, update  # noqa: E402

left: list[str] = []
for language in LOCALES:
    update(language)
    compile_language(language)
    left += faults(language)
sys.stdout.write("".join(f"{fault}\n" for fault in left) or "Every text is there in every language.\n")
sys.exit(bool(left))
