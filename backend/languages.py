"""The languages that participants are spoken to in: the one list. Settings, data files, checks and tests take theirs from here.

`docs/languages.md` tells how to add one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LANGUAGES = (("en", "English"), ("es", "Español"))
LANGUAGE_CODES = tuple(code for code, _ in LANGUAGES)
DEFAULT_LANGUAGE = "en"

# A text by language, as the data files hold it.
Texts = Mapping[str, str]

# What a request may ask for, as a JSON schema.
LANGUAGE_TAG = {"type": "string", "minLength": 2, "maxLength": 16, "pattern": "^[A-Za-z0-9-]+$"}
_TAG = re.compile(r"[A-Za-z0-9-]{2,16}")


def closest_language(tag: str) -> str:
    """The language for a BCP 47 tag: `es` for `es-MX`; the default where there are no texts in that language."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in LANGUAGE_CODES else DEFAULT_LANGUAGE


def read_language(text: str) -> str:
    """The language that a request asks for. Raises ValueError for what is no language tag."""
    if not _TAG.fullmatch(text):
        raise ValueError("Expected a language tag such as en.")
    return closest_language(text)


def missing_languages(texts: Texts) -> list[str]:
    """The languages that this text is not there in."""
    return [language for language in LANGUAGE_CODES if not texts.get(language, "").strip()]
