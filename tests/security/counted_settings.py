"""Engram's settings, with a password hasher that keeps count."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.security.counted_hasher.CountedHasher"]
