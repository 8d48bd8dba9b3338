"""A worker process: scores what is due and says how long it took and how much memory; or goes on until it is ended."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")

import django

django.setup()


from tests.memory import resident
from tracker.weekly_scores import score_due_weeks

if sys.argv[1:] == ["--once"]:
    score_due_weeks()  # nothing yet: connects, and imports what is imported on first use
    sys.stdin.readline()
    started = time.perf_counter()
    run = score_due_weeks()
    seconds = time.perf_counter() - started
    print(json.dumps({"scored": run.scored, "seconds": seconds, "peak_mib": resident(os.getpid(), "VmHWM") / 2**20}))
else:
    while True:
        score_due_weeks()
        time.sleep(0.02)
