"""An SMTP server in a process of its own: a message is on disk before it is answered, and the server can be told to kill.

It outlives every sender, so what it has accepted can be counted afterwards.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

HOST = "127.0.0.1"
# What the server may be told to kill a sender at.
RECIPIENT, DATA, MESSAGE = "before DATA", "after DATA began", "after the message, before the 250"
# Of a hundred steps with a server that misbehaves, so many go wrong, in one of these ways.
MISHAPS = 12
HANG_SECONDS = (0.1, 1.6)


class SMTPProcess:
    """Start it before there are threads: it is forked. Without a folder it throws away what it accepts."""

    def __init__(self, folder: Path | None, port: int) -> None:
        self.folder = folder
        self.orders, theirs = multiprocessing.Pipe()
        listener = socket.create_server((HOST, port), backlog=64)
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=_Server(folder, listener, theirs).serve, daemon=True)
        self.process.start()
        listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.join()

    def kill(self, pid: int, *, at: str, mail: int) -> None:
        """Kill that process when it comes to this point with its `mail`-th mail, counted from now."""
        self._order({"kill": pid, "at": at, "mail": mail})

    def misbehave(self, seed: int | None) -> None:
        """From now on: refuse, hang and hang up at random. None: no more."""
        self._order({"misbehave": seed})

    def _order(self, order: dict[str, Any]) -> None:
        self.orders.send(order)
        assert self.orders.recv() == "done"

    def killed(self, *, patience: float) -> str | None:
        """The recipient of the mail at which the server killed; None if it did not come to that."""
        return str(self.orders.recv()) if self.orders.poll(patience) else None

    def accepted(self) -> Counter[str]:
        """Recipients of what is on disk."""
        return Counter(recipient for recipient, _ in self.messages())

    def messages(self) -> Iterator[tuple[str, bytes]]:
        for file in self.folder.glob("*.mail") if self.folder else ():
            recipient, _, message = file.read_bytes().partition(b"\r\n")
            yield recipient.decode(), message


class _Server:
    def __init__(self, folder: Path | None, listener: socket.socket, orders: Connection) -> None:
        self.folder = folder
        self.listener = listener
        self.orders = orders
        self.target: dict[str, Any] = {}
        self.chance: random.Random | None = None
        self.lock = threading.Lock()
        self.stored = len(list(folder.glob("*.mail"))) if folder else 0

    def serve(self) -> None:
        threading.Thread(target=self._obey, daemon=True).start()
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # two answers to two commands at once
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _obey(self) -> None:
        while True:
            order = self.orders.recv()
            with self.lock:
                if "kill" in order:
                    self.target = order
                else:
                    self.chance = None if order["misbehave"] is None else random.Random(order["misbehave"])
            self.orders.send("done")

    def _converse(self, connection: socket.socket) -> None:
        with (
            connection,
            suppress(OSError, _HungUp),
        ):  # a sender was killed, or has had enough, and its connection went with it
            lines = connection.makefile("rb")
            recipient = ""
            self._answer(connection, "220 Ready")
            while line := lines.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self._reached(RECIPIENT, recipient)
                if verb == b"DATA":
                    self._take_message(connection, lines, recipient)
                elif verb == b"QUIT":
                    return
                elif verb == b"EHLO":
                    self._answer(connection, "250-Here\r\n250 PIPELINING")
                else:
                    self._answer(connection, "250 OK")

    def _take_message(self, connection: socket.socket, lines: Any, recipient: str) -> None:
        if not self._answer(connection, "354 Go on"):
            return
        message = lines.readline()
        self._reached(DATA, recipient)
        while not message.endswith(b"\r\n.\r\n"):
            if not (part := lines.readline()):
                return
            message += part
        if not self._answer(connection, ""):
            return  # refused, or hung up on, before it was stored
        self._store(recipient, message)
        self._reached(MESSAGE, recipient)
        self._answer(connection, "250 Accepted", may_refuse=False)

    def _store(self, recipient: str, message: bytes) -> None:
        with self.lock:
            self.stored += 1
            if self.folder is None:
                return
            name = self.folder / f"{self.stored}.mail"
        with name.open("xb") as out:
            out.write(recipient.encode() + b"\r\n" + message)
            out.flush()
            os.fsync(out.fileno())

    def _reached(self, point: str, recipient: str) -> None:
        with self.lock:
            if self.target.get("at") != point:
                return
            self.target["mail"] -= 1
            if self.target["mail"]:
                return
            os.kill(self.target["kill"], signal.SIGKILL)
            self.target = {}
        self.orders.send(recipient)
        raise _HungUp

    def _answer(self, connection: socket.socket, usual: str, *, may_refuse: bool = True) -> bool:
        """Say it, or what goes wrong here; False after a refusal. Raises _HungUp."""
        mishap, seconds = self._mishap()
        if mishap == "hang":
            time.sleep(seconds)
        elif mishap == "hang up":
            raise _HungUp
        elif mishap and may_refuse:
            connection.sendall(f"{mishap}\r\n".encode())
            return False
        if usual:
            connection.sendall(f"{usual}\r\n".encode())
        return True

    def _mishap(self) -> tuple[str, float]:
        with self.lock:
            if self.chance is None or self.chance.randrange(100) >= MISHAPS:
                return "", 0
            mishap = self.chance.choice(["451 Later", "451 Later", "554 Never", "hang", "hang", "hang up", "hang up"])
            return mishap, self.chance.uniform(*HANG_SECONDS)


class _HungUp(Exception):
    """This conversation is over."""
