"""Carrying out once more, after a restore, the erasures that the backup didn't know of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

import structlog
from django.db import transaction

from backend.accounts.models import User
from backend.privacy.erasing import erase_rows
from backend.privacy.ledger import UnreadableLine, read_erasures

logger = structlog.get_logger(__name__)

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Replay:
    """How many people the ledger names, how many of them the database still had, and what could not be read."""

    known: int
    erased: int
    unreadable: Sequence[UnreadableLine]


def replay_erasures(ledger: Path) -> Replay:
    """Erase whoever the ledger names and the database has, each in a transaction of their own. Raises OSError."""
    named: dict[UUID, None] = {}
    unreadable = []
    for entry in read_erasures(ledger):
        if isinstance(entry, UnreadableLine):
            unreadable.append(entry)
        else:
            named[entry.user] = None
    erased = sum(_erase_again(chunk) for chunk in _chunks(named))
    return Replay(len(named), erased, unreadable)


def _erase_again(ids: Sequence[UUID]) -> int:
    back = list(User.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for user_id in back:
        with transaction.atomic():
            erase_rows(User.objects.select_for_update().get(pk=user_id))
        logger.info("account_erased_again", user=str(user_id))
    return len(back)


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
