"""Putting mails into the outbox, and taking back what nobody has begun to send: in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.outbox import claims
from backend.outbox.kinds import subscription_of
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sealed import Letter, seal
from backend.wake import wake

STOPPED = "Its recipient no longer wants this mail."


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to be sent: the only one with its `dedupe_key`, ever. It is transactional if its kind can't be stopped.

    `sealed`: it is written already, goes to the address in it, and `context` is empty. Such a one may be nobody's.
    `perhaps_sent`: before the database was restored from a backup, for all that anybody knows. It begins as `unknown`.
    """

    user_id: UUID | None
    kind: str
    dedupe_key: str
    context: dict[str, Any]
    not_before: datetime
    expires_at: datetime | None = None
    sealed: Letter | None = None
    perhaps_sent: bool = False


def enqueue(mails: Iterable[NewMail]) -> int:
    """Write mails into the outbox, in the caller's transaction; returns how many were new."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    rows = [
        OutgoingMail(
            user_id=mail.user_id,
            kind=mail.kind,
            dedupe_key=mail.dedupe_key,
            context=mail.context,
            sealed=b"" if mail.sealed is None else seal(mail.sealed),
            transactional=subscription_of(mail.kind) is None,
            message_id=f"<{uuid4()}@{domain}>",
            next_attempt_at=mail.not_before,
            expires_at=mail.expires_at,
            **({"state": MailState.UNKNOWN, "last_reply": claims.PERHAPS_SENT} if mail.perhaps_sent else {}),
        )
        for mail in mails
    ]
    before = OutgoingMail.objects.filter(dedupe_key__in=[row.dedupe_key for row in rows]).count()
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def send_letter(user_id: UUID | None, kind: str, letter: Letter, *, lifetime: timedelta) -> None:
    """Enqueue a letter, and see that it leaves as soon as that is committed; not at all after `lifetime`."""
    now = timezone.now()
    enqueue([NewMail(user_id, kind, f"{kind}:{uuid4()}", {}, now, now + lifetime, sealed=letter)])
    send_soon()


def send_soon() -> None:
    """Wake a sender when the caller's transaction is committed; nothing that goes wrong with that is the caller's."""
    transaction.on_commit(lambda: wake("tracker.tasks.send_mail"), robust=True)


def cancel_queued(user_id: UUID, kind: str) -> int:
    """Cancel what somebody no longer wants, in the caller's transaction; returns how many. Also those that a sender has claimed
    and not handed over: it finds them taken away."""
    queued = OutgoingMail.objects.filter(user=user_id, kind=kind, state__in=[MailState.PENDING, MailState.CONNECTING])
    return queued.update(state=MailState.CANCELLED, last_reply=STOPPED, **OutgoingMail.AT_REST)
