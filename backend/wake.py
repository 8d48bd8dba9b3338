"""Waking the workers: best effort. PostgreSQL knows what is due; a lost wake-up only waits for the next tick."""

from __future__ import annotations

from functools import cache

import structlog
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

PATIENCE = 0.2  # seconds


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
    """Ask for a task, by its full name, to run soon. Never fails; a Redis that is away or hangs costs half a second at most."""
    try:
        with producers[_connection()].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(task, ignore_result=True, producer=producer)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("wake_up_lost", task=task, reason=type(error).__name__)
