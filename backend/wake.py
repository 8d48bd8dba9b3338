"""Waking the workers: best effort. PostgreSQL knows what is due; a lost wake-up only waits for the next tick."""

from __future__ import annotations

from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread

import structlog
from celery import Celery, current_app
from celery.app import app_or_default
from kombu import Connection
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

PATIENCE = 0.2  # seconds, for everything together


@cache
def _connection() -> Connection:
    """Apart from the workers' own, which wait longer for Redis than a request may."""
    return current_app.connection_for_write(
        transport_options={
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            "retry_on_timeout": False,
            "max_retries": 0,
        }
    )


def wake(task: str) -> None:
    """Ask for a task, by its full name, to run soon. A Redis that is away, hangs or drips costs `PATIENCE`, and no error.

    Looking its name up, connecting, greeting and sending each have a time limit of their own at best. So they happen in a
    thread, and who waits for it waits once.
    """
    outcome: SimpleQueue[Exception | None] = SimpleQueue()
    app = app_or_default()  # here, since another thread may have another one, or none
    Thread(target=_publish, args=(app, _connection(), task, outcome), name="wake", daemon=True).start()
    try:
        error = outcome.get(timeout=PATIENCE)
    except Empty:
        error = TimeoutError()
    if error is not None:
        logger.warning("wake_up_lost", task=task, reason=type(error).__name__)


def _publish(app: Celery, connection: Connection, task: str, outcome: SimpleQueue[Exception | None]) -> None:
    try:
        # Half of it at most for the pool: that it is used up is worth knowing, before the time is.
        with producers[connection].acquire(block=True, timeout=PATIENCE / 2) as producer:
            app.send_task(task, ignore_result=True, producer=producer)
    except (OperationalError, LimitExceeded, RedisError, OSError) as error:
        outcome.put(error)
    else:
        outcome.put(None)
