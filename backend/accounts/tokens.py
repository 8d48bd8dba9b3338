"""Device tokens: one opaque 256-bit token per signed-in app, stored as its SHA-256.

The same token goes in `X-Session-Token` to the sign-in endpoints (django-allauth headless) and in `Authorization: Bearer`
to the API. While somebody is signing in, the token stands for an allauth session; once signed in, the device row alone
decides, with no server session behind it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.headless.internal import sessionkit
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.models import Device


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: 32 bytes. A plain hash is enough, because the token itself is 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def expiry(*, now: datetime) -> datetime:
    return now + timedelta(days=settings.DEVICE_TOKEN_LIFETIME_DAYS)


class DeviceTokenStrategy(AbstractTokenStrategy):  # type: ignore[misc]
    """How allauth makes and looks up the token of an app."""

    def create_session_token(self, request: HttpRequest) -> str:
        if not request.session.session_key:
            request.session.save()
        session_key = request.session.session_key or ""
        user_id = UUID(known) if (known := request.session.get(SESSION_KEY)) else None
        now = timezone.now()
        token = self.get_session_token(request)
        if token:
            # The session behind a token may get a new key; the token stays, unless it has just come to stand for
            # somebody: then a fresh one replaces it, so that nothing handed out before signing in is worth anything after.
            kept = Device.objects.usable(now=now).filter(token_hash=token_hash(token), user=user_id)
            if kept.update(session_key=session_key):
                return str(token)
            Device.objects.filter(token_hash=token_hash(token), user=None).delete()
        token = secrets.token_urlsafe(32)
        Device.objects.create(
            user_id=user_id,
            token_hash=token_hash(token),
            session_key=session_key,
            name=request.headers.get("User-Agent", "")[:80],
            last_seen_at=now,
            expires_at=expiry(now=now),
        )
        return token

    def lookup_session(self, session_token: str) -> SessionBase | None:
        device = Device.objects.usable(now=timezone.now()).filter(token_hash=token_hash(session_token)).first()
        if device is None or not device.session_key:
            return None
        session: SessionBase | None = sessionkit.lookup_session(device.session_key)
        return session


def revoke_device_of_request(sender: object, request: HttpRequest | None, **kwargs: Any) -> None:
    """Signing out revokes the device whose token the request carried."""
    token = request.headers.get("X-Session-Token") if request is not None else None
    if token:
        Device.objects.filter(token_hash=token_hash(token)).update(revoked_at=timezone.now())
