"""Handing a message to an SMTP server in steps, so that the sender can commit what it is about to do before it does it."""

from __future__ import annotations

import json
import re
import smtplib
import ssl
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import punycode

from backend.outbox.transports import Refused, Reply, Transport, Undeliverable, Unknown, Unreachable

# In answer to RCPT, these speak of the connection or of us, and not of the recipient: 421 closing down, 503 out of order
# (RFC 5321), 530 to 538 who we are (RFC 4954).
ABOUT_THE_SESSION = frozenset({421, 503, 530, 534, 535, 538})


class SMTPTransport(Transport):
    """One connection, kept for several messages. Settings: Django's EMAIL_HOST, EMAIL_PORT and so on."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._begun = False  # a message that was not handed over

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def begin(self, sender: str, recipient: str) -> None:
        """Up to, and not including, DATA; `sender` is ASCII. Raises Refused for what the server says of the recipient,
        Undeliverable for an address that can't be written to, and Unreachable for everything else: who we are, what we
        send as, or a connection that breaks is no mail's fault."""
        to = ascii_domain(recipient)
        try:
            code, reply = self._announced(sender, to)
            if _accepted(code):
                return
            if code in ABOUT_THE_SESSION or not 400 <= code < 600:
                raise Unreachable(_words(code, reply))
        except Unreachable:
            self.close()
            raise
        raise _refused(code, reply)  # and no RSET, which could fail: the next mail begins with one

    def prepare(self, message: EmailMultiAlternatives) -> bytes:
        """As it goes over the wire. Amazon gives it another Message-ID, and tells ours back only from a header like this."""
        if settings.EMAIL_PROVIDER == "ses":
            message.extra_headers["X-Metadata"] = json.dumps({"mail": message.extra_headers["Message-ID"]})
        return over_the_wire(message)

    def hand_over(self, message: bytes) -> Reply:
        """DATA and the message; returns the server's reply to it. Raises Refused for a clear no, and Unknown for whatever
        may have been a yes: a mail that was accepted must not be sent again."""
        assert self._smtp is not None  # begin() came first
        try:
            code, reply = self._smtp.data(message)
        except smtplib.SMTPDataError as error:  # in answer to DATA itself, before the message
            raise self._judged(error.smtp_code, error.smtp_error) from error
        except OSError as error:
            self.close()
            raise Unknown(_reason(error)) from error
        if _accepted(code):
            self._begun = False
            return _accepted_reply(_words(code, reply))
        raise self._judged(code, reply)

    def _judged(self, code: int, reply: bytes | str) -> Refused | Unknown:
        """What an answer after DATA is that isn't a yes."""
        if 400 <= code < 600:
            return _refused(code, reply)
        self.close()  # what comes next over this connection could mean anything
        return Unknown(_words(code, reply))

    def _announced(self, sender: str, to: str) -> tuple[int, bytes]:
        """Announce the mail over the connection that there is, or over a new one; what is said to RCPT. Raises
        Undeliverable, and Unreachable for whatever is not about the recipient."""
        if self._smtp is not None:
            # It may have been closed for its age, or have taken as many mails as it takes: open another.
            with suppress(OSError):
                if not self._begun or self._smtp.rset()[0] == 250:
                    return self._mail_and_rcpt(self._smtp, sender, to)
            self.close()
        try:
            return self._mail_and_rcpt(self._connect(), sender, to)
        except smtplib.SMTPSenderRefused as refusal:
            raise Unreachable(_words(refusal.smtp_code, refusal.smtp_error)) from refusal
        except (OSError, ValueError) as error:  # ValueError: a host or a password that can't be put into bytes
            raise Unreachable(_reason(error)) from error

    def _mail_and_rcpt(self, smtp: smtplib.SMTP, sender: str, to: str) -> tuple[int, bytes]:
        """What is said to RCPT. Both go at once to a server that takes them so (RFC 2920), which spares each mail the way
        there and back. Raises SMTPSenderRefused for a no to MAIL, after which the connection is not to be used."""
        extensions = [] if to.isascii() else ["SMTPUTF8"]
        if extensions and not smtp.has_extn("smtputf8"):
            raise Undeliverable("The mail server does not offer SMTPUTF8, which this address needs.")
        self._begun = True
        together = smtp.has_extn("pipelining")
        if together:
            mail = " ".join([f"MAIL FROM:{smtplib.quoteaddr(sender)}", *extensions])
            smtp.send(f"{mail}\r\nRCPT TO:{smtplib.quoteaddr(to)}\r\n".encode())
        code, reply = smtp.getreply() if together else smtp.mail(sender, extensions)
        if not _accepted(code):
            raise smtplib.SMTPSenderRefused(code, reply, sender)
        return smtp.getreply() if together else smtp.rcpt(to)

    def _connect(self) -> smtplib.SMTP:
        host, port, timeout = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT
        # Neither kind of TLS looks at the server's certificate without a context that says so.
        if settings.EMAIL_USE_SSL:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(host, port, timeout=timeout)
        self._smtp, self._begun = smtp, False
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()  # what was said before counts no longer
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return smtp


def over_the_wire(message: EmailMultiAlternatives) -> bytes:
    return message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages take it


def ascii_domain(address: str) -> str:
    """The address as it goes over the wire. By IDNA 2003 as Django does it, and not by a newer rule that takes some names
    for others: this is where the code went by which the owner has confirmed it. Raises Undeliverable."""
    local_part, at, domain = address.rpartition("@")
    if not (local_part and at and domain) or not address.isprintable():
        raise Undeliverable("This is no address.")
    try:
        return f"{local_part}@{punycode(domain)}"
    except UnicodeError as error:
        raise Undeliverable(f"There is no such domain: {error}") from error


def _accepted(code: int) -> bool:
    return 200 <= code < 300


def _refused(code: int, reply: bytes | str) -> Refused:
    return Refused(_words(code, reply), temporary=code < 500)


def _accepted_reply(words: str) -> Reply:
    """Amazon SES says under which id it will speak of the mail: `250 Ok 0100…`. Others say what they like."""
    if settings.EMAIL_PROVIDER == "ses" and (match := re.fullmatch(r"250 Ok (\S+)\s*", words)):
        return Reply(words, match[1])
    return Reply(words)


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {text}"[:500]


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
