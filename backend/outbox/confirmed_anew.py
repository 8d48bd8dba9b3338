"""Whoever has entered a code that was mailed to an address reads what comes there: bulk mail to it may go on.

Codes go out whether or not an address is stopped: by signing up, changing the address, or setting a new password.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from backend.accounts.models import User
from backend.outbox.suppression import lift


def on_email_confirmed(email_address: EmailAddress, **more: Any) -> None:
    lift(email_address.email)


def on_password_reset(user: User, **more: Any) -> None:
    lift(user.email)
