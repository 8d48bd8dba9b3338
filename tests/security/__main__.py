"""`make fuzz`: 100 000 generated requests over the whole API, whether strangers find out who has an account, 20 000
histories of devices that synchronise, and the guidance of 10 000 simulated weeks.

`FUZZ_SEED`, `SYNC_SEED` and `WEEKS_SEED` repeat a run; `FUZZ_REQUESTS`, `TIMING_TRIES`, `SYNC_RUNS`, `SYNC_CHANGES` and
`WEEKS` size it. `python -m tests.security enumeration` (or `fuzz`, `sync`, `guidance`) runs one part.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import SystemRandom

from tests.figures import Figure, Figures
from tests.own_database import own_database

REQUESTS = 100_000
PROCESSES = 2
SUCCESSES = 20
HISTORIES = 20_000
CHANGES = 10_000
WEEKS = 10_000


@dataclass(frozen=True)
class Share:
    """What one process found."""

    table: str
    requests: int
    server_errors: int
    failures: dict[str, str]
    fewest_successes: int


def fuzz(number: int, seed: int, requests: int) -> Share:
    """One process's share, on a database of its own."""
    _own_catalogue(f"engram_fuzz_{number}")
    from tests.security.fuzzing import Fuzz

    report = Fuzz(seed=seed).run(requests, successes=SUCCESSES)
    fewest = min(report.successes[name] for name in report.requests)
    return Share(report.table(), report.total, report.statuses[500], report.failures, fewest)


def fuzz_everything(figures: Figures, requests: int, seed: int) -> None:
    print(f"{requests} generated requests, FUZZ_SEED={seed}\n", flush=True)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as processes:
        started = [processes.submit(fuzz, number, seed + number, requests // PROCESSES) for number in range(PROCESSES)]
        shares = [process.result() for process in started]
    for share in shares:
        print("\n\n".join([share.table, *share.failures.values()]), "\n", flush=True)
    figures.at_least("requests over the whole OpenAPI document", sum(share.requests for share in shares), "", requests)
    figures.at_most("server errors", sum(share.server_errors for share in shares), "", 0)
    figures.at_most("answers against the document", sum(len(share.failures) for share in shares), "", 0)
    fewest = min(share.fewest_successes for share in shares)
    figures.at_least("fewest successes of an operation", fewest, "", SUCCESSES)


def compare_answers(figures: Figures, seed: int) -> None:
    """In a process of its own, as the others: each has its own database."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as process:
        for figure in process.submit(enumeration, seed).result():
            figures.figures.append(figure)


def enumeration(seed: int) -> list[Figure]:
    own_database("engram_enumeration")
    del os.environ["EMAIL_URL"]  # it has a mailbox of its own
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tests.security.enumeration import measure

    figures = Figures("enumeration")
    measure(figures, seed=seed)
    return figures.figures


def synchronise(figures: Figures) -> None:
    runs = int(os.environ.get("SYNC_RUNS") or HISTORIES)
    seed = int(os.environ.get("SYNC_SEED") or SystemRandom().randrange(2**31))
    print(f"{runs} histories of devices that synchronise, SYNC_SEED={seed}\n", flush=True)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as processes:
        started = [processes.submit(histories, number, seed + number, runs // PROCESSES) for number in range(PROCESSES)]
        found = sum((process.result() for process in started), Counter[str]())
    figures.at_least("histories that end with everybody equal", found["runs"], "", runs)
    for name in ("steps", "pushes", "outcome conflict", "answers lost", "restores", "cursors expired: age"):
        figures.note(f"in them: {name}", found[name], "")
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as process:
        for figure in process.submit(writers_at_once).result():
            figures.figures.append(figure)


def histories(number: int, seed: int, runs: int) -> Counter[str]:
    """One process's share, on a database of its own."""
    _own_catalogue(f"engram_sync_{number}")
    from tests.sync.machine.running import run_histories
    from tests.sync.machine.world import make_accounts

    return run_histories(make_accounts(), runs=runs, seed=seed)


def writers_at_once() -> list[Figure]:
    _own_catalogue("engram_sync_writers")
    from tests.conftest import make_phone
    from tests.sync.crowd import WRITERS, crowd

    figures = Figures("writers")
    changes = int(os.environ.get("SYNC_CHANGES") or CHANGES)
    report = crowd(make_phone(), changes=changes)
    figures.at_least(f"changes by {WRITERS} writers at once", report.changes, "", changes)
    figures.at_most("of them, skipped by a reader who follows", len(report.skipped), "", 0)
    figures.at_most("of them, given to the reader twice", len(report.twice), "", 0)
    otherwise = report.seen.items() ^ report.acknowledged.items()
    figures.at_most("records that the reader has otherwise than acknowledged", len(otherwise), "", 0)
    print(*map(repr, report.errors), sep="\n")
    figures.at_most("errors", len(report.errors), "", 0)
    figures.at_most("deadlocks, workers scoring meanwhile", report.deadlocks, "", 0)
    figures.at_least("weeks scored meanwhile", report.scored, "", 1)
    figures.at_most("weeks left due", report.not_scored, "", 0)
    return figures.figures


def live_through_weeks(figures: Figures) -> None:
    weeks = int(os.environ.get("WEEKS") or WEEKS)
    seed = int(os.environ.get("WEEKS_SEED") or SystemRandom().randrange(2**31))
    print(f"guidance of {weeks} simulated weeks, WEEKS_SEED={seed}\n", flush=True)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as processes:
        started = [processes.submit(guided_weeks, seed + number, weeks // PROCESSES) for number in range(PROCESSES)]
        found = sum((process.result() for process in started), Counter[str]())
    figures.at_least("simulated weeks whose guidance holds", found["weeks"], "", weeks)
    for name in ("suggestions", "raises", "keeps", "no_number_yet", "encouragements"):
        figures.note(f"in them: {name}", found[name], "")


def guided_weeks(seed: int, weeks: int) -> Counter[str]:
    """One process's share; no database takes part."""
    import django

    django.setup()
    from tests.tracker.guidance.holding import hold
    from tests.tracker.guidance.simulated_weeks import simulate

    return hold(simulate(weeks, seed=seed))


def _own_catalogue(name: str) -> None:
    own_database(name)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_catalogue", verbosity=0)


def main() -> int:
    os.environ.setdefault("ENGRAM_DEMO", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.security.settings"
    os.environ["LOG_LEVEL"] = "CRITICAL"
    os.environ["EMAIL_URL"] = "memory://"
    seed = int(os.environ.get("FUZZ_SEED") or SystemRandom().randrange(2**31))
    requests = int(os.environ.get("FUZZ_REQUESTS") or REQUESTS)
    figures = Figures("fuzz")
    parts = sys.argv[1:] or ["fuzz", "enumeration", "sync", "guidance"]
    if "fuzz" in parts:
        fuzz_everything(figures, requests, seed)
    if "enumeration" in parts:
        compare_answers(figures, seed)
    if "sync" in parts:
        synchronise(figures)
    if "guidance" in parts:
        live_through_weeks(figures)
    return 0 if figures.write() else 1


if __name__ == "__main__":
    sys.exit(main())
