"""Epochs: how phones learn that the server has forgotten something.

A restore from a backup rewinds versions and change numbers that phones were told. A new epoch makes every version and every
cursor of its time tell itself apart from those: versions of an epoch begin above all that an earlier one can have given.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Max

from backend.sync.models import ServerEpoch, SyncCounter

VERSIONS_OF_AN_EPOCH = 1_000_000
"""More than a record ever has in one epoch. An epoch's number times this stays below 2**53 until the year 2255."""
MAX_VERSION = 2**53 - 1
"""What JSON numbers hold exactly everywhere."""

CURRENT_EPOCH = "(SELECT COALESCE(max(number), 0) FROM sync_serverepoch)"


def current_epoch() -> int:
    return ServerEpoch.objects.aggregate(number=Max("number"))["number"] or 0


def latest_restore() -> datetime | None:
    """When the epoch that lasts began; None in the first one."""
    latest = ServerEpoch.objects.order_by("-number").values_list("started_at", flat=True)
    return latest.first()


def begin_epoch(*, now: datetime) -> int:
    """Begin a new epoch and return its number. Two at once get two numbers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE sync_serverepoch IN EXCLUSIVE MODE")
        number = max(int(now.timestamp()), current_epoch() + 1)
        ServerEpoch.objects.create(number=number, started_at=now)
        SyncCounter.objects.update(epoch_seq=F("seq"))
    return number


def epoch_of(version: int) -> int:
    """The epoch that gave out a version."""
    return version // VERSIONS_OF_AN_EPOCH


def next_version(version: int, epoch: int) -> int:
    """The one after `version`, in this epoch."""
    return max(version + 1, epoch * VERSIONS_OF_AN_EPOCH + 1)
