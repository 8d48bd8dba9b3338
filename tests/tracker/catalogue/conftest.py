from __future__ import annotations

import pytest

from tracker.catalogue import documents, searching


@pytest.fixture(autouse=True)
def _nothing_kept_of_other_tests() -> None:
    """What a process keeps of the catalogue is never older than its number, but a test that rolls back turns that back."""
    searching._loaded.clear()
    documents._whole.clear()
