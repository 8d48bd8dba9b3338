"""Using the embedded servers: starting what is missing, sharing what runs, stopping what nobody uses."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded.accounts import EmbeddedError
from config.embedded.keepers import SERVERS, start_keeper
from config.embedded.locks import FileLock
from config.embedded.places import Place, default_state
from config.embedded.servers import SIDE_BY_SIDE

VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}


@dataclass(frozen=True)
class ServiceUrls:
    """Where PostgreSQL and Redis answer: the embedded ones, or those that the environment named.

    `database_owner_url` is the same database for the role that owns its tables; empty if the environment names none.
    """

    database_url: str
    database_owner_url: str
    redis_url: str


class Use:
    """One user's hold on one embedded server."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.users = place.lock("users")

    def begin(self) -> None:
        """Take part, and start a keeper if there is none. The caller holds `entry.lock`."""
        # From here the keeper can't stop the server; if it is doing so now, this waits until it has.
        self.users.acquire(shared=True)
        keeper = self.place.lock("keeper")
        if keeper.acquire(wait=False):
            assert keeper.descriptor is not None
            self.place.running.unlink(missing_ok=True)
            start_keeper(self.place, keeper.descriptor)
            keeper.release()

    def wait_until_ready(self) -> int:
        """The server's port, once it answers."""
        while not self.place.running.exists():
            if self.place.lock("keeper").is_free(shared=True):
                tail = self.place.log.read_text(errors="replace").splitlines()[-12:]
                raise EmbeddedError("\n".join([f"{SERVERS[self.place.server].title} could not be started:", *tail]))
            time.sleep(0.01)
        running = json.loads(self.place.running.read_text())
        if running["throwaway"] != self.place.throwaway:
            raise EmbeddedError(
                f"{self.place.folder} is in use {'without' if self.place.throwaway else 'with'} --throwaway."
            )
        return int(running["port"])

    def end(self) -> None:
        """Take no more part. The last user returns when the server has stopped."""
        with self.place.lock("entry").held():  # nobody else comes or goes meanwhile
            self.users.release()
            alone = self.users.acquire(wait=False)
            self.users.release()
            keeper_stops = not self.place.lock("users").is_free(shared=True)
            if alone or keeper_stops:
                with self.place.lock("keeper").held():
                    pass


@contextmanager
def embedded_services(*, state: Path | None = None, throwaway: bool = False) -> Iterator[ServiceUrls]:
    """PostgreSQL and Valkey for the length of a block, or the servers that DATABASE_URL and REDIS_URL name.

    `state` is the folder to keep everything in; without it `default_state()`. `throwaway` trades
    safety against power cuts for speed, and gives runs side by side a database each.
    """
    state = state.resolve() if state else default_state(throwaway=throwaway)
    urls = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
    owner_urls: dict[str, str] = {}
    with ExitStack() as stack:
        uses = {name: Use(Place(state, name, throwaway)) for name, url in urls.items() if not url}
        number = 0
        if uses and throwaway:
            number = stack.enter_context(own_number(state))
        with ExitStack() as entries:
            for use in uses.values():
                use.place.create()
                entries.enter_context(use.place.lock("entry").held())
            for use in uses.values():
                stack.callback(use.end)
                use.begin()
            ports = {name: use.wait_until_ready() for name, use in uses.items()}
        for name, use in uses.items():
            server = SERVERS[name](use.place)
            urls[name] = server.url(ports[name], number)
            owner_urls[name] = server.owner_url(ports[name], number)
            server.ensure_database(owner_urls[name])
        yield ServiceUrls(
            database_url=urls["postgres"],
            database_owner_url=owner_urls.get("postgres", os.environ.get("DATABASE_OWNER_URL", "")),
            redis_url=urls["valkey"],
        )


@contextmanager
def own_number(state: Path) -> Iterator[int]:
    """The lowest number that no other run with the same state has at the moment."""
    folder = state / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(SIDE_BY_SIDE):
        lock = FileLock(folder / f"{number}.lock")
        if lock.acquire(wait=False):
            try:
                yield number
            finally:
                lock.release()
            return
    raise EmbeddedError(f"{SIDE_BY_SIDE} runs already share the servers of {state}.")
