"""Engram's settings, with a password hasher that keeps count."""

import os

from backend.limits import redis_counters
from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.security.counted_hasher.CountedHasher"]
redis_counters.PATIENCE = float(os.environ.get("REDIS_PATIENCE", redis_counters.PATIENCE))
