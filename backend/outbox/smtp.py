"""Handing a message to an SMTP server in steps, so that the sender can commit what it is about to do before it does it."""

from __future__ import annotations

import smtplib
import ssl
from types import TracebackType

from django.conf import settings


class Refused(Exception):
    """The server said no, definitely: nothing was accepted. Temporary (4xx) or for good (5xx)."""

    def __init__(self, code: int, reply: bytes | str) -> None:
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        self.temporary = code < 500
        self.reply = f"{code} {text}"[:500]
        super().__init__(self.reply)


class Unreachable(Exception):
    """No connection, or it broke before the message was handed over: nothing was accepted."""


class Unknown(Exception):
    """The connection broke after the message was begun: nobody can say whether it was accepted."""


class SMTPTransport:
    """One connection, kept for several messages. Settings: Django's EMAIL_HOST, EMAIL_PORT and so on."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> SMTPTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def begin(self, sender: str, recipient: str) -> None:
        """Up to, and not including, DATA. Raises Refused or Unreachable."""
        try:
            smtp = self._connection()
            for code, reply in (smtp.mail(sender), smtp.rcpt(recipient)):
                if code not in (250, 251):
                    smtp.rset()
                    raise Refused(code, reply)
        except smtplib.SMTPResponseException as error:
            self.close()
            raise Refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unreachable(f"{type(error).__name__}: {error}"[:500]) from error

    def hand_over(self, message: bytes) -> str:
        """DATA and the message; returns the server's reply to it. Raises Refused or Unknown."""
        assert self._smtp is not None  # begin() came first
        try:
            code, reply = self._smtp.data(message)
        except smtplib.SMTPDataError as error:
            raise Refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unknown(f"{type(error).__name__}: {error}"[:500]) from error
        if code != 250:
            raise Refused(code, reply)
        return f"{code} {reply.decode('utf-8', 'replace')}"[:500]

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is not None:
            try:
                if self._smtp.rset()[0] == 250:  # also forgets a message that was begun and not handed over
                    return self._smtp
            except (smtplib.SMTPException, OSError):
                pass  # the server has closed an idle connection: open another
            self.close()
        kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        smtp = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        self._smtp = smtp
        return smtp
