"""A zip that is written as it is made, to something that can only be written to. What is in memory is a buffer."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any, cast


class _WriteOnly:
    """No `seek`, no `tell`: zipfile then writes sizes behind each file's data instead of going back."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Whoever takes the bytes decides when they are put away."""


class ZipStream:
    """Files one after the other, all dated `at`, so that the same content gives the same bytes."""

    def __init__(self, write: Callable[[bytes], None], *, at: datetime) -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", _WriteOnly(write)), "w", zipfile.ZIP_DEFLATED)
        self._at = at.astimezone(UTC)

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        at = self._at
        info = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3  # Unix, wherever it is made
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w") as file:
            yield cast("IO[Any]", file)

    def __enter__(self) -> ZipStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._zip.close()  # the directory at the end, which makes it a zip
