"""Who carries mails away: by setting."""

from __future__ import annotations

from django.conf import settings

from backend.outbox.http_api import HTTPTransport
from backend.outbox.smtp import SMTPTransport
from backend.outbox.transports import Transport


def open_transport() -> Transport:
    """SMTP, or a provider's HTTP API. `ses` is SMTP too: Amazon's API wants a library of its own, and does no more."""
    return HTTPTransport() if settings.EMAIL_PROVIDER in settings.PROVIDER_BACKENDS else SMTPTransport()
