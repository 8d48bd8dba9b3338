"""Identity tokens (OpenID Connect): who signed it, for which of our apps, for how long, and with our nonce in it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt

from backend.accounts.native_sign_in.issuer_keys import keys_at
from backend.accounts.native_sign_in.nonces import is_ours, take_nonce

# Public-key signatures only: neither "none", nor a MAC made with the public key as its secret.
ALGORITHMS = ("RS256", "ES256")
LEEWAY = timedelta(seconds=30)
LONGEST = 8192


@dataclass(frozen=True)
class Issuer:
    """Who signs, by the names that it goes by, and where its public keys are."""

    names: list[str]
    keys_url: str


@dataclass(frozen=True)
class Identity:
    """Whom the issuer means. An address counts as theirs only if the issuer says that it was verified."""

    subject: str
    email: str
    email_verified: bool


class TokenRefused(Exception):
    code = "invalid_token"


class NonceRefused(TokenRefused):
    """Not ours, too old, used before, or not the token's. The app asks for a fresh nonce and token."""

    code = "invalid_nonce"


def verify_identity_token(token: str, *, issuer: Issuer, audience: str, nonce: str, now: datetime) -> Identity:
    """Raises `TokenRefused`, `NonceRefused` or `IssuerUnavailable`. The nonce is used up only by a token that is right."""
    claims = _signed_claims(token, issuer=issuer, audience=audience)
    said = claims["nonce"]
    # Apps give the issuer the nonce itself (Google) or, as Apple advises, the hexadecimal SHA-256 of it.
    forms = (nonce, sha256(nonce.encode()).hexdigest())
    if not isinstance(said, str) or not any(hmac.compare_digest(said.encode(), form.encode()) for form in forms):
        raise NonceRefused
    if not is_ours(nonce, now=now) or not take_nonce(nonce, now=now):
        raise NonceRefused
    email, verified = claims.get("email"), claims.get("email_verified")
    return Identity(claims["sub"], email if isinstance(email, str) else "", verified is True or verified == "true")


def _signed_claims(token: str, *, issuer: Issuer, audience: str) -> dict[str, Any]:
    try:
        if len(token) > LONGEST:
            raise jwt.DecodeError("too long")
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
            raise jwt.InvalidAlgorithmError("not an algorithm and key of theirs")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys_at(issuer.keys_url).key(header["kid"]),
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer.names,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce"], "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused from error
    return claims
