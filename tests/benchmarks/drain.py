"""A worker process: scores what is due and says how long it took and how much memory; or goes on until it is ended."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")

import django

django.setup()


from tracker.weekly_scores import score_due_weeks


def peak_memory() -> float:
    """This process's peak resident memory so far, in MiB."""
    status = Path("/proc/self/status").read_text()
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


if sys.argv[1:] == ["--once"]:
    score_due_weeks()  # nothing yet: connects, and imports what is imported on first use
    sys.stdin.readline()
    started = time.perf_counter()
    run = score_due_weeks()
    seconds = time.perf_counter() - started
    print(json.dumps({"scored": run.scored, "seconds": seconds, "peak_mib": peak_memory()}))
else:
    while True:
        score_due_weeks()
        time.sleep(0.02)
