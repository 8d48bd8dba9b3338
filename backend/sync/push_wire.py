"""What a push looks like, and reading it: every change by itself, so that one bad one never costs the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, convert
from msgspec import ValidationError as MsgspecError

from backend.accounts.models import User
from backend.api.problems import FieldError
from backend.sync.epochs import MAX_VERSION
from backend.sync.records import Change, OriginRemoval, RecordType, registry
from backend.sync.wire import InvalidRecord, Text40, Text200, read_wire

MAX_CHANGES = 500
LATER = timedelta(days=1)
"""A clock or a time zone can be a day off. What ends later than this is no matter of waiting."""
Version = Annotated[int, Meta(ge=0, le=MAX_VERSION)]
Record = Annotated[dict[str, Any], Meta(description="What PUT of this type takes.")]


class Push(Struct, forbid_unknown_fields=True, frozen=True):
    account: Annotated[UUID, Meta(description="`id` of `/v1/me` when these changes were made.")]
    changes: Annotated[list[Any], Meta(max_length=MAX_CHANGES)]
    client_now: Any = None  # whatever it says, it is no reason to refuse what somebody did


class PushedUpsert(Struct, forbid_unknown_fields=True, frozen=True, tag_field="op", tag="upsert"):
    """Create or replace a record."""

    type: Text40
    id: UUID
    base_version: Annotated[Version, Meta(description="The version last seen; 0 for new.")]
    record: Record


class PushedDelete(Struct, forbid_unknown_fields=True, frozen=True, tag_field="op", tag="delete"):
    """Delete a record for good."""

    type: Text40
    id: UUID
    base_version: Version


class PushedOriginRemoval(Struct, forbid_unknown_fields=True, frozen=True, tag_field="op", tag="delete_by_origin"):
    """Delete whatever came from there."""

    platform: Text40
    external_id: Text200


class PushedRestore(Struct, forbid_unknown_fields=True, frozen=True, tag_field="op", tag="restore"):
    """A copy that the server acknowledged before it was restored from a backup."""

    type: Text40
    id: UUID
    version: Annotated[int, Meta(ge=1, le=MAX_VERSION)]
    record: Record | None = None
    deleted: bool = False


Pushed = PushedUpsert | PushedDelete | PushedOriginRemoval | PushedRestore
OPERATIONS: Mapping[str, type[Pushed]] = {
    "upsert": PushedUpsert,
    "delete": PushedDelete,
    "delete_by_origin": PushedOriginRemoval,
    "restore": PushedRestore,
}
_OP = frozenset({"op"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that can't be carried out; `retry_after` if it can be later."""

    errors: tuple[FieldError, ...]
    retry_after: timedelta | None = None


Read = Change | OriginRemoval | Refused


def read_changes(user: User, entries: Sequence[Any], *, now: datetime) -> list[Read]:
    """One for each entry. What records are read against is looked up once for each type."""
    read: list[Read | None] = [None] * len(entries)
    waiting: dict[RecordType, list[tuple[int, Pushed, Any]]] = defaultdict(list)
    for number, entry in enumerate(entries):
        try:
            pushed = _pushed(entry)
            if isinstance(pushed, PushedOriginRemoval):
                read[number] = OriginRemoval(pushed.platform, pushed.external_id)
                continue
            record_type = _record_type(pushed)
            if (record := _record(entry, pushed)) is None:
                read[number] = _delete(record_type, pushed)
            else:
                wire = _wire(record_type, record)
                waiting[record_type].append((number, pushed, wire))
        except InvalidRecord as error:
            read[number] = Refused(error.errors)
    for record_type, group in waiting.items():
        reference = record_type.reference(user, [wire for _, _, wire in group], now)
        for number, pushed, wire in group:
            try:
                read[number] = _upsert(record_type, pushed, wire, reference)
            except InvalidRecord as error:
                read[number] = _refused(error, now)
    return [change for change in read if change is not None]


def client_time(text: Any) -> datetime | None:
    """`client_now`, None if it can't be read; without an offset it could be anywhere."""
    try:
        time = convert(text, datetime)
    except MsgspecError:
        return None
    return time if time.tzinfo else None


def _pushed(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        raise InvalidRecord(FieldError("", "type", "Expected an object."))
    op = entry.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise InvalidRecord(FieldError("/op", "unknown_choice", f"Expected one of {', '.join(OPERATIONS)}."))
    return read_wire(OPERATIONS[op], entry, read_only=_OP)


def _record_type(pushed: PushedUpsert | PushedDelete | PushedRestore) -> RecordType:
    if pushed.type in registry:
        return registry[pushed.type]
    if pushed.type in registry.derived:
        raise InvalidRecord(FieldError("/type", "read_only", "The server works these out; they can only be pulled."))
    raise InvalidRecord(FieldError("/type", "unknown_choice", "There is no such type of record."))


def _record(entry: Mapping[str, Any], pushed: PushedUpsert | PushedDelete | PushedRestore) -> dict[str, Any] | None:
    """The record with its id, as it was written; None for a deletion."""
    if isinstance(pushed, PushedDelete):
        return None
    if isinstance(pushed, PushedRestore) and pushed.deleted:
        if pushed.record is not None:
            raise InvalidRecord(FieldError("/record", "unexpected", "A deleted record has no content."))
        return None
    if pushed.record is None:
        raise InvalidRecord(FieldError("/record", "required", "This field is required."))
    return {"id": entry["id"], **pushed.record}


def _version(pushed: PushedUpsert | PushedDelete | PushedRestore) -> int:
    return pushed.version if isinstance(pushed, PushedRestore) else pushed.base_version


def _delete(record_type: RecordType, pushed: Any) -> Change:
    if not record_type.deletable:
        raise InvalidRecord(
            FieldError("/op", "not_deletable", "There is one for each date, week or suggestion: empty it instead.")
        )
    return Change(record_type, pushed.id, _version(pushed), None, restores=isinstance(pushed, PushedRestore))


def _wire(record_type: RecordType, record: dict[str, Any]) -> Any:
    try:
        return read_wire(record_type.wire, record, read_only=record_type.read_only)
    except InvalidRecord as error:
        raise _within_record(error) from error


def _upsert(record_type: RecordType, pushed: Any, wire: Any, reference: Any) -> Change:
    try:
        parsed = record_type.parse(wire, reference)
    except InvalidRecord as error:
        raise _within_record(error) from error
    if wire.id != pushed.id:
        raise InvalidRecord(FieldError("/record/id", "other_id", "The id is not the one of the change."))
    return Change(record_type, pushed.id, _version(pushed), parsed, restores=isinstance(pushed, PushedRestore))


def _within_record(error: InvalidRecord) -> InvalidRecord:
    """With pointers to the record's fields, as they are in the change."""
    inner = [FieldError(f"/record{one.pointer}", one.code, one.detail) for one in error.errors]
    return InvalidRecord(*inner, **error.members)


def _refused(error: InvalidRecord, now: datetime) -> Refused:
    """What ends in the future is taken once it has ended, if that is soon."""
    retry_at = error.members.get("retry_at")
    wait = datetime.fromisoformat(retry_at) - now if retry_at else None
    if wait is not None and len(error.errors) == 1 and wait <= LATER:
        return Refused(error.errors, max(wait, timedelta(seconds=1)))
    return Refused(error.errors)
