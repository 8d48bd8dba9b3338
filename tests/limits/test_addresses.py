"""Whose address is counted: never one that the caller wrote."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from backend.limits.subjects import account_subject, client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "connection", "counted"),
    [
        (0, "", "192.0.2.1", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.2", "10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "not an address", "10.0.0.1", "10.0.0.1"),
        (1, "198.51.100.7:4711", "10.0.0.1", "198.51.100.7"),
        (1, "[2001:db8:1:2:3:4:5:6]:4711", "10.0.0.1", "2001:db8:1:2::"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (0, "", "2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        (0, "", "2001:db8:1:3::1", "2001:db8:1:3::"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (0, "", "", "unknown"),
        (0, "", "unix:", "unknown"),
    ],
)
def test_the_address_that_is_counted(
    settings: Any, proxies: int, forwarded: str, connection: str, counted: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    request.META["REMOTE_ADDR"] = connection
    assert client_address(request) == counted


def test_one_account_is_one_however_its_address_is_written() -> None:
    ways = ["rosa@example.org", " Rosa@Example.ORG ", "ｒｏｓａ@example.org"]  # noqa: RUF001
    assert len({account_subject(way) for way in ways}) == 1
    assert account_subject("rosa@example.org") != account_subject("rosa2@example.org")
    assert "rosa" not in account_subject("rosa@example.org")
