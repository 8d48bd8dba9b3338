"""The public keys that Apple and Google sign with: fetched when needed, kept for an hour, asked for again sparingly."""

from __future__ import annotations

import time
from functools import lru_cache

from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError

KEPT_SECONDS = 3600
# A key id that is not among the kept ones may be new: fetch again, but not at the pace of whoever makes ids up.
ASKED_AGAIN_AFTER_SECONDS = 60
# While an issuer is away, requests are told at once instead of waiting for it one after the other.
AWAY_SECONDS = 10
TIMEOUT_SECONDS = 5


class IssuerUnavailable(Exception):
    """The issuer's keys can't be had now: nothing was decided about the token, and it can be sent again."""


class IssuerKeys:
    """One issuer's keys, in the memory of the process."""

    def __init__(self, address: str) -> None:
        self.client = PyJWKClient(
            address,
            cache_jwk_set=True,
            lifespan=KEPT_SECONDS,
            timeout=TIMEOUT_SECONDS,
            cooldown_duration=ASKED_AGAIN_AFTER_SECONDS,
        )
        self.away_until = 0.0

    def key(self, key_id: str) -> PyJWK:
        """Raises `IssuerUnavailable`, or `PyJWKClientError` if the issuer has no such key."""
        if time.monotonic() < self.away_until:
            raise IssuerUnavailable
        try:
            return self.client.get_signing_key(key_id)
        except PyJWKClientConnectionError as error:
            self.away_until = time.monotonic() + AWAY_SECONDS
            raise IssuerUnavailable from error


@lru_cache
def keys_at(address: str) -> IssuerKeys:
    return IssuerKeys(address)
