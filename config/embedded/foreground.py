"""Running a command in the foreground as a shell would: its signals, its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType

from config.embedded.accounts import EmbeddedError, signal_at_parents_death

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, passing signals on. The answer is its exit code, or 128 + the signal it died of."""
    early: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def forward(signum: int, _frame: FrameType | None) -> None:
        if process is None:
            early.append(signum)
        elif not (signum != signal.SIGTERM and is_terminals_foreground()):
            # The command has already got what the terminal sends (Ctrl-C); a second would cut its cleaning up short.
            process.send_signal(signum)

    forwarded = [signum for signum in FORWARDED if not is_nohup(signum)]
    previous = {signum: signal.signal(signum, forward) for signum in forwarded}
    try:
        process = subprocess.Popen(  # noqa: S603 - running the caller's command is the purpose
            command, env=environment, preexec_fn=signal_at_parents_death(signal.SIGTERM)
        )
        for signum in early:
            process.send_signal(signum)
        code = process.wait()
    except OSError as error:
        raise EmbeddedError(f"{command[0]} can't be run: {error.strerror}.") from error
    finally:
        for signum, handler in previous.items():
            signal.signal(signum, handler)
    return code if code >= 0 else 128 - code


def is_nohup(signum: signal.Signals) -> bool:
    """Whether whoever started us (nohup) wants the end of the terminal ignored, by us and by the command."""
    return signum == signal.SIGHUP and signal.getsignal(signum) is signal.SIG_IGN


def is_terminals_foreground() -> bool:
    """Whether this process belongs to the group that its terminal sends signals to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
