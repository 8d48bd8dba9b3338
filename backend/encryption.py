"""Encryption of what the database holds and nobody reads there.

The keys are made from SECRET_KEY, one for each purpose; after a change of it, earlier ones (SECRET_KEY_FALLBACKS) still
decrypt.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def ciphers(purpose: str) -> MultiFernet:
    """The newest key encrypts, all of them decrypt. Raises InvalidToken from `decrypt` if the key is gone."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac(purpose, "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
