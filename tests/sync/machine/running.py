"""Running many histories, and what to say of them."""

from __future__ import annotations

import math
import os
import sys
from collections import Counter
from collections.abc import Mapping
from time import monotonic

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine.histories import STEPS, Histories
from tests.sync.machine.world import Account, counts

AT_ONCE = 50
"""Hypothesis keeps in memory what it has tried, so many are run in several goes. The same goes repeat a run."""
TOLD_EVERY = 500


def run_histories(
    accounts: tuple[Account, ...], *, seed: int, runs: int = sys.maxsize, seconds: float = math.inf
) -> Counter[str]:
    """Run so many, or as many as fit the time; returns how often what happened in them. Fails with the steps of the first that
    ends otherwise.

    `SYNC_SHRINK=1` then looks for fewer steps that do, for some minutes.
    """
    counts.clear()
    end, done = monotonic() + seconds, 0
    while done < runs and (not done or monotonic() < end):
        _go(accounts, done, min(AT_ONCE, runs - done), seed)
        done = min(done + AT_ONCE, runs)
        if runs > TOLD_EVERY and seconds == math.inf and (done % TOLD_EVERY == 0 or done == runs):
            print(f"  {done} of {runs} histories, everybody equal, SYNC_SEED={seed}", flush=True)
    return counts.copy()


def _go(accounts: tuple[Account, ...], done: int, runs: int, seed: int) -> None:
    try:
        _run(accounts, runs, seed + done)
    except BaseException as error:
        note = f"SYNC_SEED={seed} SYNC_RUNS={done + runs} repeats this; it was run {counts['failed in run']}"
        print(f"  a history ends otherwise: {note}", flush=True)  # the rest is said when the other processes are done
        error.add_note(note)
        raise


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
