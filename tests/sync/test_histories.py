"""Any history of devices, lost answers, restores and staff ends with everybody holding the same."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.security.unlimited import UNLIMITED
from tests.sync.machine.running import run_histories, told
from tests.sync.machine.world import make_accounts

SECONDS = 120
SEED, MOST = 88_001, 300  # so that main is green or not for what is in it; `make fuzz` draws others
MEANT = (
    *(f"outcome {name}" for name in ("created", "replaced", "duplicate", "conflict", "deleted")),
    *("answers lost", "pushes delivered again", "cursors expired: age", "restores", "staff edits"),
)


@pytest.mark.django_db
def test_every_history_ends_with_everybody_equal(catalogue: None, settings: Any, record_property: Any) -> None:
    settings.RATE_LIMITS = UNLIMITED
    seed, runs = int(os.environ.get("SYNC_SEED", SEED)), int(os.environ.get("SYNC_RUNS", 0))
    limit = {"runs": runs} if runs else {"runs": MOST, "seconds": SECONDS}
    found = run_histories(make_accounts(), seed=seed, **limit)
    record_property("told", told(found))
    # Whatever it draws, these are in it: runs without them would prove little.
    happened = {name: found[name] for name in MEANT}
    assert min(happened.values()) > found["runs"] // 10, happened
