"""Erasures of the tests write into a ledger of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType


@pytest.fixture(autouse=True)
def ledger(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "ledger" / "erasures.jsonl"
    settings.ERASURE_LEDGER = str(path)
    return path


@pytest.fixture(autouse=True)
def known_content_types() -> None:
    """Tests with transactions of their own empty the table, and the process remembers what was in it."""
    ContentType.objects.clear_cache()
