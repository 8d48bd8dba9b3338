"""Writing the audit. Whoever shows, changes or hands out participants' data records it first, or doesn't do it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from backend.api.problems import Problem
from backend.audit.models import Action
from backend.audit.pseudonyms import pseudonyms
from backend.audit.purposes import stated_purpose

PARTICIPANTS_IN_ONE = 5_000
INSERT = """
INSERT INTO audit_entry (actor, action, model, what, participants, purpose, request_id)
VALUES (%s, %s, %s, %s::jsonb, %s::bytea[], %s, %s)"""


class AuditUnavailable(Problem):
    status, code = 503, "audit_unavailable"
    detail = "This can't be recorded in the audit at the moment, so nothing was shown or changed."


@transaction.atomic
def record(
    action: Action,
    model: str,
    *,
    actor: UUID,
    what: dict[str, Any],
    participants: Iterable[UUID] = (),
    purpose: str = "",
    request_id: str = "",
) -> None:
    """Add an entry, or as many as it takes for very many participants. Raises `AuditUnavailable`.

    It holds the chain until the transaction ends, so the caller's should be short. `what` must not say who anybody is.
    """
    try:
        marks = sorted(pseudonyms(participants).values())
        parts = [marks[at : at + PARTICIPANTS_IN_ONE] for at in range(0, len(marks), PARTICIPANTS_IN_ONE)] or [[]]
        document = json.dumps(what, ensure_ascii=False, sort_keys=True)
        rows = [(actor, action, model, document, part, purpose, request_id) for part in parts]
        with connection.cursor() as cursor:
            cursor.executemany(INSERT, rows)
    except DatabaseError as error:
        raise AuditUnavailable from error


def record_request(
    request: HttpRequest, action: Action, model: str, *, what: dict[str, Any], participants: Iterable[UUID] = ()
) -> None:
    """Add what the signed-in member of staff does by this request, for the purpose that they have stated."""
    actor = request.user.pk
    assert actor is not None  # nobody else gets to an audited page
    purpose = stated_purpose(request)
    record(
        action,
        model,
        actor=actor,
        what=what,
        participants=participants,
        purpose=str(purpose) if purpose else "",
        request_id=current_request_id(),
    )


def current_request_id() -> str:
    """What the log lines of this request carry too."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def search_mark(term: str) -> str:
    """A search term as the audit keeps it: the same term gives the same mark, and the mark gives nothing back."""
    return salted_hmac(
        "backend.audit.search", term.strip().casefold(), secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()[:32]
