"""A participant's weekly mail as it would be written this moment: to be looked at, never stored or sent."""

from __future__ import annotations

from typing import Any

from backend.accounts.models import User
from backend.outbox.messages import build_message
from backend.outbox.models import OutgoingMail
from backend.outbox.smtp import over_the_wire
from tracker.summary_sources import KIND


def previewed_message(user: User, context: dict[str, Any]) -> bytes:
    """The whole message, as it would go over the wire."""
    mail = OutgoingMail(user=user, kind=KIND, context=context, message_id="<preview@engram>")
    return over_the_wire(build_message(mail, user.email))
