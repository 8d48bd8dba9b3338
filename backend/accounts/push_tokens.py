"""Push tokens: each belongs to one device, the last one that registered it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.models import Device, PushToken


@transaction.atomic
def register_push_token(device: Device, *, provider: str, token: str, now: datetime) -> None:
    """From now on this device gets its pushes there, and nobody else does. A device signed out meanwhile registers nothing.

    The device's lock is the one that signing it out takes, so its token is either seen and removed, or never written.
    """
    if not Device.objects.select_for_update(no_key=True).filter(pk=device.pk, revoked_at=None).exists():
        return
    token_hash = hashlib.sha256(token.encode()).digest()
    PushToken.objects.filter(device=device).exclude(provider=provider, token_hash=token_hash).delete()
    row = PushToken(
        user_id=device.user_id, device=device, provider=provider, token=token, token_hash=token_hash, registered_at=now
    )
    PushToken.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["provider", "token_hash"],
        update_fields=["user", "device", "registered_at"],
    )


def forget_push_token(device: Device) -> None:
    PushToken.objects.filter(device=device).delete()


def reachable(*, now: datetime) -> QuerySet[PushToken]:
    """Tokens of devices that are signed in, whose owners' accounts can be used."""
    return PushToken.objects.filter(device__in=Device.objects.signed_in(now=now), user__is_active=True)
