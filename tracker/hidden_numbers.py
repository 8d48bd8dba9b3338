"""Participants who hide numbers get words and no number: the one place that decides it, over documents as they are finished.

Identifiers, codes and dates stay. The sentences of such documents come from patterns without numbers (`week_words`).
"""

from __future__ import annotations

from typing import Any


def as_wanted(document: dict[str, Any], *, hide_numbers: bool) -> dict[str, Any]:
    """The document as its participant wants it, and whether numbers are hidden in it: then every one of them is null."""
    shown = without_numbers(document) if hide_numbers else document
    return {**shown, "numbers_hidden": hide_numbers}


def without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_numbers(item) for item in value]
    return None if isinstance(value, int | float) and not isinstance(value, bool) else value
