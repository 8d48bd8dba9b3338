"""What a log line may hold: fields on a list, and of an exception what kind it was and where, never what it said.

Messages of exceptions quote what they failed on: an address, a row, a parameter. So do the arguments of other libraries' log
lines. Neither leaves the process.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from structlog.typing import EventDict

PROJECT = Path(__file__).resolve().parents[2]
MAX_TEXT = 200
MAX_FRAMES = 40

FIELDS = frozenset(
    {
        # every line
        "event",
        "level",
        "logger",
        "timestamp",
        "request_id",
        # requests: the route, not the path; the status
        "request",
        "code",
        # failures
        "exception",
        "frames",
        "sqlstate",
        "reason",
        "at",
        # what the work was about: names of ours, ids and counts
        "task",
        "user",
        "mail",
        "push",
        "row",
        "table",
        "export",
        "again",
        # the head of the audit's chain: an anchor outside the database
        "entries",
        "hash",
        "count",
        "waiting",
        "weeks",
    }
)


def without_arguments(logger: Any, method: str, event: EventDict) -> EventDict:
    """For lines of other libraries: the text that they were made from, without what was put into it, and where.

    A text that came without arguments may have been put together beforehand, so it isn't shown at all.
    """
    record: logging.LogRecord = event["_record"]
    if not event.pop("positional_args", None):
        event["event"] = "not_shown"
    event["at"] = f"{record.module}:{record.lineno}"
    return event


def exception_without_message(logger: Any, method: str, event: EventDict) -> EventDict:
    """`exc_info` as the kinds of the exception and of those that it came from, and the way to it."""
    exc_info = event.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if exc_info is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        chain = list(_chain(error))
        event["exception"] = " < ".join(type(each).__qualname__ for each in chain)
        event["frames"] = [frame for each in reversed(chain) for frame in _frames(each)][-MAX_FRAMES:]
        for each in chain:
            if isinstance(state := getattr(each, "sqlstate", None), str):
                event["sqlstate"] = state
    return event


def fields_on_the_list(logger: Any, method: str, event: EventDict) -> EventDict:
    """The last step but one: nothing else gets out, and no value is anything but plain."""
    return {name: _plain(value) for name, value in event.items() if name in FIELDS}


def _plain(value: Any) -> Any:
    """One line of text at most, however it is shown: control characters as escapes, and cut off."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (UUID, date)):
        return str(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in value)
        return shown if len(shown) <= MAX_TEXT else shown[:MAX_TEXT] + "…"
    return type(value).__qualname__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it was raised from, and so on; each once."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _frames(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{_short(frame.filename)}:{frame.lineno}:{frame.name}"


def _short(filename: str) -> str:
    """From the project's folder, or from where packages are installed."""
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name
