"""The API as it really runs: granian in processes of its own, on the database of the test that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from config.demo.processes import free_port

ROOT = Path(settings.BASE_DIR)
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    address: str
    process: subprocess.Popen[bytes]
    log: Path


def environment_of_test() -> dict[str, str]:
    """This process's environment, pointed at the test's own database and Redis."""
    name = connection.settings_dict["NAME"]
    return {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}",
        "REDIS_URL": settings.REDIS_URL,
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None, *, workers: int = 1) -> Iterator[Server]:
    """A server that answers, and of which nothing is left afterwards. Its log is in the folder.

    It sees what is committed: for tests with `transaction=True`.
    """
    port = free_port("127.0.0.1", preferred=0)
    granian = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--no-ws"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--workers-kill-timeout", "2"]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*granian, *options, "config.wsgi:application"],
            env={**environment_of_test(), "PUBLIC_URL": f"http://127.0.0.1:{port}", **(environment or {})},
            cwd=folder,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
            yield Server(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(log.read_text())
