"""Addresses that get no bulk mail any more: mail to them came back for good, or somebody there called it spam.

Only a keyed hash of each is kept, so the list names nobody; and it is nobody's row, so it outlives an erasure: whoever signs up
anew with an address that bounced is not written to until the address was confirmed anew.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.utils.encoding import punycode

from backend.outbox.keys import accepted_keys, current_key
from backend.outbox.models import SuppressedAddress, SuppressionReason


def suppress(address: str, reason: SuppressionReason, *, at: datetime) -> None:
    """Safe to call twice; a complaint outranks mail that came back. In the caller's transaction."""
    row, new = SuppressedAddress.objects.get_or_create(
        address_hash=_hash(current_key("suppression"), address), defaults={"reason": reason, "since": at}
    )
    if not new and reason == SuppressionReason.COMPLAINED != row.reason:
        SuppressedAddress.objects.filter(pk=row.pk).update(reason=reason)


def suppressions_of(addresses: Iterable[str]) -> dict[str, SuppressedAddress]:
    """Which of these are stopped, and why. Two queries at most."""
    keys = accepted_keys("suppression")
    hashes = {address: [_hash(key, address) for key in keys] for address in addresses}  # two spellings may share one
    asked = [one for each in hashes.values() for one in each]
    rows = SuppressedAddress.objects.filter(address_hash__in=asked) if asked else ()
    found = {bytes(row.address_hash): row for row in rows}
    return {address: found[one] for address, each in hashes.items() for one in each if one in found}


def suppression_of(address: str) -> SuppressedAddress | None:
    return suppressions_of([address]).get(address)


def lift(address: str) -> int:
    """Write to an address again; returns 0 if it wasn't stopped."""
    return SuppressedAddress.objects.filter(address_hash__in=_hashes(address)).delete()[0]


def _hashes(address: str) -> list[bytes]:
    return [_hash(key, address) for key in accepted_keys("suppression")]


def _hash(key: bytes, address: str) -> bytes:
    return hmac.digest(key, _normalised(address).encode("utf-8", "surrogatepass"), hashlib.sha256)


def _normalised(address: str) -> str:
    """The same for every way to write an address, and for its domain in Unicode or not, as providers answer."""
    local_part, at, domain = unicodedata.normalize("NFKC", address).strip().casefold().rpartition("@")
    try:
        return f"{local_part}{at}{punycode(domain)}"
    except UnicodeError:
        return f"{local_part}{at}{domain}"
