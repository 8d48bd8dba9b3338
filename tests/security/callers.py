"""Who asks: strangers, devices that are over, staff with the wrong key."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

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


def nobodies(owner: Life) -> dict[str, DocumentedClient]:
    """Who is nobody to the API."""
    cookie = DocumentedClient()
    cookie.cookies["sessionid"] = owner.phone.token
    return {
        "anonymous": DocumentedClient(),
        "revoked device": bearer(owner.tokens["revoked"]),
        "ended device": bearer(owner.tokens["ended"]),
        "idle device": bearer(owner.tokens["idle"]),
        "forged token": bearer(owner.phone.token[:-1]),
        "superuser's cookie": cookie_of(staff(is_superuser=True)),
        "owner's token as a cookie": cookie,
    }


def others(other: Life) -> dict[str, Callable[[], DocumentedClient]]:
    """Who is somebody else to the API, to be signed in anew whenever a request may have signed out."""
    people = {"other participant": other.user, "staff's token": staff(), "superuser's token": staff(is_superuser=True)}
    return {name: partial(_newly_signed_in, person) for name, person in people.items()}


def _newly_signed_in(user: User) -> DocumentedClient:
    return bearer(token_of(user))
