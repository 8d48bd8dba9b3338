"""Sending mail by the steps of `claims.py`, each committed before the next is taken.

A definite refusal leads back to `pending` (4xx) or to `failed` (5xx). A sender that dies, or a connection that breaks, after
`data_started` leaves a mail `unknown`: staff see it, and nothing sends it again by itself. So no bulk mail is ever sent twice;
a transactional one is rather sent twice than not at all.
"""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings

from backend.outbox import claims
from backend.outbox.messages import build_message
from backend.outbox.models import AT_WORK, MailState, OutgoingMail
from backend.outbox.pace import wait_for_turn
from backend.outbox.providers import open_transport
from backend.outbox.recipients import Recipients
from backend.outbox.sealed import unseal
from backend.outbox.smtp import ascii_domain
from backend.outbox.transports import Refused, Transport, Undeliverable, Unknown, Unreachable

logger = structlog.get_logger(__name__)


def send_mail() -> int:
    """Send what is due, until nothing is; returns how many were sent. Any number of these may run at once."""
    claims.settle_abandoned(OutgoingMail)
    try:
        return _send_due()
    finally:
        # Nobody's: their address is not to be kept.
        OutgoingMail.objects.filter(user=None).exclude(state__in=AT_WORK).delete()


def _send_due() -> int:
    sent = 0
    with open_transport() as transport:
        while mails := claims.claim(OutgoingMail):
            recipients = Recipients(mails)
            for number, mail in enumerate(mails):
                wait_for_turn()
                try:
                    sent += send(mail, transport, recipients)
                except Unreachable as error:
                    claims.put_off(mails[number:], str(error))
                    return sent
    return sent


def send(mail: OutgoingMail, transport: Transport, recipients: Recipients) -> bool:
    """Take one claimed mail as far as it goes. True if it was accepted. Raises Unreachable: nothing has happened to it."""
    message = _begin(mail, transport, recipients)
    if message is None or not claims.start(mail):
        return False  # it can't be sent, somebody else has taken the lease over, or its time has passed meanwhile
    try:
        reply = transport.hand_over(message)
    except Refused as refusal:
        claims.put_back(mail, str(refusal), for_good=not refusal.temporary)
        return False
    except Unknown as error:
        claims.in_doubt(mail, str(error))
        return False
    return claims.finish(mail, MailState.SENT, last_reply=reply.words, provider_id=reply.provider_id)


def _begin(mail: OutgoingMail, transport: Transport, recipients: Recipients) -> Any:
    """Make the message and announce it, up to its handing over; None if it can't be sent, which is then in its row.

    Raises Unreachable. Anything else that goes wrong here costs this mail alone, never those after it.
    """
    try:
        letter = unseal(mail.sealed) if mail.sealed else None
        recipient = letter.recipient if letter else recipients.address_of(mail)
        if recipient is None:  # erased meanwhile, and the mail with them
            return None
        if not mail.transactional and (stopped := recipients.stopped(mail)):
            claims.give_up(mail, f"The address is stopped: {stopped}.")
            return None
        sender = _sender()
        message = transport.prepare(build_message(mail, recipient, letter=letter, link_key=recipients.link_key))
        transport.begin(sender, recipient)
    except Unreachable:
        raise
    except Refused as refusal:
        claims.put_back(mail, str(refusal), for_good=not refusal.temporary)
    except Undeliverable as error:
        claims.put_back(mail, str(error), for_good=True)
    except InvalidToken:  # a key that this process doesn't know yet, or not any more
        claims.put_back(mail, "It can't be unsealed with the keys that there are here.", for_good=False)
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
