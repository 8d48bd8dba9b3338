"""Second factors through allauth: their secrets are encrypted in the database, and a code counts once.

After a change of SECRET_KEY, `manage.py encrypt_second_factors` brings everything under the new one.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import transaction

from backend.encryption import ciphers

PURPOSE = "backend.accounts.second_factors"
ENCRYPTED = "fernet:"
SECRETS = ("secret", "seed")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return ENCRYPTED + ciphers(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `InvalidToken` if the key is gone. What was stored before encryption is as it is."""
        if not encrypted_text.startswith(ENCRYPTED):
            return encrypted_text
        return ciphers(PURPOSE).decrypt(encrypted_text.removeprefix(ENCRYPTED).encode()).decode()


def encrypt_again(stored: str) -> str:
    """Under the newest key, whichever it was under, or none."""
    adapter = MFAAdapter()
    return adapter.encrypt(adapter.decrypt(stored))


def encrypt_all_again() -> int:
    """Every stored secret, row by row, each under its lock: a code that is used meanwhile stays used."""
    ids = list(Authenticator.objects.filter(type__in=("totp", "recovery_codes")).values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            for row in Authenticator.objects.select_for_update().filter(pk=pk):
                row.data |= {name: encrypt_again(row.data[name]) for name in SECRETS if name in row.data}
                row.save(update_fields=["data"])
    return len(ids)


def keep_code_used(sender: object, user: Any, method: str, **step: Any) -> None:
    """allauth remembers a used code for one period; with a tolerance it would be accepted for longer than that."""
    if method != "mfa" or step.get("type") != Authenticator.Type.TOTP:
        return
    for row in Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP):
        totp = TOTP(row)
        secret = MFAAdapter().decrypt(row.data["secret"])
        accepted_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        for counter in yield_hotp_counters_from_time():
            cache.touch(totp._get_used_cache_key(format_hotp_value(hotp_value(secret, counter))), accepted_for)
