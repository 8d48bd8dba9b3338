"""`python -m config.embedded` as a person, a Makefile or a supervisor uses it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.places import PROJECT
from tests.embedded.conftest import ENVIRONMENT, Installation, until

OWN_SERVERS = {"DATABASE_URL": "postgres://elsewhere/engram", "REDIS_URL": "redis://elsewhere/0"}


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 128 + signal.SIGTERM), ("kill -KILL $$", 128 + signal.SIGKILL)],
)
def test_exec_ends_as_its_command_does(installation: Installation, script: str, code: int) -> None:
    assert installation.run("exec", "--", "sh", "-c", script, **OWN_SERVERS).returncode == code


@pytest.mark.parametrize(
    ("given", "started"),
    [
        pytest.param({}, {"postgres", "valkey"}, id="nothing"),
        pytest.param({"DATABASE_URL": ""}, {"postgres", "valkey"}, id="an empty variable"),
        pytest.param({"DATABASE_URL": "postgres://elsewhere/engram"}, {"valkey"}, id="a database"),
        pytest.param(OWN_SERVERS, set(), id="both"),
    ],
)
def test_servers_of_ones_own_take_the_embedded_ones_place(
    installation: Installation, given: dict[str, str], started: set[str]
) -> None:
    show = f'echo "$DATABASE_URL"; echo "$REDIS_URL"; ls -d {installation.state}/*/running.json'
    result = installation.run("exec", "--", "sh", "-c", show, **given)
    database_url, redis_url, *running = result.stdout.splitlines()
    assert {Path(path).parent.name for path in running} == started
    assert database_url == given.get("DATABASE_URL") or "127.0.0.1" in database_url
    assert redis_url == given.get("REDIS_URL") or "127.0.0.1" in redis_url


def test_a_command_that_does_not_exist(installation: Installation) -> None:
    result = installation.run("exec", "--", "/no-such-command")
    assert (result.returncode, result.stderr) == (
        1,
        "config.embedded: /no-such-command can't be run: No such file or directory.\n",
    )


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_command_which_decides_how_it_ends(
    installation: Installation, signum: signal.Signals
) -> None:
    script = "trap 'echo got it; exit 5' TERM INT; echo ready; for i in $(seq 100); do sleep 0.05; done"
    with installation.start("--", "sh", "-c", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signum)
        assert process.stdout.read() == "got it\n"
    assert process.returncode == 5
    assert installation.processes() == []


def test_a_killed_exec_leaves_neither_servers_nor_its_command(installation: Installation) -> None:
    script = "echo ready; while :; do sleep 0.05; done"
    with installation.start("--", "sh", "-c", script, str(installation.state)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert any("sleep 0.05" in command for command in installation.processes())
        process.kill()
        process.wait()
        assert until(lambda: installation.processes() == [])


def test_status_and_stop(installation: Installation) -> None:
    stopped = installation.run("status")
    assert (stopped.returncode, stopped.stdout.count("not running")) == (3, 2)
    with installation.start("--", "sh", "-c", "echo ready; exec sleep 600.25") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        running = installation.run("status")
        assert (running.returncode, running.stdout.count(": running on 127.0.0.1:")) == (0, 2)
        assert installation.run("stop").returncode == 0
        assert installation.run("status").returncode == 3
        process.terminate()


def accounts() -> list[str]:
    """Who can be tried: whoever we are, and as root also `nobody` where that may run this Python and read this code."""
    if os.geteuid() != 0:
        return ["ourselves"]
    tried = run_as("nobody", [*python_for("nobody"), "-c", "import config.embedded.sessions"])
    return ["ourselves", "nobody"] if tried.returncode == 0 else ["ourselves"]


def python_for(account: str) -> list[str]:
    """Our Python; for `nobody` the system's, for ours may be in root's home. PYTHONPATH names our packages."""
    return [sys.executable if account == "ourselves" else "/usr/bin/python3"]


def run_as(account: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    user = pwd.getpwnam("nobody") if account == "nobody" else None
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=ENVIRONMENT | {"PYTHONPATH": sysconfig.get_path("purelib")},
        capture_output=True,
        text=True,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder below one that everybody can enter, unlike pytest's own, and short as a person's home is."""
    path = Path(tempfile.mkdtemp(prefix="engram-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["in an open folder", "in a private folder"])
@pytest.mark.parametrize("account", accounts())
def test_every_account_can_run_it_anywhere(folder: Path, account: str, mode: int) -> None:
    if account == "nobody":
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    folder.chmod(mode)
    state = Installation(folder / "with a space" / "state")

    def embedded(action: str, *words: str) -> subprocess.CompletedProcess[str]:
        return run_as(account, [*python_for(account), *state.command(action, *words)[1:]])

    first = embedded("exec", "--throwaway", "--", "sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"')
    assert (first.returncode, first.stderr) == (0, "")
    homes = [Path(path.read_text().strip()) for path in state.state.glob("*/home")]
    # Only root, whose servers can't run as root, ever needs a place outside the folder.
    assert (homes != []) == (os.geteuid() == 0 and account == "ourselves" and mode == 0o700)
    assert embedded("exec", "--throwaway", "--", "sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"').stdout == first.stdout
    assert [Path(path.read_text().strip()) for path in state.state.glob("*/home")] == homes
    assert folder.stat().st_mode & 0o777 == mode
    assert state.processes() == []
    assert embedded("delete").returncode == 0
    assert [path for path in [*homes, *state.state.iterdir()] if path.exists()] == []
