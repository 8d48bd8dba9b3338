"""Ctrl-C and SIGTERM, as one exception that comes once and never between starting a process and knowing of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or asked us to end."""


class _Stopping:
    def __init__(self) -> None:
        self.asked = False
        self.holding = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """A terminal's Ctrl-C reaches us twice, once through whoever started us: the second must not break the stopping off."""
        if self.asked:
            return
        self.asked = True
        if not self.holding:
            raise Stopped


_stopping = _Stopping()


def stop_on_signals() -> None:
    """From here on, the first SIGINT or SIGTERM raises Stopped in the main thread, and later ones do nothing."""
    signal.signal(signal.SIGTERM, _stopping)
    signal.signal(signal.SIGINT, _stopping)


@contextmanager
def stop_held() -> Iterator[None]:
    """Put off Stopped until the block is done."""
    _stopping.holding = True
    try:
        yield
    finally:
        _stopping.holding = False
    if _stopping.asked:
        raise Stopped
