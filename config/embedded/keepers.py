"""The keeper: a small process that holds one server for everybody who uses it, and stops it after the last.

Its users hold a shared lock on `users.lock`. The keeper waits for the exclusive lock, which the kernel grants when
the last user has left or died. While the keeper lives it holds `keeper.lock`, inherited from the user who started it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from config.embedded.accounts import EmbeddedError
from config.embedded.places import PROJECT, Place
from config.embedded.postgres import PostgresServer
from config.embedded.servers import Server
from config.embedded.valkey import ValkeyServer

SERVERS: dict[str, type[Server]] = {server.name: server for server in (PostgresServer, ValkeyServer)}

START_SECONDS = 60.0  # a recovery after a crash can take its time
RETRY_SECONDS = 10.0
# What passes: children of a killed PostgreSQL hold its memory for a moment, and a port can be snatched away.
PASSING = (b"pre-existing shared memory block", b"ddress already in use")
STOP_SECONDS = 30.0
RESTARTS_A_MINUTE = 5
LOG_BYTES = 1_000_000


def start_keeper(place: Place, keeper_lock: int) -> None:
    """Start a detached keeper that takes over the held `keeper.lock`; `running.json` will tell when it is ready."""
    command = [
        *(sys.executable, "-m", "config.embedded", "keep", "--server", place.server, "--state", str(place.state)),
        *(["--throwaway"] if place.throwaway else []),
    ]
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
        place.log.rename(place.log.with_suffix(".old"))
    with os.fdopen(os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        subprocess.run(  # noqa: S603 - returns at once: `keep` forks
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[keeper_lock],
            start_new_session=True,
            check=True,
        )


def keep(place: Place) -> None:
    """Be the keeper: fork away from the caller, run the server until its last user has left or SIGTERM comes."""
    if os.fork():
        os._exit(0)
    os.umask(0o022)
    events: SimpleQueue[str] = SimpleQueue()
    signal.signal(signal.SIGTERM, lambda _signum, _frame: events.put("stop"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda _signum, _frame: events.put("child"))
    server = SERVERS[place.server](place)
    try:
        process, port = start_or_renew(server)
        announce(place, process, port)
        threading.Thread(target=wait_for_last_user, args=(place, events), daemon=True).start()
        supervise(server, process, port, events)
    except EmbeddedError as error:
        print(f"keeper: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    finally:
        place.running.unlink(missing_ok=True)


def wait_for_last_user(place: Place, events: SimpleQueue[str]) -> None:
    place.lock("users").acquire()  # kept until the process ends
    events.put("stop")


def supervise(server: Server, process: subprocess.Popen[bytes], port: int, events: SimpleQueue[str]) -> None:
    """Restart the server, on the port that its users know, when it dies; stop it, and return, when told to."""
    restarts: deque[float] = deque(maxlen=RESTARTS_A_MINUTE)
    while events.get() != "stop":
        if process.poll() is None:
            continue
        print(f"keeper: {server.title} ended ({process.returncode})", file=sys.stderr, flush=True)
        now = time.monotonic()
        if len(restarts) == RESTARTS_A_MINUTE and now - restarts[0] < 60:
            raise EmbeddedError(f"{server.title} ended more than {RESTARTS_A_MINUTE} times within a minute.")
        restarts.append(now)
        process, _ = start_server(server, lambda: port)
        announce(server.place, process, port)
    stop_server(server, process)


def start_or_renew(server: Server) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server; throwaway data that it can't start from, after a power cut say, is made anew."""
    place = server.place
    try:
        return start_server(server, place.choose_port)
    except EmbeddedError as error:
        if not place.throwaway or not place.data.exists():
            raise
        print(f"keeper: {error} Making {place.data} anew.", file=sys.stderr, flush=True)
        shutil.rmtree(place.data)
        return start_server(server, place.choose_port)


def start_server(server: Server, choose_port: Callable[[], int]) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server and wait until it is ready, with retries while the rest of a killed one goes away."""
    first_start = time.monotonic()
    while True:
        server.prepare()
        port = choose_port()
        logged = server.place.log.stat().st_size
        process = server.start(port)
        if becomes_ready(server, process, port):
            return process, port
        why = server.place.log.read_bytes()[logged:]
        if not any(reason in why for reason in PASSING) or time.monotonic() - first_start > RETRY_SECONDS:
            raise EmbeddedError(f"{server.title} doesn't start.")
        time.sleep(0.25)


def becomes_ready(server: Server, process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait for the server; False if it ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while not server.is_ready(process, port):
        if process.poll() is not None:
            return False
        if time.monotonic() > deadline:
            stop_server(server, process)
            raise EmbeddedError(f"{server.title} isn't ready after {START_SECONDS:.0f} s.")
        time.sleep(0.01)
    return True


def stop_server(server: Server, process: subprocess.Popen[bytes]) -> None:
    process.send_signal(server.stop_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def announce(place: Place, process: subprocess.Popen[bytes], port: int) -> None:
    """Tell waiting users that the server answers."""
    new = place.running.with_suffix(".new")
    new.write_text(json.dumps({"port": port, "pid": process.pid, "keeper": os.getpid(), "throwaway": place.throwaway}))
    new.rename(place.running)
