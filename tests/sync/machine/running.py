"""Running many histories, and what to say of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from random import SystemRandom

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine.histories import STEPS, Histories
from tests.sync.machine.world import Account, counts

AT_ONCE = 500
"""Hypothesis keeps in memory what it has tried, so many are run in several goes."""


def seed_of_run() -> int:
    """`SYNC_SEED` repeats a run."""
    return int(os.environ.get("SYNC_SEED") or SystemRandom().randrange(2**31))


def run_histories(accounts: tuple[Account, ...], *, runs: int, seed: int) -> Counter[str]:
    """Run that many; returns how often what happened in them. Fails with the steps of the first that ends otherwise.

    `SYNC_SHRINK=1` then looks for fewer steps that do, for some minutes.
    """
    counts.clear()
    for done in range(0, runs, AT_ONCE):
        try:
            _run(accounts, min(AT_ONCE, runs - done), seed + done)
        except BaseException as error:
            error.add_note(f"SYNC_SEED={seed} SYNC_RUNS={runs} repeats this; it was run {counts['failed in run']}")
            raise
        if runs > AT_ONCE:
            print(f"  {min(done + AT_ONCE, runs)} of {runs} histories, everybody equal, SYNC_SEED={seed}", flush=True)
    return counts.copy()


def _run(accounts: tuple[Account, ...], runs: int, seed: int) -> None:
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
            phases=[Phase.generate, *([Phase.shrink] if os.environ.get("SYNC_SHRINK") else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


def told(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in found.items())
