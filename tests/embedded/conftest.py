"""Embedded servers of the tests' own, in state folders of their own, whatever the session itself runs on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.embedded.places import PROJECT

OURS = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ENGRAM_STATE"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OURS}
MODULE = [sys.executable, "-m", "config.embedded"]


class Installation:
    """The command line on one state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def command(self, action: str, *words: str) -> list[str]:
        return [*MODULE, action, "--state", str(self.state), *words]

    def run(self, action: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(action, *words),
            cwd=PROJECT,
            env=ENVIRONMENT | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`exec` in the background; its first line of output says that it has got through to the command."""
        return subprocess.Popen(
            self.command("exec", *words), cwd=PROJECT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
        )

    def processes(self) -> list[str]:
        """The command lines of all processes that work for this folder, servers included."""
        marks = [str(self.state), *(path.read_text().strip() for path in self.state.glob("*/home"))]
        return [line for line in running_commands() if any(mark in line for mark in marks)]


def running_commands() -> list[str]:
    """The command lines of all processes of this machine."""
    if not Path("/proc/self").exists():
        return subprocess.check_output(["ps", "-ww", "-e", "-o", "args="], text=True).splitlines()
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            commands.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return commands


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for the whole module, for making data takes longest; between tests nothing runs in it."""
    installation = Installation(tmp_path_factory.mktemp("state") / "engram")
    yield installation
    installation.run("delete")
    assert list(installation.state.glob("*")) == []


@pytest.fixture(autouse=True)
def _nothing_is_left(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    yield
    if "installation" in request.fixturenames:
        installation: Installation = request.getfixturevalue("installation")
        assert installation.processes() == []
