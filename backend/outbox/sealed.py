"""Mails whose words nobody reads in the database: they hold a code, or go to an address that is no account's.

They are written when they are put into the outbox, and kept encrypted for as long as they are to be sent, with the address.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from backend.encryption import ciphers

PURPOSE = "backend.outbox.sealed"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is written already: to whom, and its words."""

    recipient: str
    subject: str
    text: str


def seal(letter: Letter) -> bytes:
    return ciphers(PURPOSE).encrypt(json.dumps(asdict(letter)).encode())


def unseal(sealed: bytes | memoryview) -> Letter:
    """Raises InvalidToken if it was sealed under a key that is gone."""
    return Letter(**json.loads(ciphers(PURPOSE).decrypt(bytes(sealed))))
