"""Who is counted: addresses of callers, and accounts under a keyed hash, so that counters name nobody."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64  # what one customer has at the least
HASH_LENGTH = 32


def client_address(request: HttpRequest) -> str:
    """The caller's address: the one that the first trusted proxy saw, never one that the caller wrote.

    Each trusted proxy adds an entry to the end of `X-Forwarded-For`. Whoever comes with fewer entries than there are
    proxies has come past them, and is counted by the address of the connection.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
    if len(forwarded) >= max(proxies, 1):
        try:
            return _counted(ip_address(_without_port(forwarded[-proxies].strip())))
        except ValueError:
            pass  # not an address: the proxy's own is counted
    connection = str(request.META.get("REMOTE_ADDR", ""))
    try:
        return _counted(ip_address(_without_port(connection)))
    except ValueError:
        return "unknown"


def _counted(address: IPv4Address | IPv6Address) -> str:
    """IPv4 addresses one by one, IPv6 by the network that one customer has."""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return str(IPv6Network((int(address), IPV6_PREFIX), strict=False).network_address)
        return str(mapped)
    return str(address)


def _without_port(text: str) -> str:
    """`192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def account_subject(address: str) -> str:
    """The account of a mail address, whether there is one or not: the same for every way to write the address."""
    return keyed_hash("account", unicodedata.normalize("NFKC", address).strip().casefold())


def keyed_hash(kind: str, value: str) -> str:
    """A name in counters for something that they must not hold."""
    key = hashlib.sha256(f"limits:{kind}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:HASH_LENGTH]
