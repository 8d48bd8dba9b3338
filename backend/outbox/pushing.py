"""Push notifications by the steps of `claims.py`: at most once, as mail.

A row says which device and what; where that device is reached is looked up when it is sent, so nothing goes to one that has
signed out, or whose token has moved, meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from backend.accounts.models import PushToken
from backend.accounts.push_tokens import reachable
from backend.outbox import claims
from backend.outbox.fcm import FCM, ServiceAccount, Verdict
from backend.outbox.models import MailState, OutgoingPush
from backend.outbox.transports import Unreachable

NOWHERE = "The device is signed out, or has taken its registration back."


@dataclass(frozen=True, slots=True)
class NewPush:
    """A push to one device: the only one with its `dedupe_key`, ever.

    `kind` is also what it collapses with and the key of the app's own text; `data` is all that it says: ids, and nothing else.
    """

    user_id: UUID
    device_id: UUID
    kind: str
    dedupe_key: str
    data: dict[str, str]
    not_before: datetime
    expires_at: datetime
    perhaps_sent: bool = False


def pushes_are_on() -> bool:
    return settings.FCM_SERVICE_ACCOUNT is not None


def enqueue_pushes(pushes: Iterable[NewPush]) -> None:
    """Write pushes into the outbox, in the caller's transaction; those that were there already stay as they are."""
    OutgoingPush.objects.bulk_create(
        [
            OutgoingPush(
                user_id=push.user_id,
                device_id=push.device_id,
                kind=push.kind,
                dedupe_key=push.dedupe_key,
                data=push.data,
                next_attempt_at=push.not_before,
                expires_at=push.expires_at,
                **({"state": MailState.UNKNOWN, "last_reply": claims.PERHAPS_SENT} if push.perhaps_sent else {}),
            )
            for push in pushes
        ],
        ignore_conflicts=True,
    )


def send_pushes() -> int:
    """Send what is due, until nothing is; returns how many were accepted. Any number of these may run at once."""
    claims.settle_abandoned(OutgoingPush)
    key_file = settings.FCM_SERVICE_ACCOUNT
    if key_file is None:
        return 0
    sent = 0
    with FCM(ServiceAccount.read(key_file), base_url=settings.FCM_BASE_URL, timeout=settings.FCM_TIMEOUT) as fcm:
        while pushes := claims.claim(OutgoingPush):
            for number, push in enumerate(pushes):
                try:
                    sent += send_push(push, fcm)
                except Unreachable as error:
                    claims.put_off(pushes[number:], str(error))
                    return sent
    return sent


def send_push(push: OutgoingPush, fcm: FCM) -> bool:
    """Take one claimed push as far as it goes. True if it was accepted. Raises Unreachable: nothing has happened yet."""
    now = timezone.now()
    token = reachable(now=now).filter(device=push.device_id, user=push.user_id).first()
    if token is None:
        claims.give_up(push, NOWHERE)
        return False
    fcm.prepare()
    if not claims.start(push):
        return False  # somebody else has taken the lease over, or its time has passed meanwhile
    answer = fcm.hand_over(message_for(push, token.token, now=now))
    match answer.verdict:
        case Verdict.ACCEPTED:
            return claims.finish(push, MailState.SENT, last_reply=answer.reply)
        case Verdict.GONE:
            PushToken.objects.filter(pk=token.pk, token_hash=token.token_hash).delete()
            claims.finish(push, MailState.CANCELLED, last_reply=answer.reply)
        case Verdict.REFUSED:
            claims.put_back(push, answer.reply, for_good=True)
        case Verdict.LATER:
            claims.put_back(push, answer.reply, for_good=False, not_before=answer.retry_after)
        case Verdict.NOT_US:
            raise Unreachable(answer.reply)
        case Verdict.UNKNOWN:
            claims.in_doubt(push, answer.reply)
    return False


def message_for(push: OutgoingPush, token: str, *, now: datetime) -> dict[str, Any]:
    """As FCM takes it. The words are the app's own, found by the kind: none leave the server."""
    assert push.expires_at is not None
    seconds = max(int((push.expires_at - now).total_seconds()), 0)
    return {
        "token": token,
        "data": push.data,
        "android": {
            "collapse_key": push.kind,
            "ttl": f"{seconds}s",
            "notification": {"title_loc_key": push.kind, "tag": push.kind},
        },
        "apns": {
            "headers": {"apns-collapse-id": push.kind, "apns-expiration": str(int(push.expires_at.timestamp()))},
            "payload": {"aps": {"alert": {"title-loc-key": push.kind}}},
        },
    }
