"""Whenever the demo is told to end, and however often, it leaves no process behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

# Starts processes for as long as it may: slow to end, and marked so that they can be found again.
STARTER = """
import sys
from pathlib import Path
from config.demo.processes import Processes
from config.demo.stopping import Stopped, stop_on_signals

SLOW = "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(0.2), sys.exit())); time.sleep(60)"

stop_on_signals()
try:
    with Processes(Path(sys.argv[1])) as processes:
        print("ready", flush=True)
        for number in range(1000):
            processes.run(f"sleeper-{number}", [sys.executable, "-S", "-c", SLOW, sys.argv[2]])
except Stopped:
    sys.exit(7)
"""


def commands_with(mark: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if mark in command:
            found.append(command)
    return found


@pytest.mark.parametrize("delay_ms", [0, 3, 7, 13, 29, 61])
def test_nothing_is_left_running(tmp_path: Path, delay_ms: int) -> None:
    mark = uuid.uuid4().hex
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path), mark], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"ready\n"
    time.sleep(delay_ms / 1000)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        starter.send_signal(number)
        time.sleep(0.01)
    # A late signal can reach Python while it shuts down, with everything stopped already.
    assert starter.wait(30) in (7, -signal.SIGTERM, -signal.SIGINT)
    starter.stdout.close()
    assert commands_with(mark) == []
