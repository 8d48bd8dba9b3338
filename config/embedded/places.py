"""Where an embedded server keeps its things.

The state folder (`.engram` in the project, or `ENGRAM_STATE`) has one folder for each server:

    lock files       who keeps the server, who uses it
    port, passwords  kept between runs; the passwords only their owner can read
    running.json     there while the server answers
    log              of the server and of its keeper
    data             the server's own folder

When root runs a project whose folders only root can enter, the account that the servers run under can reach
neither `data` nor the programs in `.venv`. Both then live in a home of their own under `/var/lib/engram`, and the
file `home` names it. No mode of a folder that isn't ours is ever changed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.embedded.accounts import EmbeddedError, ServerAccount
from config.embedded.locks import FileLock

PROJECT = Path(__file__).resolve().parent.parent.parent
HOMES = (Path("/var/lib/engram"), Path("/var/tmp/engram"))  # noqa: S108 - the second for a read-only /var/lib
PORTS = range(20_000, 30_000)  # below the ephemeral ports of Linux (32768) and macOS (49152)


def default_state(*, throwaway: bool) -> Path:
    """The state folder: `ENGRAM_STATE`, else `.engram` in the project; throwaway data stays apart, in its `test`."""
    state = Path(os.environ.get("ENGRAM_STATE") or PROJECT / ".engram").resolve()
    return state / "test" if throwaway else state


@dataclass(frozen=True)
class Place:
    """The folder of one server of one state. `throwaway` data may be lost in a power cut, and is then made anew."""

    state: Path
    server: str
    throwaway: bool = False

    @property
    def folder(self) -> Path:
        return self.state / self.server

    @property
    def running(self) -> Path:
        return self.folder / "running.json"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def lock(self, name: str) -> FileLock:
        return FileLock(self.folder / f"{name}.lock")

    def create(self) -> None:
        """Make the folder. Root's can be entered by the servers' account; the secrets have modes of their own."""
        self.folder.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)

    @cached_property
    def account(self) -> ServerAccount:
        return ServerAccount.for_data(self._known_home() / "data")

    @cached_property
    def home(self) -> Path:
        """Where the server's account reads and writes: this folder if it can, else a folder it can reach."""
        known = self._known_home()
        if known != self.folder or self.account.can_read(self.folder):
            return known
        home = new_home()
        (home / "state").write_text(f"{self.folder}\n")
        if (self.folder / "data").exists():
            shutil.move(self.folder / "data", home / "data")
            for path in [home / "data", *(home / "data").rglob("*")]:
                self.account.give(path)
        (self.folder / "home").write_text(f"{home}\n")
        return home

    @property
    def data(self) -> Path:
        return self.home / "data"

    def _known_home(self) -> Path:
        """The home that an earlier run chose. A copied project doesn't share it; a moved one keeps it."""
        pointer = self.folder / "home"
        if not pointer.exists():
            return self.folder
        home = Path(pointer.read_text().strip())
        if not (home / "state").exists():
            return self.folder
        owner = Path((home / "state").read_text().strip())
        if owner == self.folder:
            return home
        if (owner / "home").exists() and not owner.samefile(self.folder):
            return self.folder
        (home / "state").write_text(f"{self.folder}\n")
        return home

    def programs(self, package: Path, parts: Sequence[str], *, version: str) -> Path:
        """The folder with `parts` of an installed package: its own, or a copy that the account can read."""
        if all(self.account.can_read(package / part) for part in parts):
            return package
        copy = self.home / f"programs-{version}"
        if not copy.exists():
            for older in self.home.glob("programs-*"):
                shutil.rmtree(older)
            unfinished = copy.with_name(f"{copy.name}.new")
            for part in parts:
                copy_readable(package / part, unfinished / part)
            unfinished.rename(copy)
        return copy

    def password(self, name: str = "password") -> str:
        """One of the server's passwords, made at first use, in a file that only its owner can read."""
        path = self.folder / name
        if not path.exists():
            new = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
            new.rename(path)
        return path.read_text()

    def choose_port(self) -> int:
        """The port of the last run while nobody else has taken it, else a free one."""
        path = self.folder / "port"
        port = int(path.read_text()) if path.exists() else 0
        for _ in range(200):
            if port and is_free(port):
                path.write_text(f"{port}\n")
                return port
            port = secrets.choice(PORTS)
        raise EmbeddedError(f"No free port was found between {PORTS.start} and {PORTS.stop}.")

    def delete(self) -> None:
        """Remove the folder and the home with all data in them. The server must have stopped."""
        home = self._known_home()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_home() -> Path:
    """A new folder, owned by root, that every account can enter."""
    for parent in HOMES:
        try:
            parent.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if parent.stat().st_uid == 0:
            home = parent / secrets.token_hex(8)
            home.mkdir(mode=0o755)
            return home
    raise EmbeddedError(
        f"The servers' account can't enter this project, nor can {' or '.join(map(str, HOMES))} be made for it. "
        "Run as another user, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def copy_readable(source: Path, target: Path) -> None:
    """Copy a file or a tree so that everybody can read the copy, whatever the source's modes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("pgxs", "pkgconfig"))
    else:
        shutil.copy(source, target)
    for path in [target, *target.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
