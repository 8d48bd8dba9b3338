"""What a type of synced record is: its wire form, its columns, and how one becomes the other.

The platform handles every type alike; `tracker` registers the types. A *row* is a plain dict from column name to value: it
is what is read, hashed, written and turned into a document, without a model instance in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec
from django.db import models

from backend.api.problems import FieldError
from backend.sync.models import SyncedRecord
from backend.sync.wire import Origin

Row = dict[str, Any]
OriginKey = tuple[str, str]

READ_ONLY_FIELDS = frozenset({"version", "local_date", "week", "duplicate_of", "flags", "received_at"})
SYNC_COLUMNS = (
    "user_id",
    "uid",
    "version",
    "content_hash",
    "seq",
    "origin_platform",
    "origin_app_id",
    "origin_external_id",
    "flags",
    "received_at",
    "deleted_at",
)
BOOKKEEPING = frozenset({"user_id", "content_hash", "seq", "received_at", "deleted_at"})


class Parsed(msgspec.Struct, frozen=True):
    """A record that passed: its columns, what the app said in one canonical form, flags for its owner, and where it came
    from."""

    content: Row
    said: Any
    flags: tuple[str, ...] = ()
    origin: Origin | None = None

    def content_hash(self) -> bytes:
        """Equal for two records exactly when they say the same."""
        return hash_content(self.said)


@dataclass(frozen=True, eq=False)
class RecordType:
    """One type of record.

    `reference` looks up, once for a whole batch, what `parse` needs besides the record (home zone, catalogue entries);
    `parse` raises `InvalidRecord`; `document` is the record as the API shows it; `settle` keeps derived columns in line
    after each write. `date_column` is the local date that its records are of, None if they are of none.
    """

    name: str
    model: type[SyncedRecord]
    wire: type[msgspec.Struct]
    reference: Callable[..., Any]
    parse: Callable[[Any, Any], Parsed]
    document: Callable[[Mapping[str, Any]], dict[str, Any]]
    date_column: str | None = "local_date"
    read_only: frozenset[str] = READ_ONLY_FIELDS
    deletable: bool = True
    settle: Settle | None = None

    @cached_property
    def keeps_origin(self) -> bool:
        """Whether its records come from somewhere."""
        return "origin" in self.wire.__struct_fields__

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def content_defaults(self) -> Row:
        """Each content column with what a tombstone keeps in it: nothing."""
        return {
            column: field.get_default()
            for field in self.model._meta.concrete_fields
            if (column := field.attname) not in SYNC_COLUMNS and not isinstance(field, models.AutoField)
        }

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return (*SYNC_COLUMNS, *self.content_defaults)

    @cached_property
    def shown_columns(self) -> tuple[str, ...]:
        """What `document` is made from: all but bookkeeping."""
        return tuple(column for column in self.columns if column not in BOOKKEEPING)


class Change(msgspec.Struct, frozen=True):
    """What an app asks for. `base_version` is the version it last saw, 0 for none; `parsed` is None for a delete.

    `restores`: the copy that an earlier epoch acknowledged at `base_version`. `frees_origin`: the tombstone lets go of the
    record's origin, so that it can come again under another id.
    """

    record_type: RecordType
    uid: UUID
    base_version: int
    parsed: Parsed | None
    restores: bool = False
    frees_origin: bool = False

    @property
    def origin_key(self) -> OriginKey | None:
        origin = self.parsed.origin if self.parsed else None
        return (origin.platform, origin.external_id) if origin and origin.external_id else None


@dataclass(frozen=True, slots=True)
class OriginRemoval:
    """A platform has deleted what it knows by `external_id`: whatever came from there goes, of whatever type and version."""

    platform: str
    external_id: str

    @property
    def origin_key(self) -> OriginKey:
        return (self.platform, self.external_id)


OutcomeStatus = Literal["created", "replaced", "duplicate", "conflict", "deleted", "invalid", "retry"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of a change. `row` is the server's copy after it, None where there is none to show.

    `uid` and `version` are those of the stored record, which may be another than the change's with the same origin.
    `removed` are the tombstones that removing an origin left.
    """

    status: OutcomeStatus
    uid: UUID | None
    version: int
    row: Row | None = None
    errors: tuple[FieldError, ...] = ()
    removed: tuple[tuple[RecordType, Row], ...] = ()


