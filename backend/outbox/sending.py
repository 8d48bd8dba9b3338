"""Sending mail by the steps of `claims.py`, each committed before the next is taken.

A definite refusal leads back to `pending` (4xx) or to `failed` (5xx). A sender that dies, or a connection that breaks, after
`data_started` leaves a mail `unknown`: staff see it, and nothing sends it again by itself. So no mail is ever sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.mime.image import MIMEImage
from email.utils import parseaddr
from typing import Any, cast
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import SafeMIMEMultipart
from django.db.models.functions import Now

from backend.accounts.models import User
from backend.outbox import claims
from backend.outbox.kinds import InlineImage, render, subscription_of
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.pace import wait_for_turn
from backend.outbox.providers import open_transport
from backend.outbox.smtp import ascii_domain
from backend.outbox.suppression import suppression_of
from backend.outbox.transports import Refused, Transport, Undeliverable, Unknown, Unreachable
from backend.outbox.unsubscribing import bulk_headers, links_of

logger = structlog.get_logger(__name__)


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
            **({"state": MailState.UNKNOWN, "last_reply": claims.PERHAPS_SENT} if mail.perhaps_sent else {}),
        )
        for mail in mails
    ]
    before = OutgoingMail.objects.filter(dedupe_key__in=[row.dedupe_key for row in rows]).count()
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def send_mail() -> int:
    """Send what is due, until nothing is; returns how many were sent. Any number of these may run at once."""
    claims.settle_abandoned(OutgoingMail)
    sent = 0
    with open_transport() as transport:
        while mails := claims.claim(OutgoingMail):
            for number, mail in enumerate(mails):
                wait_for_turn()
                try:
                    sent += send(mail, transport)
                except Unreachable as error:
                    claims.put_off(mails[number:], str(error))
                    return sent
    return sent


def send(mail: OutgoingMail, transport: Transport) -> bool:
    """Take one claimed mail as far as it goes. True if it was accepted. Raises Unreachable: nothing has happened to it."""
    message = _begin(mail, transport)
    if message is None or not claims.start(mail):
        return False  # it can't be sent, somebody else has taken the lease over, or its time has passed meanwhile
    try:
        reply = transport.hand_over(message)
    except Refused as refusal:
        claims.put_back(mail, str(refusal), for_good=not refusal.temporary)
        return False
    except Unknown as error:
        claims.finish(mail, MailState.UNKNOWN, last_reply=str(error))
        logger.error("mail_unknown", mail=mail.pk)
        return False
    return claims.finish(mail, MailState.SENT, last_reply=reply.words, provider_id=reply.provider_id, sent_at=Now())


def _begin(mail: OutgoingMail, transport: Transport) -> Any:
    """Make the message and announce it, up to its handing over; None if it can't be sent, which is then in its row.

    Raises Unreachable. Anything else that goes wrong here costs this mail alone, never those after it.
    """
    user = User.objects.filter(pk=mail.user_id).first()
    if user is None:  # erased meanwhile, and the mail with them
        return None
    if subscription_of(mail.kind) and (stopped := suppression_of(user.email)):
        claims.give_up(mail, f"The address is stopped: {stopped}.")
        return None
    try:
        sender = _sender()
        message = transport.prepare(build_message(mail, user.email))
        transport.begin(sender, user.email)
    except Unreachable:
        raise
    except Refused as refusal:
        claims.put_back(mail, str(refusal), for_good=not refusal.temporary)
    except Undeliverable as error:
        claims.put_back(mail, str(error), for_good=True)
    except Exception as error:  # in the row and in the logs; a mail that can't be made must not keep the others waiting
        logger.exception("mail_not_made", mail=mail.pk)
        transport.close()
        claims.put_back(mail, f"Could not be made: {type(error).__name__}: {error}", for_good=True)
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


class MailMessage(EmailMultiAlternatives):
    """A mail whose attachments are pictures that its HTML shows: providers' APIs take them by their Content-ID, and over SMTP
    they are one alternative together with the HTML (RFC 2387)."""

    def message(self, **options: Any) -> Any:
        pictures, self.attachments = self.attachments, []
        built: Any = super().message(**options)
        self.attachments = pictures
        if pictures:
            plain, html = cast("list[Message]", built.get_payload())
            related = SafeMIMEMultipart(_subtype="related", type="text/html")
            for part in (html, *cast("list[MIMEImage]", pictures)):
                related.attach(part)
            built.set_payload([plain, related])
        return built


def build_message(mail: OutgoingMail, recipient: str) -> EmailMultiAlternatives:
    """The message, under the Message-ID that the row has had from the start."""
    links = links_of(mail.user_id, mail.kind)
    rendered = render(mail.kind, {**mail.context, **links})
    message = MailMessage(
        " ".join(rendered.subject.split()),  # a header is one line
        rendered.text,
        settings.DEFAULT_FROM_EMAIL,
        [recipient],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            **bulk_headers(mail.kind, links),
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    for image in rendered.images:
        message.attach(_part_of(image))
    return message


def _part_of(image: InlineImage) -> MIMEImage:
    part = MIMEImage(image.png, "png")
    part["Content-ID"] = f"<{image.content_id}>"
    part.add_header("Content-Disposition", "inline", filename=image.name)
    return part


def cancel_queued(user_id: UUID, kind: str) -> int:
    """Cancel what somebody no longer wants, in the caller's transaction; returns how many. Also those that a sender has claimed
    and not handed over: it finds them taken away."""
    queued = OutgoingMail.objects.filter(user=user_id, kind=kind, state__in=[MailState.PENDING, MailState.CONNECTING])
    return queued.update(
        state=MailState.CANCELLED, claim_token=None, claimed_until=None, last_reply="Its recipient stopped this mail."
    )
