"""Sending: `pending → connecting → data_started → sent`, each step committed before the next is taken.

A definite refusal leads back to `pending` (4xx) or to `failed` (5xx). A sender that dies, or a connection that breaks, after
`data_started` leaves a mail `unknown`: staff see it, and nothing sends it again by itself. So no mail is ever sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from backend.accounts.models import User
from backend.outbox.kinds import render, subscription_of
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.pace import wait_for_turn
from backend.outbox.providers import open_transport
from backend.outbox.smtp import ascii_domain
from backend.outbox.suppression import suppression_of
from backend.outbox.transports import Refused, Transport, Undeliverable, Unknown, Unreachable
from backend.outbox.unsubscribing import bulk_headers

logger = structlog.get_logger(__name__)

BATCH_SIZE = 50
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(minutes=1)
PERHAPS_SENT = "The database was restored from a backup: it may have been sent before."


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to be sent: the only one with its `dedupe_key`, ever.

    `perhaps_sent`: before the database was restored from a backup, for all that anybody knows. It begins as `unknown`.
    """

    user_id: UUID
    kind: str
    dedupe_key: str
    context: dict[str, Any]
    not_before: datetime
    expires_at: datetime | None = None
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
            message_id=f"<{uuid4()}@{domain}>",
            next_attempt_at=mail.not_before,
            expires_at=mail.expires_at,
            **({"state": MailState.UNKNOWN, "last_reply": PERHAPS_SENT} if mail.perhaps_sent else {}),
        )
        for mail in mails
    ]
    before = OutgoingMail.objects.filter(dedupe_key__in=[row.dedupe_key for row in rows]).count()
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def send_mail() -> int:
    """Send what is due, until nothing is; returns how many were sent. Any number of these may run at once."""
    settle_abandoned()
    sent = 0
    with open_transport() as transport:
        while mails := claim():
            for number, mail in enumerate(mails):
                wait_for_turn()
                try:
                    sent += send(mail, transport)
                except Unreachable as error:
                    _put_off(mails[number:], str(error))
                    return sent
    return sent


def settle_abandoned() -> None:
    """Mails whose sender vanished after `data_started` become `unknown`; those past their time are cancelled."""
    unknown = OutgoingMail.objects.filter(state=MailState.DATA_STARTED, claimed_until__lt=Now()).update(
        state=MailState.UNKNOWN, claim_token=None, last_reply="The sender did not come back."
    )
    if unknown:
        logger.error("mail_unknown", count=unknown)
    waiting = Q(state=MailState.PENDING) | Q(state=MailState.CONNECTING, claimed_until__lt=Now())
    OutgoingMail.objects.filter(waiting, expires_at__lt=Now()).update(
        state=MailState.CANCELLED, claim_token=None, claimed_until=None
    )


def claim() -> list[OutgoingMail]:
    """Lease mails that are due, or whose sender vanished before it began to hand them over."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS (SELECT id FROM outbox_outgoingmail WHERE"
            "  ((state = 'pending' AND next_attempt_at <= statement_timestamp())"
            "   OR (state = 'connecting' AND claimed_until < statement_timestamp()))"
            "  AND (expires_at IS NULL OR expires_at > statement_timestamp())"
            "  ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE outbox_outgoingmail AS mail SET state = 'connecting', claim_token = %s,"
            "  claimed_until = statement_timestamp() + make_interval(secs => %s), attempts = attempts + 1"
            " FROM picked WHERE mail.id = picked.id",
            [BATCH_SIZE, token, LEASE.total_seconds()],
        )
    return list(OutgoingMail.objects.filter(claim_token=token).order_by("next_attempt_at", "id"))


def send(mail: OutgoingMail, transport: Transport) -> bool:
    """Take one claimed mail as far as it goes. True if it was accepted. Raises Unreachable: nothing has happened to it."""
    message = _begin(mail, transport)
    if message is None or not _start_data(mail):
        return False  # it can't be sent, somebody else has taken the lease over, or its time has passed meanwhile
    try:
        reply = transport.hand_over(message)
    except Refused as refusal:
        _put_back(mail, str(refusal), MailState.PENDING if refusal.temporary else MailState.FAILED)
        return False
    except Unknown as error:
        _finish(mail, MailState.UNKNOWN, last_reply=str(error))
        logger.error("mail_unknown", mail=mail.pk)
        return False
    return _finish(mail, MailState.SENT, last_reply=reply.words, provider_id=reply.provider_id, sent_at=Now())


def _begin(mail: OutgoingMail, transport: Transport) -> Any:
    """Make the message and announce it, up to its handing over; None if it can't be sent, which is then in its row.

    Raises Unreachable. Anything else that goes wrong here costs this mail alone, never those after it.
    """
    user = User.objects.filter(pk=mail.user_id).first()
    if user is None:  # erased meanwhile, and the mail with them
        return None
    if subscription_of(mail.kind) and (stopped := suppression_of(user.email)):
        _put_back(mail, f"The address is stopped: {stopped}.", MailState.CANCELLED)
        return None
    try:
        sender = _sender()
        message = transport.prepare(build_message(mail, user.email))
        transport.begin(sender, user.email)
    except Unreachable:
        raise
    except Refused as refusal:
        _put_back(mail, str(refusal), MailState.PENDING if refusal.temporary else MailState.FAILED)
    except Undeliverable as error:
        _put_back(mail, str(error), MailState.FAILED)
    except Exception as error:  # in the row and in the logs; a mail that can't be made must not keep the others waiting
        logger.exception("mail_not_made", mail=mail.pk)
        transport.close()
        _put_back(mail, f"Could not be made: {type(error).__name__}: {error}", MailState.FAILED)
    else:
        return message
    return None


def _sender() -> str:
    """The envelope's sender. Raises Unreachable if DEFAULT_FROM_EMAIL can't be one: that is no mail's fault either."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    try:
        sender = ascii_domain(address)
    except Undeliverable as error:
        raise Unreachable(f"DEFAULT_FROM_EMAIL: {error}") from error
    if not sender.isascii():
        raise Unreachable("DEFAULT_FROM_EMAIL: only its domain may be other than ASCII.")
    return sender


