"""Stored texts in the form of the library, and what keeps one from participants."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from tracker.evidence import read_evidence
from tracker.guidance.library import (
    EncouragementText,
    Fault,
    GuidanceTextError,
    Kind,
    SuggestionText,
    check_form,
    check_words,
    word_faults_of,
)

FORMS: Mapping[str, type[SuggestionText | EncouragementText]] = {
    "suggestion": SuggestionText,
    "encouragement": EncouragementText,
}
OF_THE_TEXT = ("id", "practice", "turn")
"""What a stored text says beside its versions' contents."""


def read_text(kind: str, document: Mapping[str, Any]) -> SuggestionText | EncouragementText:
    """A text from its document. Raises GuidanceTextError for one that has not the form."""
    try:
        return msgspec.convert(dict(document), FORMS[kind])
    except msgspec.ValidationError as error:
        raise GuidanceTextError(f"{document.get('id')}: {error}") from error


def read_fit(
    kind: str, document: Mapping[str, Any], *, words_checked: bool = False
) -> SuggestionText | EncouragementText:
    """A text that may be shown. Raises GuidanceTextError for any other. `words_checked`: they passed the present rules."""
    text = read_text(kind, document)
    if isinstance(text, SuggestionText):
        check_form(text, read_evidence())
    if not words_checked:
        check_words(text)
    return text


def faults_of(kind: str, document: Mapping[str, Any]) -> list[Fault]:
    """Everything that keeps a text from participants; empty for one that is fit."""
    try:
        text = read_text(kind, document)
    except GuidanceTextError as error:
        return [_of_the_whole(error, document)]
    faults = []
    if isinstance(text, SuggestionText):
        try:
            check_form(text, read_evidence())
        except GuidanceTextError as error:
            faults.append(_of_the_whole(error, document))
    return [*faults, *word_faults_of(text)]


def _of_the_whole(error: GuidanceTextError, document: Mapping[str, Any]) -> Fault:
    return Fault("form", str(error).removeprefix(f"{document.get('id')}: "))


def kind_of(text: SuggestionText | EncouragementText) -> Kind:
    return "suggestion" if isinstance(text, SuggestionText) else "encouragement"


def content_of(text: SuggestionText | EncouragementText) -> dict[str, Any]:
    """What a version stores of it: equal contents are equal here, however they were written."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(text))
    return {name: value for name, value in document.items() if name not in OF_THE_TEXT}


def content_hash(document: Mapping[str, Any]) -> str:
    """Of a whole document, id, practice and turn too: what somebody has seen when they say that it is fine."""
    return blake2b(msgspec.json.encode(document, order="deterministic"), digest_size=16).hexdigest()
