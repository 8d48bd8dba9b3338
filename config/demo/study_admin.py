"""A member of staff for the demo."""

from __future__ import annotations

import secrets
from pathlib import Path

from backend.accounts.models import User

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
        User.objects.create_superuser(EMAIL, password, display_name="Demo staff")
    elif not user.check_password(password):
        user.set_password(password)
        user.save()
    return password
