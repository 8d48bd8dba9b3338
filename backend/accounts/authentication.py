"""Who is calling the API: the owner of the device whose token the request carries, in one query."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from backend.accounts.models import DeviceToken, User
from backend.accounts.renewal_header import RENEWAL_DUE
from backend.accounts.tokens import note_use, recognise


def bearer_token(request: Request) -> str | None:
    scheme, _, token = get_authorization_header(request).partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


class DeviceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <device token>`. Cookies mean nothing here. `request.auth` is the token's row."""

    def authenticate(self, request: Request) -> tuple[User, DeviceToken] | None:
        given = bearer_token(request)
        if given is None:
            return None
        now = timezone.now()
        token = recognise(given, now=now)
        note_use(token, now=now)
        if token.renew_after <= now:
            setattr(request._request, RENEWAL_DUE, True)
        return token.device.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
