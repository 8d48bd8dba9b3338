"""Who sends what, and what became of it: the same for mail and for pushes. Each step is one statement, committed at return.

`pending → connecting → data_started → sent`; `data_started` is committed before anything is handed over, so what is found
there without its sender is `unknown`, and nothing sends it again by itself. Only what is transactional is: a code that comes
twice harms nobody, and one that never comes keeps somebody out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from backend.outbox.models import AT_WORK, MailState, Outgoing
from backend.postgres.prepared import execute

logger = structlog.get_logger(__name__)

BATCH_SIZE = 50
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(minutes=1)
NOT_BACK = "The sender did not come back."
PERHAPS_SENT = "The database was restored from a backup: it may have been sent before."

_ADDRESS = re.compile(r"[^\s<>()\"']+@[^\s<>()\"']+")

Row = TypeVar("Row", bound=Outgoing)


def _kept(reply: str) -> str:
    """What a server said, as rows and logs keep it: servers like to quote addresses."""
    return _ADDRESS.sub("\N{HORIZONTAL ELLIPSIS}", reply)[:500]


def settle_abandoned(model: type[Outgoing]) -> None:
    """Those whose sender vanished after `data_started` become `unknown`, or are sent again if they are transactional; those
    past their time are cancelled, transactional ones also if they failed."""
    rows = model._default_manager
    abandoned = rows.filter(state=MailState.DATA_STARTED, claimed_until__lt=Now())
    again = Q(transactional=True, attempts__lt=MAX_ATTEMPTS)
    abandoned.filter(again).update(
        state=MailState.PENDING, next_attempt_at=Now(), last_reply=NOT_BACK, **model.UNCLAIMED
    )
    unknown = abandoned.exclude(again).update(state=MailState.UNKNOWN, last_reply=NOT_BACK, **model.AT_REST)
    if unknown:
        logger.error("mail_unknown", table=model._meta.model_name, count=unknown)
    waiting = Q(state=MailState.PENDING) | Q(state=MailState.CONNECTING, claimed_until__lt=Now())
    rows.filter(waiting, expires_at__lt=Now()).update(state=MailState.CANCELLED, **model.AT_REST)
    # A code that could not be sent is nothing that a person could still see to.
    unsent = Q(state__in=[MailState.UNKNOWN, MailState.FAILED], transactional=True)
    rows.filter(unsent, expires_at__lt=Now()).update(state=MailState.CANCELLED)


def claim(model: type[Row]) -> list[Row]:
    """Lease those that are due, or whose sender vanished before it began to hand them over.

    The transactional ones come first, those whose time ends soonest before the others; then as many bulk ones, so that no
    flood of the former keeps these back for ever.
    """
    token = uuid4()
    return [*_claim(model, token, transactional=True), *_claim(model, token, transactional=False)]


def _claim(model: type[Row], token: UUID, *, transactional: bool) -> list[Row]:
    order = ("expires_at", "next_attempt_at", "id") if transactional else ("next_attempt_at", "id")
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH picked AS (SELECT id FROM {table} WHERE {'' if transactional else 'NOT '}transactional"  # noqa: S608
            "  AND ((state = 'pending' AND next_attempt_at <= statement_timestamp())"
            "   OR (state = 'connecting' AND claimed_until < statement_timestamp()))"
            "  AND (expires_at IS NULL OR expires_at > statement_timestamp())"
            f"  ORDER BY {', '.join(order)} LIMIT %s FOR UPDATE SKIP LOCKED)"
            f" UPDATE {table} AS outgoing SET state = 'connecting', claim_token = %s,"
            "  claimed_until = statement_timestamp() + make_interval(secs => %s), attempts = attempts + 1"
            " FROM picked WHERE outgoing.id = picked.id",
            [BATCH_SIZE, token, LEASE.total_seconds()],
        )
        if not cursor.rowcount:
            return []
    leased = model._default_manager.filter(state=MailState.CONNECTING, claim_token=token, transactional=transactional)
    return list(leased.order_by(*order))


def start(row: Outgoing) -> bool:
    """The last look before it is handed over: is it still ours, and still to be sent?

    The lease begins anew: it was for the whole batch, and this one may be the last of it.
    """
    started = execute(
        f"UPDATE {row._meta.db_table} SET state = 'data_started',"  # noqa: S608  (a table of ours)
        "  claimed_until = statement_timestamp() + %(lease)s"
        " WHERE id = %(id)s AND state = 'connecting' AND claim_token = %(token)s"
        "  AND claimed_until > statement_timestamp()"
        "  AND (expires_at IS NULL OR expires_at > statement_timestamp())",
        {"id": row.pk, "token": row.claim_token, "lease": LEASE},
    )
    return started == 1


def finish(row: Outgoing, state: MailState, *, last_reply: str, **fields: Any) -> bool:
    """Say what became of what was handed over, unless it was given up meanwhile; `sent` with the time.

    An answer that comes after the lease counts: nobody else takes it over once its data has started. This commit need not wait
    for the disk: if the database crashes and has lost it, the row is `unknown`, and never sent twice.
    """
    values = {"state": state.value, **row.AT_REST, **fields, "last_reply": _kept(last_reply)}
    assigned = [f"{name} = %({name})s" for name in values]
    if state == MailState.SENT:
        assigned.append("sent_at = statement_timestamp()")
    unhurried = "WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))"
    finished = execute(
        f"{unhurried} UPDATE {row._meta.db_table} SET {', '.join(assigned)} FROM unhurried"  # noqa: S608  (fields of ours)
        " WHERE id = %(its_id)s AND state = 'data_started' AND claim_token = %(its_token)s",
        {**values, "its_id": row.pk, "its_token": row.claim_token},
    )
    return finished == 1


def in_doubt(row: Outgoing, reply: str) -> None:
    """It was handed over, and nobody can say whether it was accepted: once more later, or never again by itself."""
    if row.transactional:
        put_back(row, reply, for_good=False)
    else:
        finish(row, MailState.UNKNOWN, last_reply=reply)
        logger.error("mail_unknown", table=row._meta.model_name, row=row.pk)


def give_up(row: Outgoing, reason: str) -> bool:
    """There is nowhere to send it to, or its recipient wants none: nobody tries again."""
    rows = type(row)._default_manager
    ours = rows.filter(pk=row.pk, state=MailState.CONNECTING, claim_token=row.claim_token)
    return ours.update(state=MailState.CANCELLED, last_reply=reason, **row.AT_REST) == 1


def put_off(rows: Sequence[Outgoing], reply: str) -> None:
    """No server, or none that would have us: nothing was accepted, and no attempt is counted. They wait a minute, and cost
    nobody's patience one by one.

    The one that it happened to comes after the others: should it be what breaks the connection, they get through.
    """
    reply = _kept(reply)
    logger.warning("mail_server_unreachable", table=rows[0]._meta.model_name, waiting=len(rows), reason=reply)
    for waiting, pause in ((rows[:1], FIRST_RETRY + timedelta(seconds=1)), (rows[1:], FIRST_RETRY)):
        ours = type(rows[0])._default_manager.filter(
            pk__in=[row.pk for row in waiting],
            claim_token=rows[0].claim_token,
            # A provider may say only in answer to what it is handed that it takes nothing from us.
            state__in=[MailState.CONNECTING, MailState.DATA_STARTED],
        )
        ours.update(
            state=MailState.PENDING,
            attempts=F("attempts") - 1,
            last_reply=reply,
            next_attempt_at=Now() + pause,
            **Outgoing.UNCLAIMED,
        )


def put_back(row: Outgoing, reply: str, *, for_good: bool, not_before: timedelta = timedelta(0)) -> None:
    """After a definite refusal: once more later (1, 2, 4 … minutes, or after `not_before` if that is longer), or never."""
    claimed = type(row)._default_manager.filter(pk=row.pk, claim_token=row.claim_token)
    if for_good or row.attempts >= MAX_ATTEMPTS:
        claimed.update(state=MailState.FAILED, last_reply=_kept(reply), **row.AT_REST)
        return
    pause = max(FIRST_RETRY * 2 ** (row.attempts - 1), not_before)
    claimed.update(state=MailState.PENDING, last_reply=_kept(reply), next_attempt_at=Now() + pause, **row.UNCLAIMED)


def doubt_unsent(model: type[Outgoing]) -> int:
    """After a restore from a backup: what wasn't sent when it was made may have been sent since. Returns how many.

    What is transactional is sent again.
    """
    unsent = model._default_manager.filter(state__in=AT_WORK, transactional=False)
    return unsent.update(state=MailState.UNKNOWN, last_reply=PERHAPS_SENT, **model.AT_REST)


def resolve_unknown(rows: QuerySet[Any], *, arrived: bool) -> int:
    """What a person found out: unknown ones that arrived are sent; unknown or failed ones that didn't are due again.

    Returns how many this changed. One that has passed `expires_at` is cancelled by the next sender, not sent.
    """
    if arrived:
        unknown = rows.filter(state=MailState.UNKNOWN)
        return unknown.update(state=MailState.SENT, sent_at=Now(), last_reply="A member of staff found it delivered.")
    lost = rows.filter(state__in=[MailState.UNKNOWN, MailState.FAILED])
    return lost.update(state=MailState.PENDING, attempts=0, next_attempt_at=Now(), last_reply="To be sent again.")


def cancel(rows: QuerySet[Any], *, reason: str = "Cancelled by staff.") -> int:
    """Cancel those that nobody has begun to send; returns how many."""
    return rows.filter(state=MailState.PENDING).update(
        state=MailState.CANCELLED, last_reply=reason, **rows.model.AT_REST
    )