class Written(msgspec.Struct, frozen=True):
    """One row that a write stored, and what stood there before."""

    record_type: RecordType
    before: Row | None
    after: Row


class Settle(Protocol):
    """Brings columns that the server derives in line with what a write changed, in `written` itself and in other records of
    the participant; returns the others that changed."""

    def __call__(self, user_id: UUID, written: Sequence[Written]) -> list[Written]: ...


@dataclass(frozen=True, eq=False)
class DerivedType:
    """What the server works out from a participant's changes and apps only read; it travels with the change it follows from.

    `query` selects, for `%(user)s`: `seq`, the change number; `day`, which tells apart what shares one; `content`, JSON that
    `documents` makes the documents from (None: to be worked out now). A document that is None is left out. `id_of` makes the
    id from the day.
    """

    name: str
    query: str
    id_of: Callable[[date], UUID]
    documents: Callable[[UUID, Sequence[tuple[date, Any]]], Sequence[dict[str, Any] | None]]


class WriteListener(Protocol):
    """Called inside the write's transaction, after the rows are stored. `seq` is the participant's newest change."""

    def __call__(self, *, user_id: UUID, written: Sequence[Written], seq: int) -> None: ...


class Registry:
    """The record types there are, by name, what travels along with them, and who derives something from every write."""

    def __init__(self) -> None:
        self._types: dict[str, RecordType] = {}
        self.derived: dict[str, DerivedType] = {}
        self.listeners: list[WriteListener] = []

    def register(self, record_type: RecordType) -> None:
        self._types[record_type.name] = record_type

    def register_derived(self, derived: DerivedType) -> None:
        self.derived[derived.name] = derived

    def listen(self, listener: WriteListener) -> None:
        if listener not in self.listeners:
            self.listeners.append(listener)

    def __getitem__(self, name: str) -> RecordType:
        return self._types[name]

    def __contains__(self, name: str) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[RecordType]:
        return iter(self._types.values())


registry = Registry()


def record_document(record_type: RecordType, row: Mapping[str, Any], *, deleted: bool) -> dict[str, Any]:
    """A record or a tombstone, as pulls deliver it and conflicts show it."""
    head = {"type": record_type.name, "id": row["uid"], "version": row["version"]}
    return {**head, "deleted": True} if deleted else {**head, "record": record_type.document(row)}


_canonical = msgspec.msgpack.Encoder(order="deterministic", decimal_format="string", uuid_format="bytes")


def hash_content(content: Any) -> bytes:
    """16 bytes, equal exactly when the content is: BLAKE2b over its canonical MessagePack form."""
    return hashlib.blake2b(_canonical.encode(content), digest_size=16).digest()


def received_row(change: Change, parsed: Parsed, *, user_id: UUID, version: int, now: datetime) -> Row:
    """The row of a record as it stands when it has just been received."""
    origin = parsed.origin
    return {
        "user_id": user_id,
        "uid": change.uid,
        "version": version,
        "content_hash": parsed.content_hash(),
        "seq": 0,
        "origin_platform": origin.platform if origin else None,
        "origin_app_id": origin.app_id if origin else None,
        "origin_external_id": origin.external_id if origin else None,
        "flags": list(parsed.flags),
        "received_at": now,
        "deleted_at": None,
        **parsed.content,
    }


def tombstone_row(change: Change, *, user_id: UUID, version: int, now: datetime) -> Row:
    """The row that a deleted record leaves: its id and version, and nothing of its content."""
    return {
        "user_id": user_id,
        "uid": change.uid,
        "version": version,
        "content_hash": b"",
        "seq": 0,
        "origin_platform": None,
        "origin_app_id": None,
        "origin_external_id": None,
        "flags": [],
        "received_at": now,
        "deleted_at": now,
        **change.record_type.content_defaults,
    }
