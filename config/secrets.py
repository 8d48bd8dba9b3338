"""Secrets from the environment or from files, and the refusal to start on weak ones."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MIN_KEY_LENGTH = 50
MIN_KEY_BITS = 200
MIN_PASSWORD_LENGTH = 8
SAMPLES = ("change-me", "changeme", "demo-only", "django-insecure", "example", "password")
SAMPLE_PASSWORDS = frozenset(
    {"password", "postgres", "engram", "secret", "changeme", "change-me", "admin", "redis", "test"}
)
SERVICE_ACCOUNT_KEYS = ("project_id", "client_email", "private_key_id", "private_key", "token_uri")
HOW = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(64))"'


def secret(name: str, default: str = "") -> str:
    """The variable `NAME`, or what stands in the file that `NAME_FILE` names, as container secrets are given.

    Raises ImproperlyConfigured if both are given, or the file can't be read.
    """
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if not file:
        return default if value is None else value
    if value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: which one is meant?")
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE can't be read: {type(error).__name__}.") from error


def service_account(name: str, text: str) -> dict[str, Any] | None:
    """The key file of a Google service account, or None if there is none. Raises ImproperlyConfigured, without quoting it."""
    if not text:
        return None
    try:
        document = json.loads(text)
        missing = [key for key in SERVICE_ACCOUNT_KEYS if not isinstance(document[key], str)]
    except (ValueError, TypeError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} is no key file of a service account: {type(error).__name__}.") from None
    if missing:
        raise ImproperlyConfigured(f"{name} is no key file of a service account: {', '.join(missing)}.")
    return dict(document)


def refuse_weak_keys(key: str, fallbacks: Sequence[str]) -> None:
    """Raises ImproperlyConfigured, without saying any of them."""
    if _is_weak(key):
        raise ImproperlyConfigured(
            f"SECRET_KEY must be a random secret of at least {MIN_KEY_LENGTH} characters, and no sample. {HOW}"
        )
    if any(_is_weak(fallback) for fallback in fallbacks):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS has a weak key: whoever guesses it signs as well as we do.")
    if key in fallbacks or len(set(fallbacks)) < len(fallbacks):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS has a key twice, or the one in use: that is no rotation.")


def refuse_weak_key(name: str, key: str) -> None:
    """The same for a key that need not be given."""
    if key and _is_weak(key):
        raise ImproperlyConfigured(
            f"{name} must be a random secret of at least {MIN_KEY_LENGTH} characters, and no sample, or not be given. {HOW}"
        )


def refuse_weak_password(name: str, url: str) -> None:
    """Raises ImproperlyConfigured for a sample or a short password in the address of a server. None at all is let pass: a
    server may know its callers by other means."""
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    if not password:
        return
    if len(password) < MIN_PASSWORD_LENGTH or password.lower() in SAMPLE_PASSWORDS or password == parts.username:
        raise ImproperlyConfigured(f"The password in {name} is a sample or too short. {HOW}")


def _is_weak(key: str) -> bool:
    sample = any(sample in key.lower() for sample in SAMPLES)
    return len(key) < MIN_KEY_LENGTH or sample or _bits(key) < MIN_KEY_BITS


def _bits(text: str) -> float:
    """Shannon's measure of the characters: what somebody would have to guess who knew how often each occurs."""
    counts = Counter(text).values()
    return -sum(count * math.log2(count / len(text)) for count in counts)
