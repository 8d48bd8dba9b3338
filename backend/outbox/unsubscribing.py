"""Links that stop a kind of mail (RFC 8058): signed, without an end, naming a participant and a kind and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from backend.outbox.keys import accepted_keys, current_key
from backend.outbox.kinds import subscription_of

MAC = 32  # bytes
USER = 16


@dataclass(frozen=True, slots=True)
class MailLink:
    """What a link names."""

    user_id: UUID
    kind: str


def unsubscribe_url(user_id: UUID, kind: str) -> str:
    """The page that stops this kind of mail, and what a mail program posts to."""
    return _address("unsubscribe", sign(MailLink(user_id, kind)))


def preferences_url(user_id: UUID, kind: str) -> str:
    """The page with all choices about this kind. Raises ValueError for a kind that can't be stopped."""
    subscription = subscription_of(kind)
    if subscription is None:
        raise ValueError(f"{kind} is no kind of mail that somebody can stop.")
    return _address(subscription.page, sign(MailLink(user_id, kind)))


def links_of(user_id: UUID, kind: str, *, key: bytes | None = None) -> dict[str, str]:
    """What a bulk mail links to, signed once; nothing for a transactional one."""
    subscription = subscription_of(kind)
    if subscription is None:
        return {}
    signed = sign(MailLink(user_id, kind), key=key)
    return {
        "unsubscribe_url": _address("unsubscribe", signed),
        "preferences_url": _address(subscription.page, signed),
    }


def _address(page: str, signed: str) -> str:
    return settings.PUBLIC_URL + reverse(page, args=[signed])


def bulk_headers(kind: str, links: Mapping[str, str]) -> dict[str, str]:
    """What bulk mail says of itself, with its `links_of`; nothing for transactional mail, which has none. One-click is for
    HTTPS only, as RFC 8058 wants."""
    if not links:
        return {}
    url = links["unsubscribe_url"]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "List-Unsubscribe": f"<{url}>",
        "List-Id": f"<{kind.replace('_', '-')}.{domain}>",
        "Feedback-ID": f"{kind}:{domain}",
        "Precedence": "bulk",
    }
    if url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def sign(link: MailLink, *, key: bytes | None = None) -> str:
    content = link.user_id.bytes + link.kind.encode()
    return _encoded(_mac(key or current_key("unsubscribe"), content) + content)


def read_link(signed: str) -> MailLink | None:
    """What a link names, or None if it isn't one of ours to the last character."""
    try:
        raw = base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
    except (binascii.Error, ValueError):
        return None
    mac, content = raw[:MAC], raw[MAC:]
    if len(content) <= USER or _encoded(raw) != signed:
        return None
    if not any(hmac.compare_digest(mac, _mac(key, content)) for key in accepted_keys("unsubscribe")):
        return None
    return MailLink(UUID(bytes=content[:USER]), content[USER:].decode())


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
