"""The one way in which entries change: whoever changes them, only what differs is written, with its history, under a new
version of the catalogue. Entries are added and changed, and retire; none is removed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from backend.accounts.models import User
from tracker.catalogue.versions import lock_catalogue, next_version
from tracker.models import ExerciseActivity
from tracker.models.catalogue import CatalogueEntry

AT_ONCE = 1000

Entry = TypeVar("Entry", bound=CatalogueEntry)


RETIRED, BROUGHT_BACK = "Retired", "Brought back"


class SharedPlatformName(ValueError):
    """One name of a platform for two activities: which one a session then is would be chance."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(f"{name} stands for {first} and for {second}; it can stand for one.")


@dataclass(frozen=True, slots=True)
class Changed:
    added: int
    changed: int
    unchanged: int


@transaction.atomic
def change_entries(
    model: type[Entry], entries: Sequence[Entry], *, by: User | None, reason: str, leave: Collection[str] = ()
) -> Changed:
    """Add what is new and change what differs. What isn't mentioned stays, and so does what is retired.

    `entries` have every column but `retired_at` and `changed_in`; `reason` is at most 100 characters, for the history. Entries
    of the codes in `leave` are not touched. Raises `SharedPlatformName`.
    """
    lock_catalogue()
    entries = [entry for entry in entries if entry.code not in leave]
    fields = model.content_columns()
    added: list[Entry] = []
    changed: list[Entry] = []
    for some in _slices(entries):
        stored = model._default_manager.in_bulk([entry.code for entry in some])
        for entry in some:
            before = stored.get(entry.code)
            if before is None:
                added.append(entry)
            elif _plain(before, fields) != _plain(entry, fields):
                entry.retired_at = before.retired_at
                changed.append(entry)
    _store(model, added, changed, fields, by=by, reason=reason)
    return Changed(len(added), len(changed), len(entries) - len(added) - len(changed))


@transaction.atomic
def retire(model: type[Entry], codes: Sequence[str], *, retired: bool, by: User | None, now: Any) -> int:
    """Offer entries no longer, or again; returns how many this was news for. What was logged with them stays."""
    lock_catalogue()
    entries = list(model._default_manager.filter(code__in=codes, retired_at__isnull=retired))
    for entry in entries:
        entry.retired_at = now if retired else None
    _store(model, [], entries, ["retired_at"], by=by, reason=RETIRED if retired else BROUGHT_BACK)
    return len(entries)


def changed_by_staff(model: type[CatalogueEntry]) -> set[str]:
    """The codes of entries that somebody has added or changed since they last came from a file or a table of others.

    Takes the catalogue's lock, so that it stays so until the commit.
    """
    lock_catalogue()
    told = Q(history_user__isnull=False) & ~Q(history_change_reason__in=[RETIRED, BROUGHT_BACK])
    last = model.history.values("code").annotate(
        theirs=Max("history_id", filter=told), others=Max("history_id", filter=Q(history_user=None))
    )
    return set(last.filter(theirs__gt=Coalesce("others", 0)).values_list("code", flat=True))


def _store(
    model: type[Entry],
    added: Sequence[Entry],
    changed: Sequence[Entry],
    fields: Sequence[str],
    *,
    by: User | None,
    reason: str,
) -> None:
    if not added and not changed:
        return
    version = next_version()
    for entry in (*added, *changed):
        entry.changed_in = version
    how: dict[str, Any] = {"batch_size": AT_ONCE, "default_user": by, "default_change_reason": reason}
    if added:
        bulk_create_with_history(added, model, **how)
    if changed:
        bulk_update_with_history(changed, model, [*fields, "changed_in"], **how)
    if model is ExerciseActivity:
        _refuse_shared_names()


def _refuse_shared_names() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, min(code), max(code) FROM tracker_exerciseactivity, unnest(platform_names) AS name"
            " GROUP BY name HAVING count(*) > 1 ORDER BY name LIMIT 1"
        )
        if row := cursor.fetchone():
            raise SharedPlatformName(*row)


def _slices(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), AT_ONCE):
        yield entries[start : start + AT_ONCE]


def _plain(entry: CatalogueEntry, fields: Sequence[str]) -> list[Any]:
    """Values as they can be compared: a tuple of texts is the list that JSON makes of it, and 1 is 1.0."""
    return [msgspec.json.decode(msgspec.json.encode(getattr(entry, name))) for name in fields]
