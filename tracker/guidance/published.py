"""The published texts as the library that guidance is chosen from, read once for each state that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from django.db import connection

from backend.postgres.prepared import fetch_all
from backend.sync.epochs import CURRENT_EPOCH
from tracker.guidance.library import EncouragementText, GuidanceTextError, Library, SuggestionText, read_library
from tracker.guidance.stored import read_fit
from tracker.wellness import rules_digest

LIBRARY_NUMBER = "COALESCE((SELECT number FROM tracker_guidancelibrarystate), 0)"
State = tuple[int, int]
"""Epoch and number: a restored backup has given its numbers out before."""

_STATE = f"SELECT {CURRENT_EPOCH}, {LIBRARY_NUMBER}"
# In one statement, so that the texts are those of the number, whoever publishes meanwhile.
_TEXTS = (
    f"SELECT {CURRENT_EPOCH}, {LIBRARY_NUMBER}, code, kind, practice, turn, content::text, checked_by"
    " FROM (SELECT 1) AS always LEFT JOIN tracker_guidancetext ON true"
    " LEFT JOIN tracker_guidanceversion ON text_id = code AND state = 'published'"
)

_kept: dict[str, tuple[State, Library]] = {}
logger = structlog.get_logger(__name__)


def published_library(state: State | None = None) -> Library:
    """The published texts; the project's own files as long as no text is stored.

    One query to ask for their state, unless the caller has just read it, and another when it isn't the one before.
    """
    if state is None:
        ((epoch, number),) = fetch_all(_STATE, {})
        state = epoch, number
    kept = _kept.get("library")
    if kept is None or kept[0] != state:
        kept = _kept["library"] = _read()
    return kept[1]


def forget_library() -> None:
    _kept.clear()


def _read() -> tuple[State, Library]:
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS)
        rows = cursor.fetchall()
    state = (rows[0][0], rows[0][1])
    if rows[0][2] is None:
        return state, read_library()
    return state, _library([row[2:] for row in rows if row[6] is not None])


def _library(rows: Sequence[tuple[Any, ...]]) -> Library:
    texts = [text for row in rows if (text := _fit_text(*row)) is not None]
    return Library.of(
        [text for text in texts if isinstance(text, SuggestionText)],
        [text for text in texts if isinstance(text, EncouragementText)],
    )


def _fit_text(
    code: str, kind: str, practice: str, turn: int, content: str, checked_by: str
) -> SuggestionText | EncouragementText | None:
    """A release can bring stricter rules, and take an evidence card away, after a text was published."""
    document = {"id": code, "practice": practice, "turn": turn, **msgspec.json.decode(content)}
    try:
        return read_fit(kind, document, words_checked=checked_by == rules_digest())
    except GuidanceTextError as error:
        logger.error("guidance_text_left_out", code=code, reason=str(error))
        return None
