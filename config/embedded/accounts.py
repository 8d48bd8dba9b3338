"""Who runs the servers. PostgreSQL refuses to run as root, so root hands them to an unprivileged account."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SERVER_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class EmbeddedError(Exception):
    """The embedded servers can't do what was asked; the message says why and what helps."""


@dataclass(frozen=True)
class ServerAccount:
    """The user and group ids that the servers run under."""

    uid: int
    gid: int

    @classmethod
    def for_data(cls, data: Path) -> ServerAccount:
        """Ourselves; as root, whoever owns the data already there, else the system's `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid)
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL can't run as root, and this system has no account 'nobody' to run it under. "
                "Run as another user, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def can_read(self, path: Path) -> bool:
        """Whether the account gets through every parent folder and may read the file or enter the folder."""
        if self.is_ours:
            return True
        test = 'test -r "$1" && test -x "$1"' if path.is_dir() else 'test -r "$1"'
        return self.run(["/bin/sh", "-c", test, "sh", str(path)], cwd=Path("/")).returncode == 0

    def run(self, command: Sequence[str], *, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end under the account; the result's `stdout` holds both outputs."""
        return subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env=SERVER_ENVIRONMENT,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o077,
            user=None if self.is_ours else self.uid,
            group=None if self.is_ours else self.gid,
            extra_groups=None if self.is_ours else [],
            check=False,
        )

    def start(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        log: IO[bytes],
        stdin: bytes,
        at_parents_death: signal.Signals,
    ) -> subprocess.Popen[bytes]:
        """Start a server under the account. Should its parent die without a word, it gets a signal (on Linux)."""
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=cwd,
            env=SERVER_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            umask=0o077,
            start_new_session=True,
            user=None if self.is_ours else self.uid,
            group=None if self.is_ours else self.gid,
            extra_groups=None if self.is_ours else [],
            # Runs after the change of user, which would clear the setting.
            preexec_fn=signal_at_parents_death(at_parents_death),
        )
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        return process


class signal_at_parents_death:  # noqa: N801 - reads as the function it stands for
    """A `preexec_fn`: when the thread that started the child ends, the kernel signals the child. Linux only."""

    def __init__(self, signum: signal.Signals) -> None:
        self.signum = signum
        self.parent = os.getpid()
        # Loaded here: between fork and exec nothing should be imported.
        self.libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def __call__(self) -> None:
        if self.libc is not None:
            self.libc.prctl(PR_SET_PDEATHSIG, int(self.signum), 0, 0, 0)
            if os.getppid() != self.parent:  # it died before the kernel knew
                os.kill(os.getpid(), signal.SIGKILL)
