"""The processes of an installation on one machine: the API, a Celery worker, and beat."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from config.demo.stopping import stop_held

START_SECONDS = 30
STOP_SECONDS = 8


class ProcessFailed(Exception):
    """A process ended that should have gone on."""


def free_port(host: str, *, preferred: int) -> int:
    """The preferred port if nobody has it, else one that the system picks."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No free port.")


def server_address(host: str, port: int) -> str:
    """Where a server that listens on `host` answers programs on this machine."""
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104


class Processes:
    """Started together, stopped together. Each writes its log into `logs`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, host: str, port: int) -> None:
        """Start all of them, and wait until the API answers."""
        scripts = Path(sys.executable).parent
        granian = [str(scripts / "granian"), "--interface", "wsgi", "--host", host, "--port", str(port)]
        celery = [str(scripts / "celery"), "-A", "config.celery"]
        schedule = self.logs.parent / "beat"
        # One process with some threads: a second would cost every start two seconds, and sign-ins mostly wait.
        self.run("api", [*granian, "--workers", "1", "--blocking-threads", "3", "--no-ws", "config.wsgi:application"])
        self._wait_for(f"{server_address(host, port)}/readyz")
        # These two warm up while the first requests come in: what is due waits for them.
        self.run("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"])
        self.run("beat", [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile="])

    def wait(self) -> None:
        """Until one of them ends by itself: raises ProcessFailed."""
        while True:
            self._check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask them to end, and end those that don't; nothing is left behind."""
        for process in self.running.values():
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):  # killed below, with whatever it has started
                process.wait(max(0.1, deadline - time.monotonic()))
        for process in self.running.values():
            _signal(process, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def run(self, name: str, command: list[str]) -> None:
        """Start one more, in a session of its own, its output in `NAME.log`."""
        with (self.logs / f"{name}.log").open("ab") as log, stop_held():
            self.running[name] = subprocess.Popen(  # noqa: S603  (commands of our own)
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._check()
            try:
                with urllib.request.urlopen(address, timeout=2):  # noqa: S310  (our own address)
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise ProcessFailed(f"The API does not answer; see {self.logs / 'api.log'}.")

    def _check(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ProcessFailed(f"{name} ended with {process.returncode}; see {self.logs / (name + '.log')}.")


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the process and everything that it has started: each has a session, and so a process group, of its own."""
    with suppress(ProcessLookupError):  # it has ended already
        os.killpg(process.pid, number)
