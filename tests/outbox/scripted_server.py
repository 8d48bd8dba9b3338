"""An SMTP server that says what it is told to, also what no library would: a wrong word, nonsense, or nothing any more."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

HANG_UP = "<hang up>"

_USUAL = {
    "CONNECT": "220 Ready",
    "EHLO": "250-Scripted\r\n250 AUTH PLAIN",
    "HELO": "250 Scripted",
    "AUTH": "235 Come in",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 Go on",
    "MESSAGE": "250 Accepted",
    "RSET": "250 OK",
}


class ScriptedServer:
    """Answers by command (`MESSAGE`: the end of the message; `CONNECT`: the greeting). A list is used up one by one, and the
    usual answer follows it. An answer that ends in HANG_UP closes the connection after what stands before it."""

    def __init__(self, script: dict[str, list[str]], *, pipelining: bool = False) -> None:
        self.script = {verb: list(answers) for verb, answers in script.items()}
        self.usual = {**_USUAL, "EHLO": "250-Scripted\r\n250-PIPELINING\r\n250 AUTH PLAIN"} if pipelining else _USUAL
        self.commands: list[str] = []
        self.messages: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        going_on = self._answer(connection, "CONNECT")
        while going_on and (line := lines.readline()):
            self.commands.append(line.decode().strip())
            going_on = self._answer(connection, verb := line[:4].decode().upper())
            if going_on and verb == "DATA" and self.commands[-1] == "data taken":
                message = b""
                while not message.endswith(b"\r\n.\r\n") and (part := lines.readline()):
                    message += part
                self.messages.append(message)
                going_on = self._answer(connection, "MESSAGE")

    def _answer(self, connection: socket.socket, verb: str) -> bool:
        """Say it; False if that was the last word."""
        answers = self.script.get(verb, [])
        answer = answers.pop(0) if answers else self.usual.get(verb, "500 What?")
        words = answer.removesuffix(HANG_UP)
        if words:
            connection.sendall(f"{words}\r\n".encode())
        if verb == "DATA" and words.startswith("354"):
            self.commands.append("data taken")
        return not answer.endswith(HANG_UP)
