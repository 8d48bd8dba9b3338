"""A participant's weekly mail as it would be written this moment: to be looked at, never stored or sent."""

from __future__ import annotations

from typing import Any

from backend.accounts.models import User
from backend.languages import closest_language
from backend.outbox.models import OutgoingMail
from backend.outbox.sending import build_message
from backend.outbox.smtp import over_the_wire
from tracker.guidance.published import published_library
from tracker.scoring.weeks import Week
from tracker.summary_documents import mail_context
from tracker.summary_sources import KIND, read_sources


def previewed_context(user: User, week: Week, language: str | None = None) -> dict[str, Any]:
    """What the mail of that week would be filled with; in their own language if no other is named. Reads, writes nothing."""
    key, library = (user.pk, week), published_library()
    sources = read_sources([key], library.codes)[key]
    return mail_context(user, sources, library, language or closest_language(user.language))


def previewed_message(user: User, context: dict[str, Any]) -> bytes:
    """The whole message, as it would go over the wire."""
    mail = OutgoingMail(user=user, kind=KIND, context=context, message_id="<preview@engram>")
    return over_the_wire(build_message(mail, user.email))
