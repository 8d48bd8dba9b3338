"""The demo's codes are those of RFC 6238, and the admin takes them."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from config.demo.one_time_codes import code, demo_secret
from config.demo.study_admin import EMAIL, demo_admin


@pytest.mark.parametrize(
    ("now", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_examples_of_the_rfc(now: int, expected: str) -> None:
    """Appendix B, SHA-1; the last six of its eight digits."""
    assert code(base64.b32encode(b"12345678901234567890").decode(), now=now) == expected


@pytest.mark.django_db
def test_the_demos_member_of_staff_gets_into_the_admin(tmp_path: Path) -> None:
    cache.clear()
    password = demo_admin(tmp_path)
    assert demo_admin(tmp_path) == password
    client = Client()
    page = client.post("/account/login/?next=/admin/", {"login": EMAIL, "password": password})["Location"]
    client.post(page, {"code": code(demo_secret(tmp_path), now=time.time())})
    assert client.get("/admin/").status_code == 200
    assert (tmp_path / "admin_totp_secret").stat().st_mode & 0o777 == 0o600
