"""The erasure ledger: a file outside the database and its backups that says who was erased, so that a restored backup can
be made to forget them again.

JSON Lines, append-only: `{"user": "<id>", "erased_at": "<time>"}`. A line is on the disk before the erasure commits.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec


class Erasure(msgspec.Struct, frozen=True):
    user: UUID
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that is no entry, such as one torn by a power cut."""

    number: int
    reason: str


def append_erasure(path: Path, erasure: Erasure) -> None:
    """Returns when the line is on the disk. Raises OSError if it can't be put there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        line = msgspec.json.encode(erasure) + b"\n"
        if not _ends_a_line(descriptor):
            line = b"\n" + line  # a torn line must not swallow this one
        if os.write(descriptor, line) != len(line):
            raise OSError(f"{path} took only a part of a line.")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _ends_a_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _sync_folder(folder: Path) -> None:
    """A new file is only safe when its name is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_erasures(path: Path) -> Iterator[Erasure | UnreadableLine]:
    """Line by line; what can't be read is reported and stops nothing. Raises OSError if there is no such file."""
    decoder = msgspec.json.Decoder(Erasure)
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                yield UnreadableLine(number, str(error))
