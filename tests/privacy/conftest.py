"""Erasures of the tests write into a ledger of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def ledger(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "ledger" / "erasures.jsonl"
    settings.ERASURE_LEDGER = str(path)
    return path
