"""Who asks: strangers, devices that are over, staff with the wrong key."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from tests.contract import DocumentedClient
from tests.security.lives import Life

PASSWORD = "a quiet walk by the river"


def bearer(token: str) -> DocumentedClient:
    client = DocumentedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def cookie_of(user: User) -> DocumentedClient:
    client = DocumentedClient()
    client.force_login(user)
    return client


def staff(*, is_superuser: bool = False) -> User:
    address = f"{uuid.uuid4()}@staff.example.org"
    return User.objects.create_user(address, PASSWORD, is_staff=True, is_superuser=is_superuser)


def token_of(user: User) -> str:
    """A token of a device of its own."""
    token, now = uuid.uuid4().hex, timezone.now()
    device = Device.objects.create(user=user, last_seen_at=now)
    issue_token(device, token, now=now, first_used_at=now)
    return token


def _with_cookie(value: str) -> DocumentedClient:
    client = DocumentedClient()
    client.cookies["sessionid"] = value
    return client


NOBODIES: dict[str, Callable[[Life], DocumentedClient]] = {
    "anonymous": lambda owner: DocumentedClient(),
    "revoked device": lambda owner: bearer(owner.tokens["revoked"]),
    "ended device": lambda owner: bearer(owner.tokens["ended"]),
    "idle device": lambda owner: bearer(owner.tokens["idle"]),
    "forged token": lambda owner: bearer(owner.phone.token[:-1]),
    "superuser's cookie": lambda owner: cookie_of(staff(is_superuser=True)),
    "owner's token as a cookie": lambda owner: _with_cookie(owner.phone.token),
}
"""Who is nobody to the API."""

OTHERS: dict[str, Callable[[Life], User]] = {
    "other participant": lambda other: other.user,
    "staff's token": lambda other: staff(),
    "superuser's token": lambda other: staff(is_superuser=True),
}
"""Who is somebody else to the API."""
