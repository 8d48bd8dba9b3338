"""Any history of devices, lost answers, restores and staff ends with everybody holding the same."""

from __future__ import annotations

import os
from random import SystemRandom
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.security.unlimited import UNLIMITED
from tests.sync.machine.histories import STEPS, Histories
from tests.sync.machine.world import counts, make_accounts

RUNS = 100


@pytest.mark.django_db
def test_every_history_ends_with_everybody_equal(catalogue: None, settings: Any) -> None:
    settings.RATE_LIMITS = UNLIMITED
    runs = int(os.environ.get("SYNC_RUNS") or RUNS)
    seed = int(os.environ.get("SYNC_SEED") or SystemRandom().randrange(2**31))
    accounts = make_accounts()

    class Seeded(Histories):
        pass

    Seeded.accounts = accounts
    hypothesis.seed(seed)(Seeded)
    run_state_machine_as_test(
        Seeded,
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(dict(counts))
