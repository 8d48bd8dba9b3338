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
from backend.outbox.kinds import InlineImage, render
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.smtp import Refused, SMTPTransport, Undeliverable, Unknown, Unreachable, ascii_domain

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
    with SMTPTransport() as transport:
        while mails := claims.claim(OutgoingMail):
            for number, mail in enumerate(mails):
                try:
                    sent += send(mail, transport)
                except Unreachable as error:
                    claims.put_off(mails[number:], str(error))
                    return sent
    return sent


def send(mail: OutgoingMail, transport: SMTPTransport) -> bool:
    """Take one claimed mail as far as it goes. True if the server accepted it. Raises Unreachable: nothing has happened yet."""
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
    return claims.finish(mail, MailState.SENT, last_reply=reply, sent_at=Now())


def _begin(mail: OutgoingMail, transport: SMTPTransport) -> bytes | None:
    """Make the message and announce it to the server, up to DATA; None if it can't be sent, which is then in its row.

    Raises Unreachable. Anything else that goes wrong here costs this mail alone, never those after it.
    """
    user = User.objects.filter(pk=mail.user_id).first()
    if user is None:  # erased meanwhile, and the mail with them
        return None
    try:
        sender = _sender()
        message = build_message(mail, user.email)
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


def build_message(mail: OutgoingMail, recipient: str) -> bytes:
    """The message as it goes over the wire, under the Message-ID that the row has had from the start."""
    rendered = render(mail.kind, mail.context)
    message = EmailMultiAlternatives(
        " ".join(rendered.subject.split()),  # a header is one line
        rendered.text,
        settings.DEFAULT_FROM_EMAIL,
        [recipient],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(rendered.html, "text/html")
    built = message.message()
    if rendered.images:
        plain, html = cast("list[Message]", built.get_payload())
        built.set_payload([plain, _with_images(html, rendered.images)])
    return built.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages take it


def _with_images(html: Message, images: Iterable[InlineImage]) -> SafeMIMEMultipart:
    """The HTML part and what it shows, which is one alternative to the plain text (RFC 2387)."""
    related = SafeMIMEMultipart(_subtype="related", type="text/html")
    related.attach(html)
    for image in images:
        part = MIMEImage(image.png, "png")
        part["Content-ID"] = f"<{image.content_id}>"
        part.add_header("Content-Disposition", "inline", filename=image.name)
        related.attach(part)
    return related
