"""Who is calling the API: the owner of the device whose token the request carries, in one query."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.accounts.models import Device, User
from backend.accounts.tokens import token_hash

LAST_SEEN_EVERY = timedelta(hours=1)


class DeviceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <device token>`. Cookies mean nothing here."""

    def authenticate(self, request: Request) -> tuple[User, Device] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        now = timezone.now()
        device = (
            Device.objects.usable(now=now)
            .filter(
                token_hash=token_hash(token.strip().decode("latin-1")),
                last_seen_at__gt=now - timedelta(days=settings.DEVICE_TOKEN_IDLE_DAYS),
                user__is_active=True,
            )
            .select_related("user")
            .first()
        )
        if device is None or device.user is None:
            raise AuthenticationFailed("This device token is not valid.")
        if device.last_seen_at < now - LAST_SEEN_EVERY:
            Device.objects.filter(pk=device.pk).update(last_seen_at=now)
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
