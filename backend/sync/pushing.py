"""Push: up to 500 changes of mixed types, each with an outcome. Everything acknowledged is committed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.accounts.models import Device, User
from backend.api.problems import FieldError, Problem
from backend.sync.devices import Refusal, clock_skew, note_push, note_refusals
from backend.sync.epochs import epoch_of
from backend.sync.push_wire import Push, Read, Refused, client_time, read_changes
from backend.sync.records import Change, Outcome, record_document, registry
from backend.sync.rules import AHEAD
from backend.sync.writing import NOT_STORABLE, write_records

MOST_SKEW = timedelta(minutes=5)
CLOCK_SKEW = "clock_skew"
RETRY_DEFECT_AFTER = 3600
"""Seconds, for what the database refuses: somebody has to mend something first."""


class WrongAccount(Problem):
    status, code = 409, "wrong_account"
    detail = "These changes are somebody else's; nothing was stored. Keep them until that account is signed in."


def push(user: User, device: Device, pushed: Push, *, now: datetime) -> dict[str, Any]:
    """Carry out what an app sends; the answer's document. Raises `WrongAccount`, and then nothing is stored."""
    if pushed.account != user.pk:
        raise WrongAccount()
    skew = clock_skew(client_time(pushed.client_now), now=now)
    read = read_changes(user, pushed.changes, now=now)
    if skew is not None and abs(skew) > MOST_SKEW:
        read = [_flagged(change) for change in read]
    changes = [change for change in read if not isinstance(change, Refused)]
    outcomes = iter(write_records(user_id=user.pk, changes=changes, now=now) if changes else [])
    documents: list[dict[str, Any]] = []
    refusals = []
    postponed: dict[tuple[Any, Any], dict[str, Any]] = {}
    for entry, change in zip(pushed.changes, read, strict=True):
        if isinstance(change, Refused):
            head = _head(entry)
            errors = change.errors
            document = {**_refused_document(change), **head}
        else:
            outcome = next(outcomes)
            head = {"type": change.record_type.name, "id": change.uid} if isinstance(change, Change) else {}
            errors = outcome.errors
            document = {"outcome": outcome.status, **head, **_outcome_members(change, outcome)}
        documents.append(_with_what_it_builds_on(document, postponed))
        if errors and (documents[-1]["outcome"] == "invalid" or errors[0].code == NOT_STORABLE):
            refusals.append(_refusal(head, errors[0]))
    epoch = note_push(device, skew=skew, now=now)
    if refusals:
        note_refusals(device, refusals, now=now)
    return {"account": user.pk, "epoch": epoch, "server_now": now, "outcomes": documents}


def _flagged(change: Read) -> Read:
    """The phone's clock is off: the records it sends now say so."""
    if (
        not isinstance(change, Change)
        or change.parsed is None
        or change.restores
        or not change.record_type.keeps_origin
    ):
        return change
    return replace(change, parsed=replace(change.parsed, flags=(*change.parsed.flags, CLOCK_SKEW)))


def _head(entry: Any) -> dict[str, Any]:
    """What the change said it was about, as far as it can be made out."""
    said: dict[str, Any] = {}
    if isinstance(entry, dict):
        if isinstance(name := entry.get("type"), str) and (name in registry or name in registry.derived):
            said["type"] = name
        if uid := _uuid(entry.get("id")):
            said["id"] = uid
    return said


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _refused_document(refused: Refused) -> dict[str, Any]:
    errors = [error.document() for error in refused.errors]
    if refused.retry_after is None:
        return {"outcome": "invalid", "errors": errors}
    return {"outcome": "retry", "retry_after": math.ceil(refused.retry_after.total_seconds()), "errors": errors}


def _with_what_it_builds_on(
    document: dict[str, Any], postponed: dict[tuple[Any, Any], dict[str, Any]]
) -> dict[str, Any]:
    """A change on top of one that this push has to send again is sent again as well: its version is yet to come. `postponed`
    holds those so far, by type and id."""
    key = (document.get("type"), document.get("id"))
    before = postponed.get(key)
    if before is not None and document["outcome"] == "invalid" and document["errors"][0]["code"] == AHEAD:
        document = before
    if document["outcome"] == "retry" and None not in key:
        postponed[key] = document
    return document


def _outcome_members(change: Any, outcome: Outcome) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if not isinstance(change, Change):
        if outcome.status != "retry":
            members["removed"] = [
                {"type": record_type.name, "id": row["uid"], "version": row["version"]}
                for record_type, row in outcome.removed
            ]
    else:
        other = outcome.uid != change.uid
        if other:
            members["same_as"] = outcome.uid
        if outcome.version:
            members["version"] = outcome.version
        if outcome.row is not None and (outcome.status == "conflict" or other):
            deleted = outcome.row["deleted_at"] is not None
            members["current"] = record_document(change.record_type, outcome.row, deleted=deleted)
        if change.restores and not other and _stands_in_its_way(change, outcome):
            # Of the same epoch, it is a later edit of that copy. Of another one, its author may never have seen it.
            members["since_restore"] = epoch_of(outcome.version) != epoch_of(change.base_version)
    if outcome.status == "retry":
        members["retry_after"] = RETRY_DEFECT_AFTER
    if outcome.errors:
        members["errors"] = [error.document() for error in outcome.errors]
    return members


def _stands_in_its_way(change: Change, outcome: Outcome) -> bool:
    """Whether the server has this record otherwise."""
    return outcome.status == "conflict" or (
        outcome.status == "deleted" and change.parsed is not None and outcome.version > 0
    )


def _refusal(head: dict[str, Any], error: FieldError) -> Refusal:
    return Refusal(head.get("type", ""), head.get("id"), error)
