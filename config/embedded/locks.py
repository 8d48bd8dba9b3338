"""Advisory file locks. The kernel frees a lock when its holder dies, however it dies: none is ever stale."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """A `flock` on one file, held through this object's own descriptor from `acquire` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def acquire(self, *, shared: bool = False, wait: bool = True) -> bool:
        """Take the lock; with `wait=False`, answer False at once when somebody holds it against us."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back, unless a process that inherited the descriptor still holds it."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def is_free(self, *, shared: bool = False) -> bool:
        """Could somebody take this lock now? Only certain while another lock keeps everybody else away."""
        probe = FileLock(self.path)
        free = probe.acquire(shared=shared, wait=False)
        probe.release()
        return free

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, exclusively, for the length of a block."""
        self.acquire()
        try:
            yield
        finally:
            self.release()
