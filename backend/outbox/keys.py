"""Keys that outlive `SECRET_KEY`: links in mails don't expire, and stopped addresses stay stopped.

Each use has a key of its own. It comes from the setting of that use; without one, from a row that is made at random when it
is first needed. The row's goes on being accepted once there is a setting, so that links in mails of before still work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

from django.conf import settings

from backend.outbox.models import MailKey

Use = Literal["unsubscribe", "suppression"]
_SETTINGS: dict[Use, str] = {"unsubscribe": "UNSUBSCRIBE_KEY", "suppression": "SUPPRESSION_KEY"}


def current_key(use: Use) -> bytes:
    """What is signed with now."""
    given: str = getattr(settings, _SETTINGS[use])
    return _derived(use, given.encode()) if given else _stored(use)


def accepted_keys(use: Use) -> list[bytes]:
    """The current one first; none at all as long as nothing was ever signed. One query."""
    stored = [_derived(use, bytes(key)) for key in MailKey.objects.filter(use=use).values_list("key", flat=True)]
    return [current_key(use), *stored] if getattr(settings, _SETTINGS[use]) else stored


def _stored(use: Use) -> bytes:
    """Of two processes that make it at the same moment, one's row stays."""
    key = MailKey.objects.filter(use=use).values_list("key", flat=True).first()
    if key is None:
        MailKey.objects.bulk_create([MailKey(use=use, key=secrets.token_bytes(32))], ignore_conflicts=True)
        key = MailKey.objects.values_list("key", flat=True).get(use=use)
    return _derived(use, bytes(key))


def _derived(use: Use, secret: bytes) -> bytes:
    """One secret for two uses still makes two keys."""
    return hmac.digest(secret, f"engram:{use}".encode(), hashlib.sha256)
