from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _nothing_kept(nothing_kept_of_the_catalogue: None) -> None:
    pass
