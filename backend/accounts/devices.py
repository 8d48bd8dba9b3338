"""Devices: how they describe themselves, who is signed in on which, and signing them out."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from backend.accounts.models import Device, SignIn, User
from backend.accounts.models.devices import NAME_LENGTH, PLATFORM_LENGTH
from backend.accounts.names import fits_a_name
from backend.accounts.tokens import issue_token, new_token, token_hash

DESCRIPTION_HEADERS = {
    "name": ("Engram-Device-Name", NAME_LENGTH),
    "platform": ("Engram-Platform", PLATFORM_LENGTH),
    "app_version": ("Engram-App-Version", PLATFORM_LENGTH),
}
TOKEN_HEADER = "X-Session-Token"  # noqa: S105


class StaleSignIn(Exception):
    """The password or a second factor changed while somebody was signing in with the old one."""


def described_by(request: HttpRequest) -> dict[str, str]:
    """What the app says of itself in headers, percent-encoded UTF-8; cut to length, never a reason to refuse."""
    said = {
        field: cleaned(request.headers.get(header, ""), length)
        for field, (header, length) in DESCRIPTION_HEADERS.items()
    }
    return {**said, "name": said["name"] or cleaned(request.headers.get("User-Agent", ""), NAME_LENGTH)}


def cleaned(header: str, length: int) -> str:
    """One line of visible characters: control and direction characters could disguise a name in a list."""
    text = unquote(header.encode("latin-1", "replace").decode("utf-8", "replace"))
    visible = "".join(character if fits_a_name(character) else " " for character in text)
    return " ".join(visible.split())[:length].rstrip()


@transaction.atomic
def sign_in_device(user_id: UUID, description: dict[str, str], *, session_key: str, proof: str, now: datetime) -> str:
    """A new device of that user; returns its token, which is not stored and can't be had again.

    `proof` is the session's hash of the credentials that somebody signed in with. They are compared under the user's
    lock, so that a sign-in with an old password ends as `StaleSignIn` or is signed out by the change, never in between.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not constant_time_compare(proof, user.get_session_auth_hash()):
        raise StaleSignIn
    device = Device.objects.create(user=user, session_key=session_key, last_seen_at=now, **description)
    token = new_token()
    issue_token(device, token, now=now, first_used_at=now)
    return token


def sign_out_devices(user_id: UUID, *, now: datetime, except_token: str | None = None) -> int:
    """All devices of a user but the one with that token, at once. Sign-ins under way don't count: they open nothing."""
    devices = Device.objects.filter(user_id=user_id)
    if except_token is not None:
        devices = devices.exclude(tokens__token_hash=token_hash(except_token))
    return devices.revoke(now=now)


def sign_out_token(token: str, *, now: datetime) -> None:
    """The device with that token, or the sign-in that it stands for."""
    Device.objects.filter(tokens__token_hash=token_hash(token)).revoke(now=now)
    SignIn.objects.filter(token_hash=token_hash(token)).delete()
