"""Nonces for identity tokens. We sign them, so that only those that were used have to be kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.core import signing

from backend.accounts.models import UsedNonce

LASTS = timedelta(minutes=10)
CLEARED_AT_ONCE = 10
SALT = "backend.accounts.native_sign_in.nonce"


def new_nonce(*, now: datetime) -> str:
    return signing.dumps([secrets.token_urlsafe(16), int((now + LASTS).timestamp())], salt=SALT)


def is_ours(nonce: str, *, now: datetime) -> bool:
    """Whether we gave it, less than ten minutes ago."""
    try:
        _, ends = signing.loads(nonce, salt=SALT)
    except signing.BadSignature:
        return False
    return bool(now.timestamp() < ends)


def take_nonce(nonce: str, *, now: datetime) -> bool:
    """Use it up. Of any number of callers, one gets True. Each clears away a few that have ended."""
    ended = UsedNonce.objects.filter(expires_at__lte=now).order_by("expires_at")
    UsedNonce.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:CLEARED_AT_ONCE])).delete()
    _, taken = UsedNonce.objects.get_or_create(
        nonce_hash=sha256(nonce.encode()).digest(), defaults={"expires_at": now + LASTS}
    )
    return taken
