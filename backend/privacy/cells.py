"""Values as cells of CSV files that people open in spreadsheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from backend.api.json import encode

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width ones count too


def cell(value: Any) -> Any:
    """Empty for nothing; lists and objects as JSON; a text that a spreadsheet would run gets an apostrophe before it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}" if value.startswith(FORMULA_STARTS) else value
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | dict():
            return encode(value).decode()
        case _:
            return value
