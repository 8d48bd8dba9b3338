"""What a keeper needs to know of a server, whichever it is."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from config.embedded.accounts import EmbeddedError
from config.embedded.places import Place

SIDE_BY_SIDE = 16
"""How many throwaway runs can share the servers of one state."""


class Server(ABC):
    """One server program, run on a port of 127.0.0.1 with a password."""

    name: ClassVar[str]
    title: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    """Asks for an orderly end without waiting for clients."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def prepare(self) -> None:
        """Make the server's data if there is none yet, and clear what a killed predecessor left behind."""

    @abstractmethod
    def start(self, port: int) -> subprocess.Popen[bytes]:
        """Start the program."""

    @abstractmethod
    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool:
        """Whether the started program takes connections."""

    @abstractmethod
    def url(self, port: int, number: int) -> str:
        """The address of the `number`th database: 0, and for runs side by side those up to `SIDE_BY_SIDE`."""

    def owner_url(self, port: int, number: int) -> str:
        """The same database for whoever owns it, where that is somebody else than the application."""
        return self.url(port, number)

    @abstractmethod
    def ensure_database(self, url: str) -> None:
        """Make the database that one of this server's owner URLs names, unless it is there."""


def package_version(name: str) -> str:
    """The version of an installed wheel."""
    return importlib.metadata.version(name)


def package_folder(name: str) -> Path:
    """Where an installed wheel has its files."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {name} is not installed in this environment: make demo or make test does that."
        )
    return Path(spec.origin).parent.resolve()
