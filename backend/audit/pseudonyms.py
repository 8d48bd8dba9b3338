"""Participants in the audit: a keyed pseudonym each, which nobody can undo without the participant's own key."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from backend.audit.models import ParticipantKey

BYTES = 16
# Only the row that is really there counts: of two that make one's key at the same instant, the second reads the first's.
MAKE = """
INSERT INTO audit_participantkey (user_id, key) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
ON CONFLICT DO NOTHING RETURNING user_id, key"""


def pseudonyms(users: Iterable[UUID]) -> dict[UUID, bytes]:
    """The pseudonym of each, 16 bytes. Two queries at most, unless somebody else makes one of these at this instant."""
    wanted = set(users)
    keys = _known(wanted)
    while missing := sorted(wanted - keys.keys()):
        with connection.cursor() as cursor:
            cursor.execute(MAKE, [missing, [secrets.token_bytes(32) for _ in missing]])
            keys |= {user: bytes(key) for user, key in cursor.fetchall()}
        if made_elsewhere := wanted - keys.keys():
            keys |= _known(made_elsewhere)
    return {user: pseudonym(key, user) for user, key in keys.items()}


def known_pseudonym(user: UUID) -> bytes | None:
    """That of somebody who has been in the audit; makes none."""
    key = _known({user}).get(user)
    return None if key is None else pseudonym(key, user)


def pseudonym(key: bytes, user: UUID) -> bytes:
    return hmac.digest(key, user.bytes, hashlib.sha256)[:BYTES]


def _known(users: set[UUID]) -> dict[UUID, bytes]:
    if not users:
        return {}
    rows = ParticipantKey.objects.filter(user_id__in=users).values_list("user_id", "key")
    return {user: bytes(key) for user, key in rows}
