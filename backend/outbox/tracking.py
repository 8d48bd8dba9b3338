"""What providers tell of mails that they took: delivered, came back, called spam. Each event counts once, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction
from django.db.models import Q

from backend.outbox.models import MailState, OutgoingMail, SuppressionReason
from backend.outbox.suppression import suppress

logger = structlog.get_logger(__name__)

Happened = Literal["delivered", "bounced", "complained", "delayed"]
KEPT_DELAYS = 50  # of one mail; what comes after is not counted
AHEAD = timedelta(hours=1)  # clocks differ


def what_happened(event: AnymailTrackingEvent) -> Happened | None:
    """None for what is not kept: that somebody opened a mail, or followed a link, is theirs."""
    match event.event_type:
        case EventType.DELIVERED:
            return "delivered"
        case EventType.COMPLAINED:
            return "complained"
        case EventType.DEFERRED:
            return "delayed"
        case EventType.BOUNCED:
            return "bounced" if _for_good(event.esp_event or {}) else "delayed"
        case EventType.REJECTED if event.reject_reason in (RejectReason.BOUNCED, RejectReason.INVALID):
            return "bounced"
        case EventType.REJECTED if event.reject_reason == RejectReason.SPAM:
            return "complained"
    return None


def _for_good(told: Any) -> bool:
    """anymail calls every bounce one. For now are Postmark's SoftBounce, SendGrid's of type blocked, Amazon's but Permanent."""
    bounce = told.get("bounce")
    if isinstance(bounce, dict):
        return bool(bounce.get("bounceType") == "Permanent")
    return str(told.get("Type", "")) != "SoftBounce" and str(told.get("type", "")) != "blocked"


@transaction.atomic
def record_event(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    """Write down an event of a mail of ours; False if it is about none, or is not kept.

    Whatever it says, the provider had accepted the mail: one that was `unknown`, or about to be sent again, is sent. Mail that
    came back for good, or was called spam, stops bulk mail to that address, the first time that it is told.
    """
    happened = what_happened(event)
    if happened is None or (mail := _mail_of(event)) is None:
        return False
    at = _time_of(event, now)
    if happened == "delayed":
        _count_delay(mail, event.event_id or at.isoformat())
    elif getattr(mail, f"{happened}_at") is None:
        setattr(mail, f"{happened}_at", at)
        if happened != "delivered":
            if address := event.recipient or (mail.user and mail.user.email):
                suppress(address, SuppressionReason(happened), at=at)
            logger.warning(f"mail_{happened}", mail=mail.pk)
    if mail.state not in (MailState.SENT, MailState.CANCELLED):
        mail.state, mail.sent_at = MailState.SENT, at
        for name, value in mail.AT_REST.items():
            setattr(mail, name, value)
        mail.last_reply = f"The provider told that it was {happened}."
    mail.provider_id = mail.provider_id or event.message_id or ""
    mail.save()
    return True


def _mail_of(event: AnymailTrackingEvent) -> OutgoingMail | None:
    """By the provider's id; of a mail whose answer was lost, by the Message-ID that went along with it."""
    known = Q(message_id=(event.metadata or {}).get("mail") or "-")
    if event.message_id:
        known |= Q(provider_id=event.message_id)
    return OutgoingMail.objects.select_for_update(of=("self",)).select_related("user").filter(known).first()


def _count_delay(mail: OutgoingMail, event_id: str) -> None:
    if event_id not in mail.delays and len(mail.delays) < KEPT_DELAYS:
        mail.delays = [*mail.delays, event_id[:100]]


def _time_of(event: AnymailTrackingEvent, now: datetime) -> datetime:
    """The provider's, unless it is none that can be."""
    told = event.timestamp
    if not isinstance(told, datetime) or told.tzinfo is None or told > now + AHEAD:
        return now
    return told.astimezone(UTC)
