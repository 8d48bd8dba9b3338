"""What an authenticator app does."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.accounts.app import App


def secret_of(app: App) -> str:
    answer = app.get("account/authenticators/totp")
    assert answer.status_code == 404, answer.content
    secret: str = answer.json()["meta"]["secret"]
    return secret


def code_for(secret: str, *, steps: int = 0) -> str:
    """The code of now, or of some steps of 30 seconds later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))
