"""Mails about one's own data. They go through the outbox, all but the farewell: after an erasure there is no row left to keep
an address in."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import dateformat, translation
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext

from backend.accounts.addresses import with_confirmed_address
from backend.accounts.models import User
from backend.languages import DEFAULT_LANGUAGE, closest_language
from backend.outbox.enqueuing import NewMail, enqueue, send_letter, send_soon
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.sealed import Letter

logger = structlog.get_logger(__name__)

ERASURE_REQUESTED = "erasure_requested"
ERASURE_CANCELLED = "erasure_cancelled"
EXPORT_READY = "export_ready"


def local_time(moment: datetime, zone: str) -> str:
    """For people, in the active language: `Tuesday 1 December 2026, 15:30 (Europe/Helsinki)`."""
    # Translators: how a day and a time are written, in the letters of Django's date filter.
    form = gettext("l j F Y, H:i")
    return f"{dateformat.format(moment.astimezone(ZoneInfo(zone)), form)} ({zone})"


def tell(user: User, kind: str, about: UUID, *, now: datetime, until: datetime | None, **context: str) -> None:
    """Enqueue the mail of this kind about one request of theirs, to a confirmed address, in the caller's transaction."""
    if not with_confirmed_address([user.pk]):
        return
    context |= {"time_zone": user.home_time_zone, "language": closest_language(user.language)}
    enqueue([NewMail(user.pk, kind, f"{kind}:{about}", context, now, until)])
    send_soon()


def render_erasure_requested(context: dict[str, Any]) -> RenderedMail:
    with translation.override(context.get("language", DEFAULT_LANGUAGE)):
        erases_at = context["erases_at"]
        if "time_zone" in context:  # rows from before there were languages hold the words
            erases_at = local_time(datetime.fromisoformat(erases_at), context["time_zone"])
        filling = {"erases_at": erases_at, "page": f"{settings.PUBLIC_URL}/account/erase"}
        text = render_to_string("privacy/mail/erasure_requested.txt", filling)
        return _mail(gettext("Your account will be erased"), text)


def render_erasure_cancelled(context: dict[str, Any]) -> RenderedMail:
    with translation.override(context["language"]):
        filling = {"page": f"{settings.PUBLIC_URL}/account/erase"}
        text = render_to_string("privacy/mail/erasure_cancelled.txt", filling)
        return _mail(gettext("Your account stays"), text)


def _mail(subject: str, text: str) -> RenderedMail:
    """Its HTML says the same, with addresses to click."""
    text = text.strip()
    return RenderedMail(subject, f"{text}\n", linebreaks(urlize(text, autoescape=True)))


def send_code_mail(user: User, code: str, *, lifetime: timedelta) -> None:
    with translation.override(closest_language(user.language)):
        text = render_to_string("privacy/mail/erasure_code.txt", {"code": code})
        letter = Letter(user.email, gettext("Engram: your code"), text)
    send_letter(user.pk, "erasure_code", letter, lifetime=lifetime)


def render_export_ready(context: dict[str, Any]) -> RenderedMail:
    with translation.override(context["language"]):
        ends = local_time(datetime.fromisoformat(context["expires_at"]), context["time_zone"])
        app = settings.APP_URL if settings.APP_URL != settings.PUBLIC_URL else ""  # without an app, that is the API
        text = render_to_string("privacy/mail/export_ready.txt", {"ends": ends, "app": app})
        return _mail(gettext("Your data is ready to download"), text)


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
    register_kind(ERASURE_CANCELLED, render_erasure_cancelled)
    register_kind(EXPORT_READY, render_export_ready)
