"""Checking the chain without trusting what wrote it: every hash anew, in Python, from what the table says now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from backend.audit.models import Entry, Head

GENESIS = bytes(32)
ROWS_AT_ONCE = 2_000
# `what` as PostgreSQL writes it, for that text is what the hash is of.
READ = """
SELECT id, at, actor, action, model, what::text, participants, purpose, request_id, previous_hash, hash
  FROM audit_entry WHERE id > %s ORDER BY id LIMIT %s"""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries there are, and the last one's hash. Noted elsewhere, it shows later whether the chain was rewritten."""

    entries: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.entries}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> ChainHead:
        """Raises ValueError."""
        entries, _, digest = text.partition(":")
        head = cls(int(entries), bytes.fromhex(digest))
        if head.entries < 0 or len(head.hash) != 32:
            raise ValueError(text)
        return head


class ChainBroken(Exception):
    """The audit is not what was written; the message says where and how."""


def current_head() -> ChainHead:
    """What the trigger noted last."""
    row = Head.objects.first()
    return ChainHead(0, GENESIS) if row is None else ChainHead(row.entries, bytes(row.hash))


@transaction.atomic
def verify_chain(expected: Sequence[ChainHead] = ()) -> ChainHead:
    """Go through the whole chain and return its head. Raises `ChainBroken` at the first thing that doesn't fit."""
    with connection.cursor() as cursor:
        # One view of head and entries, whoever writes meanwhile.
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    head = current_head()
    wanted = {one.entries: one for one in expected}
    last = ChainHead(0, GENESIS)
    for row in _rows():
        last = _next(last, row)
        if (want := wanted.pop(last.entries, last)).hash != last.hash:
            raise ChainBroken(
                f"Entry {last.entries} has the hash {last.hash.hex()}, not the expected {want.hash.hex()}."
            )
    if last != head:
        raise ChainBroken(
            f"The entries end with {last}, but the head says {head}: entries are missing at the end, or were added past it."
        )
    if missing := [one for one in wanted.values() if one.entries > 0]:
        raise ChainBroken(
            f"Entry {missing[0].entries} was expected and the chain ends at {last.entries}: its end was cut off."
        )
    return last


def _next(last: ChainHead, row: tuple[Any, ...]) -> ChainHead:
    number, *_, previous_hash, stored_hash = row
    if number != last.entries + 1:
        raise ChainBroken(f"Entry {last.entries + 1} is missing: after {last.entries} comes {number}.")
    if bytes(previous_hash) != last.hash:
        raise ChainBroken(f"Entry {number} doesn't follow entry {last.entries}: it was made after another one.")
    computed = hashlib.sha256(bytes(previous_hash) + content(row)).digest()
    if computed != bytes(stored_hash):
        raise ChainBroken(f"Entry {number} was changed: its fields don't give its hash.")
    return ChainHead(number, computed)


def content(row: tuple[Any, ...]) -> bytes:
    """The fields that are hashed, each as "<length>:<text>,"."""
    number, at, actor, action, model, what, participants, purpose, request_id, *_ = row
    assert isinstance(at, datetime)
    assert isinstance(actor, UUID)
    fields = (
        str(number),
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        str(actor),
        action,
        model,
        what,
        " ".join(bytes(mark).hex() for mark in participants),
        purpose,
        request_id,
    )
    encoded = [field.encode() for field in fields]
    return b"".join(b"%d:%b," % (len(field), field) for field in encoded)


def _rows() -> Iterator[tuple[Any, ...]]:
    """All entries in order, a few thousand in memory at a time."""
    last = Entry.objects.order_by("id").values_list("id", flat=True).first()
    last = (last or 1) - 1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(READ, [last, ROWS_AT_ONCE])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1][0]
