"""Processes that send mail, forked from this one, and points at which they wait to be killed.

Nothing in the sender knows of this: its own steps are wrapped, in the forked process alone.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from itertools import count
from select import select
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from backend.outbox import claims, sending
from backend.outbox.models import MailState
from backend.outbox.smtp import SMTPTransport

# Where a sender stops by itself; the mail server has its own points.
CONNECT = "before it connects"
MARK = "before data_started is committed"
MARKED = "after data_started is committed"
ACCEPTED = "after the 250, before sent is committed"
SENT = "after sent is committed"


class Sender:
    """A forked process that begins when it is told to, and says a word now and then."""

    def __init__(self, run: Callable[[Callable[[str], None]], None]) -> None:
        connection.close()  # which the new process would otherwise share
        gate, self._gate = os.pipe()
        self._words, words = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._be_one(run, gate, words)
        os.close(gate)
        os.close(words)

    def _be_one(self, run: Callable[[Callable[[str], None]], None], gate: int, words: int) -> None:
        code = 1
        try:
            os.read(gate, 1)
            run(lambda word: _say(words, word))
            code = 0
        except BaseException:  # whatever it is: this copy of the parent must not go on
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def begin(self) -> None:
        os.write(self._gate, b"!")

    def words(self, *, patience: float) -> list[str]:
        """What it has said by now; waits until there is something, or it has ended."""
        if not select([self._words], [], [], patience)[0]:
            return []
        return os.read(self._words, 4096).decode().splitlines()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """Wait until it has; returns its exit code, or minus the signal that killed it."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self._gate)
        os.close(self._words)
        return os.waitstatus_to_exitcode(status)


def _say(words: int, word: str) -> None:
    os.write(words, f"{word}\n".encode())


def configure(*, port: int, lease: float, timeout: float = 20, batch_size: int = 4) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
    settings.EMAIL_HOST_USER = ""
    claims.BATCH_SIZE = batch_size
    claims.LEASE = timedelta(seconds=lease)


def stop_at(point: str, mail: int, say: Callable[[str], None]) -> None:
    """In this process: when the `mail`-th mail has come to that point, say which one it is, and stand still for ever."""
    mails = count(1)
    current = ""

    def stand_still() -> None:
        if next(mails) == mail:
            say(current)
            while True:
                signal.pause()

    def remember(begin: Any, *arguments: Any) -> Any:
        nonlocal current
        current = str(arguments[0].pk)
        return begin(*arguments)

    def before(step: Any, *arguments: Any) -> Any:
        stand_still()
        return step(*arguments)

    def before_commit(step: Any, *arguments: Any, **fields: Any) -> Any:
        with transaction.atomic():
            done = step(*arguments, **fields)
            stand_still()
            return done

    def after(step: Any, *arguments: Any, **fields: Any) -> Any:
        done = step(*arguments, **fields)
        stand_still()
        return done

    wrap(sending, "_begin", remember)
    if point == CONNECT:
        wrap(SMTPTransport, "_connect", before)
    elif point == MARK:
        wrap(claims, "start", before_commit)
    elif point == MARKED:
        wrap(claims, "start", after)
    elif point == ACCEPTED:
        wrap(claims, "finish", before_commit)
    elif point == SENT:
        wrap(claims, "finish", after)
    else:
        raise ValueError(point)


def count_fenced(say: Callable[[str], None]) -> None:
    """In this process: say so whenever a sender finds that its lease was taken over, and how mails end."""

    def marked(step: Any, *arguments: Any) -> Any:
        ours = step(*arguments)
        if not ours:
            say("fenced")
        return ours

    def finished(step: Any, mail: Any, state: MailState, **fields: Any) -> Any:
        ours = step(mail, state, **fields)
        say(str(state) if ours else "answered too late")
        return ours

    wrap(claims, "start", marked)
    wrap(claims, "finish", finished)


def wrap(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    step = getattr(owner, name)

    @wraps(step)
    def wrapped(*arguments: Any, **fields: Any) -> Any:
        return wrapper(step, *arguments, **fields)

    setattr(owner, name, wrapped)