def build_message(mail: OutgoingMail, recipient: str) -> EmailMultiAlternatives:
    """The message, under the Message-ID that the row has had from the start."""
    rendered = render(mail.kind, mail.context)
    message = EmailMultiAlternatives(
        " ".join(rendered.subject.split()),  # a header is one line
        rendered.text,
        settings.DEFAULT_FROM_EMAIL,
        [recipient],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            **bulk_headers(mail.user_id, mail.kind),
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _start_data(mail: OutgoingMail) -> bool:
    """The last look before a message is handed over: is the mail still ours, and still to be sent? Committed at return.

    The lease begins anew: it was for the whole batch, and this mail may be the last of it.
    """
    in_time = Q(expires_at=None) | Q(expires_at__gt=Now())
    ours = _ours(mail, MailState.CONNECTING).filter(in_time, claimed_until__gt=Now())
    return ours.update(state=MailState.DATA_STARTED, claimed_until=Now() + LEASE) == 1


def _finish(mail: OutgoingMail, state: MailState, **fields: Any) -> bool:
    """Say what became of a message that was handed over, unless it was given up meanwhile. Committed at return.

    An answer that comes after the lease counts: nobody else takes a mail over once its data has started.
    """
    ours = _ours(mail, MailState.DATA_STARTED)
    return ours.update(state=state, claim_token=None, claimed_until=None, **fields) == 1


def _ours(mail: OutgoingMail, state: MailState) -> QuerySet[OutgoingMail]:
    """The mail, if it still is where we left it and nobody has taken it over."""
    return OutgoingMail.objects.filter(pk=mail.pk, state=state, claim_token=mail.claim_token)


def _put_off(mails: Sequence[OutgoingMail], reply: str) -> None:
    """No server, no attempt: the mails wait a minute, and cost nobody's patience one by one.

    The one that it happened to comes after the others: should it be what breaks the connection, they get through.
    """
    logger.warning("mail_server_unreachable", waiting=len(mails), reason=reply)
    for waiting, pause in ((mails[:1], FIRST_RETRY + timedelta(seconds=1)), (mails[1:], FIRST_RETRY)):
        ours = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in waiting], claim_token=mails[0].claim_token)
        # A provider may say only in answer to the message itself that it takes none from us.
        ours.filter(state__in=[MailState.CONNECTING, MailState.DATA_STARTED]).update(
            state=MailState.PENDING,
            claim_token=None,
            claimed_until=None,
            attempts=F("attempts") - 1,
            last_reply=reply[:500],
            next_attempt_at=Now() + pause,
        )


def _put_back(mail: OutgoingMail, reply: str, state: MailState) -> None:
    """Out of our hands, nothing having been accepted: to be tried again later (after 1, 2, 4 … minutes), or not any more."""
    if state == MailState.PENDING and mail.attempts >= MAX_ATTEMPTS:
        state = MailState.FAILED
    retry = Now() + FIRST_RETRY * 2 ** (mail.attempts - 1)
    OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token).update(
        state=state, claim_token=None, claimed_until=None, last_reply=reply[:500], next_attempt_at=retry
    )


def doubt_unsent() -> int:
    """After a restore from a backup: what wasn't sent when it was made may have been sent since. Returns how many mails."""
    unsent = OutgoingMail.objects.filter(state__in=[MailState.PENDING, MailState.CONNECTING, MailState.DATA_STARTED])
    return unsent.update(state=MailState.UNKNOWN, claim_token=None, claimed_until=None, last_reply=PERHAPS_SENT)


def resolve_unknown(mails: QuerySet[OutgoingMail], *, arrived: bool) -> int:
    """What a person found out: unknown mails that arrived are sent; unknown or failed ones that didn't are due again.

    Returns how many mails this changed. One that has passed `expires_at` is cancelled by the next sender, not sent.
    """
    if arrived:
        unknown = mails.filter(state=MailState.UNKNOWN)
        return unknown.update(state=MailState.SENT, sent_at=Now(), last_reply="A member of staff found it delivered.")
    lost = mails.filter(state__in=[MailState.UNKNOWN, MailState.FAILED])
    return lost.update(state=MailState.PENDING, attempts=0, next_attempt_at=Now(), last_reply="To be sent again.")


def cancel_queued(user_id: UUID, kind: str) -> int:
    """Cancel what somebody no longer wants, in the caller's transaction; returns how many. Also those that a sender has claimed
    and not handed over: it finds them taken away."""
    queued = OutgoingMail.objects.filter(user=user_id, kind=kind, state__in=[MailState.PENDING, MailState.CONNECTING])
    return queued.update(
        state=MailState.CANCELLED, claim_token=None, claimed_until=None, last_reply="Its recipient stopped this mail."
    )


def cancel(mails: QuerySet[OutgoingMail]) -> int:
    """Cancel those that nobody has begun to send; returns how many."""
    return mails.filter(state=MailState.PENDING).update(state=MailState.CANCELLED, last_reply="Cancelled by staff.")
