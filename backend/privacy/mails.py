"""Mails about one's own data. The request goes through the outbox; a code and the farewell go out at once, for a code is not
to lie in a table that staff read, and after an erasure there is no row left to keep an address in."""

from __future__ import annotations

import smtplib
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.html import linebreaks

from backend.outbox.kinds import RenderedMail, register_kind

logger = structlog.get_logger(__name__)

ERASURE_REQUESTED = "erasure_requested"


def local_time(moment: datetime, zone: str) -> str:
    """For people: `Tuesday 1 December 2026, 15:30 (Europe/Helsinki)`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({zone})"


def render_erasure_requested(context: dict[str, Any]) -> RenderedMail:
    text = render_to_string(
        "privacy/mail/erasure_requested.txt", {**context, "page": f"{settings.PUBLIC_URL}/account/erase"}
    )
    return RenderedMail("Your account will be erased", text, linebreaks(text, autoescape=True))


def send_code_mail(address: str, code: str) -> None:
    """Raises what the mail backend raises."""
    text = render_to_string("privacy/mail/erasure_code.txt", {"code": code})
    EmailMessage("Engram: your code", text, settings.DEFAULT_FROM_EMAIL, [address]).send()


def send_farewell(address: str, user_id: UUID) -> None:
    """The last mail, once. If it can't be sent there is nowhere left to keep it, so it is let go."""
    text = render_to_string("privacy/mail/erased.txt")
    try:
        EmailMessage("Your account has been erased", text, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("farewell_not_sent", user=str(user_id), reason=type(error).__name__)


def register_kinds() -> None:
    register_kind(ERASURE_REQUESTED, render_erasure_requested)
