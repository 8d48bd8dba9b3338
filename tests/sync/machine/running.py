"""Running many histories, and what to say of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from random import SystemRandom

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine.histories import STEPS, Histories
from tests.sync.machine.world import Account, counts


def seed_of_run() -> int:
    """`SYNC_SEED` repeats a run."""
    return int(os.environ.get("SYNC_SEED") or SystemRandom().randrange(2**31))


def run_histories(accounts: tuple[Account, ...], *, runs: int, seed: int) -> Mapping[str, int]:
    """Run that many; returns how often what happened in them. Fails with the steps of the first that ends otherwise.

    `SYNC_SHRINK=1` then looks for fewer steps that do, for some minutes.
    """
    counts.clear()
    phases = [Phase.generate, *([Phase.shrink] if os.environ.get("SYNC_SHRINK") else [])]

    class Seeded(Histories):
        pass

    Seeded.accounts = accounts
    hypothesis.seed(seed)(Seeded)
    try:
        run_state_machine_as_test(
            Seeded,
            settings=hypothesis.settings(
                max_examples=runs,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                phases=phases,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except BaseException as error:
        error.add_note(f"SYNC_SEED={seed} SYNC_RUNS={runs}: the first of these in run {counts['failed in run']}")
        raise
    return dict(counts)


def told(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in found.items())
