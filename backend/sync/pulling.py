"""Pull: a snapshot first, newest first, then every change in order. One cursor leads through both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.accounts.models import Device
from backend.api.json import encode
from backend.api.parameters import unacceptable
from backend.api.problems import FieldError
from backend.postgres.prepared import fetch_all
from backend.sync.changes import Change, read_changes
from backend.sync.cursors import LIFETIME, Cursor, CursorExpired, read_cursor
from backend.sync.devices import note_pull
from backend.sync.epochs import CURRENT_EPOCH, VERSIONS_OF_AN_EPOCH
from backend.sync.records import record_document, registry

MAX_CHANGES = 500
MAX_BYTES = 512 * 1024
NOTED_EVERY = timedelta(minutes=1)
_LAST = (2**15, date.max.toordinal())
"""Kind and day behind all that shares a change number."""

_STANDING = (
    f"SELECT {CURRENT_EPOCH}, COALESCE((SELECT seq FROM sync_synccounter WHERE user_id = %(user)s), 0),"
    " (SELECT pulled_seq FROM sync_devicesync WHERE device_id = %(device)s),"
    " (SELECT last_pull_at FROM sync_devicesync WHERE device_id = %(device)s)"
)


def type_names() -> tuple[str, ...]:
    """Everything that can be pulled."""
    return (*(record_type.name for record_type in registry), *registry.derived)


def pull(
    device: Device, *, cursor: str | None, types: Sequence[str] | None, limit: int, now: datetime
) -> dict[str, Any]:
    """One page. Raises `CursorExpired`, `ServerBehind`, and `Invalid` for a cursor that isn't this participant's.

    `types` None: those of the cursor, or all.
    """
    user_id = device.user_id
    ((epoch, newest, pulled_seq, last_pull_at),) = fetch_all(_STANDING, {"user": user_id, "device": device.pk})
    if cursor is None:
        chosen = tuple(name for name in type_names() if types is None or name in types)
        place = Cursor(chosen, (newest + 1, 0, 0), snapshot_of=newest, of_all=types is None)
    else:
        place = read_cursor(cursor, user_id, epoch=epoch, seq=newest, now=now)
        if place.of_all and set(place.types) != set(type_names()):
            raise CursorExpired("types", epoch=epoch)
        if types is not None and set(types) != set(place.types):
            raise unacceptable(FieldError("?types", "other_types", "The cursor was made for other types."))
    changes = read_changes(user_id, place, limit=limit + 1)
    page, delivered = _within_bytes(_documents(user_id, changes[:limit], epoch))
    after, has_more = _next(place, changes, delivered, newest)
    if not has_more and (pulled_seq != newest or last_pull_at is None or now - last_pull_at > NOTED_EVERY):
        note_pull(device, seq=newest, now=now)
    return {
        "account": user_id,
        "epoch": epoch,
        "server_now": now,
        "changes": page,
        "cursor": after.sign(user_id, epoch=epoch, now=now),
        "has_more": has_more,
        "cursor_expires_at": now + LIFETIME,
    }


def _next(place: Cursor, changes: Sequence[Change], delivered: int, newest: int) -> tuple[Cursor, bool]:
    """The cursor after this page, and whether there is more."""
    if delivered < len(changes):
        return replace(place, place=changes[delivered - 1].place), True
    if place.snapshot_of is not None:
        # Done: on to what has changed since it began. Everything of that number itself was in it.
        return replace(place, place=(place.snapshot_of, *_LAST), snapshot_of=None), newest > place.snapshot_of
    return replace(place, place=changes[-1].place if changes else place.place), False


def _documents(user_id: UUID, changes: Sequence[Change], epoch: int) -> list[dict[str, Any] | None]:
    """One for each change; None for what the server can't work out now."""
    derived: dict[str, list[int]] = defaultdict(list)
    documents: list[dict[str, Any] | None] = []
    for number, change in enumerate(changes):
        name = change.row["record_type"]
        if name in registry.derived:
            derived[name].append(number)
            documents.append({})
        else:
            documents.append(record_document(registry[name], change.row, deleted=change.deleted))
    for name, numbers in derived.items():
        kind = registry.derived[name]
        asked = [(day, changes[number].content) for number in numbers if (day := changes[number].day)]
        for number, (day, _), document in zip(numbers, asked, kind.documents(user_id, asked), strict=True):
            documents[number] = document and {
                "type": name,
                "id": kind.id_of(day),
                # A restore rewinds change numbers; what apps have from before it must not seem newer.
                "version": epoch * VERSIONS_OF_AN_EPOCH + changes[number].seq,
                "record": document,
            }
    return documents


def _within_bytes(documents: Sequence[dict[str, Any] | None]) -> tuple[list[msgspec.Raw], int]:
    """As many as fit, and at least one; also how many changes that leads past."""
    page: list[msgspec.Raw] = []
    size = 0
    for number, document in enumerate(documents):
        if document is None:
            continue
        encoded = encode(document)
        size += len(encoded)
        if page and size > MAX_BYTES:
            return page, number
        page.append(msgspec.Raw(encoded))
    return page, len(documents)
