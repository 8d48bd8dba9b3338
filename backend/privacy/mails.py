"""Mails about one's own data. The request goes through the outbox; a code and the farewell go out at once, for a code is not
to lie in a table that staff read, and after an erasure there is no row left to keep an address in."""

from __future__ import annotations

import smtplib
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import dateformat, translation
from django.utils.html import linebreaks
from django.utils.translation import gettext

from backend.accounts.models import User
from backend.languages import DEFAULT_LANGUAGE, closest_language
from backend.outbox.kinds import RenderedMail, register_kind

logger = structlog.get_logger(__name__)

ERASURE_REQUESTED = "erasure_requested"


def local_time(moment: datetime, zone: str) -> str:
    """For people, in the active language: `Tuesday 1 December 2026, 15:30 (Europe/Helsinki)`."""
    # Translators: how a day and a time are written, in the letters of Django's date filter.
    form = gettext("l j F Y, H:i")
    return f"{dateformat.format(moment.astimezone(ZoneInfo(zone)), form)} ({zone})"


def erasure_requested_context(erases_at: datetime, user: User) -> dict[str, Any]:
    return {
        "erases_at": erases_at.isoformat(),
        "time_zone": user.home_time_zone,
        "language": closest_language(user.language),
    }


def render_erasure_requested(context: dict[str, Any]) -> RenderedMail:
    with translation.override(context.get("language", DEFAULT_LANGUAGE)):
        erases_at = context["erases_at"]
        if "time_zone" in context:  # rows from before there were languages hold the words
            erases_at = local_time(datetime.fromisoformat(erases_at), context["time_zone"])
        filling = {"erases_at": erases_at, "page": f"{settings.PUBLIC_URL}/account/erase"}
        text = render_to_string("privacy/mail/erasure_requested.txt", filling)
        return RenderedMail(gettext("Your account will be erased"), text, linebreaks(text, autoescape=True))


def send_code_mail(address: str, code: str, *, language: str) -> None:
    """Raises what the mail backend raises."""
    with translation.override(language):
        text = render_to_string("privacy/mail/erasure_code.txt", {"code": code})
        subject = gettext("Engram: your code")
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address]).send()


def send_farewell(address: str, user_id: UUID, *, language: str) -> None:
    """The last mail, once. If it can't be sent there is nowhere left to keep it, so it is let go."""
    with translation.override(language):
        text = render_to_string("privacy/mail/erased.txt")
        subject = gettext("Your account has been erased")
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except (smtplib.SMTPException, AnymailError, OSError) as error:
        logger.warning("farewell_not_sent", user=str(user_id), reason=type(error).__name__)


def register_kinds() -> None:
    register_kind(ERASURE_REQUESTED, render_erasure_requested)
