"""What a changed password or second factor signs out: every other device and browser, from the next request on.

Registered with Django itself, so that it holds whoever changes it: the app, the admin, a command. It happens in the
transaction of the change.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth import HASH_SESSION_KEY
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.devices import TOKEN_HEADER, sign_out_devices, sign_out_token
from backend.accounts.models import User


class PasswordChangeSignsOut:
    """A password validator for the sake of its second method, which Django calls whenever a new password was stored."""

    def validate(self, password: str, user: Any = None) -> None:
        """Any password will do."""

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: Any = None) -> None:
        if isinstance(user, User):
            sign_out_devices(user.pk, now=timezone.now(), except_token=token_in_use(user.pk))


def second_factor_changed(sender: object, instance: Authenticator, created: bool = True, **kwargs: Any) -> None:
    """Added or removed; new recovery codes are a new row. Using one (`created` is False) changes nothing."""
    if not created or kwargs.get("raw"):  # raw: rows as they were, from a dump
        return
    user_id, request = instance.user_id, context.request
    User.objects.filter(pk=user_id).update(second_factor_changes=F("second_factor_changes") + 1)
    sign_out_devices(user_id, now=timezone.now(), except_token=token_in_use(user_id))
    if request is not None and is_made_by(user_id, request):
        request.session[HASH_SESSION_KEY] = User.objects.get(pk=user_id).get_session_auth_hash()


def password_was_reset(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """By code, so the person may have lost control of any device: none stays."""
    sign_out_devices(user.pk, now=timezone.now())


def signed_out(sender: object, request: HttpRequest | None, **kwargs: Any) -> None:
    """Signing out revokes the device whose token the request carried."""
    token = request.headers.get(TOKEN_HEADER) if request is not None else None
    if request is not None and token:
        sign_out_token(token, now=timezone.now())
        request.signed_out = True  # type: ignore[attr-defined]


def token_in_use(user_id: UUID) -> str | None:
    """The token of the device that asks for a change of its own user's credentials, if it is a device that asks."""
    request: HttpRequest | None = context.request
    return request.headers.get(TOKEN_HEADER) if request is not None and is_made_by(user_id, request) else None


def is_made_by(user_id: UUID, request: HttpRequest) -> bool:
    caller = getattr(request, "user", None)
    return caller is not None and caller.pk == user_id
