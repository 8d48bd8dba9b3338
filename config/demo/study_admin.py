"""A member of staff for the demo, with a second factor that needs no phone."""

from __future__ import annotations

import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from backend.accounts.models import User
from config.demo.one_time_codes import demo_secret

EMAIL = "admin@engram.example"


def demo_admin(state: Path) -> str:
    """Make sure that there is one; returns the password, which is made once for each state folder."""
    file = state / "admin_password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12))
    password = file.read_text()
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = User.objects.create_superuser(EMAIL, password, display_name="Demo staff")
    elif not user.check_password(password):
        user.set_password(password)
        user.save()
    EmailAddress.objects.update_or_create(user=user, email=EMAIL, defaults={"verified": True, "primary": True})
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, demo_secret(state))
    return password
