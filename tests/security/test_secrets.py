"""Secrets: from the environment or from files, refused if weak, and changed without anybody being thrown out."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.conftest import Phone, exercise
from tests.staff import make_staff, signed_in

STRONG = secrets.token_urlsafe(64)
OTHER = secrets.token_urlsafe(64)
PASSWORD = secrets.token_urlsafe(16)
SHOW = (
    "import django; django.setup(); from django.conf import settings as s;"
    "print(s.SECRET_KEY, s.SECRET_KEY_FALLBACKS, s.DATABASES['default']['PASSWORD'], s.REDIS_URL, s.EMAIL_HOST_PASSWORD)"
)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in production mode, as every process does before anything else."""
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    given = {
        "SECRET_KEY": STRONG,
        "SECRET_KEY_FALLBACKS": OTHER,
        "DATABASE_URL": f"postgres://engram:{PASSWORD}@db/engram",
        "REDIS_URL": f"redis://:{PASSWORD}@redis/0",
        "EMAIL_URL": f"smtp+tls://user:{PASSWORD}@mail.example.org:587",
    }
    files = {}
    for name, value in given.items():
        (tmp_path / name).write_text(value + "\n")
        files[f"{name}_FILE"] = str(tmp_path / name)
    started = start(**files)
    assert started.stdout.split() == [STRONG, f"['{OTHER}']", PASSWORD, given["REDIS_URL"], PASSWORD], started.stderr
    assert start(**given).stdout == started.stdout


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": STRONG[:49]}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": "x" * 80}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": "abcd" * 20}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": "change-me-" + STRONG}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": settings.DEMO_SECRET_KEY}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": STRONG, "SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS has a weak key"),
        ({"SECRET_KEY": STRONG, "SECRET_KEY_FALLBACKS": f"{OTHER},{STRONG}"}, "SECRET_KEY_FALLBACKS has a key twice"),
        ({"SECRET_KEY": STRONG, "SECRET_KEY_FALLBACKS": f"{OTHER}, {OTHER}"}, "SECRET_KEY_FALLBACKS has a key twice"),
        ({"SECRET_KEY": STRONG, "DATABASE_URL": "postgres://a:postgres@db/a"}, "The password in DATABASE_URL"),
        ({"SECRET_KEY": STRONG, "DATABASE_URL": "postgres://longname:longname@db/a"}, "The password in DATABASE_URL"),
        ({"SECRET_KEY": STRONG, "REDIS_URL": "redis://:redis@redis/0"}, "The password in REDIS_URL"),
        ({"SECRET_KEY": STRONG, "EMAIL_URL": "smtp://user:password@mail.example.org"}, "The password in EMAIL_URL"),
        ({"SECRET_KEY": STRONG, "SECRET_KEY_FILE": "/dev/null"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
        ({"SECRET_KEY_FILE": "/nowhere/at/all"}, "SECRET_KEY_FILE can't be read: FileNotFoundError"),
        ({"SECRET_KEY_FILE": "/dev/null"}, "SECRET_KEY must be a random secret"),
        ({"SECRET_KEY": STRONG, "ENGRAM_RATE_LIMITS": "sign_inn=5/60"}, "ENGRAM_RATE_LIMITS: there is no limit"),
    ],
)
def test_nothing_starts_on_a_weak_secret_and_none_is_printed(environment: dict[str, str], said: str) -> None:
    started = start(**environment)
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {said}" in started.stderr
    for value in environment.values():
        assert value not in started.stderr.partition("ImproperlyConfigured")[2] or len(value) < 6 or "/" in value


@pytest.mark.django_db
def test_a_key_is_changed_without_anybody_being_thrown_out(phone: Phone, last_week: Any, settings: Any) -> None:
    old, new = STRONG, OTHER
    settings.SECRET_KEY = old
    for _ in range(3):
        assert phone.post("/v1/exercise-logs", exercise(last_week.monday)).status_code == 201
    page = "/v1/exercise-logs?limit=1&cursor=" + phone.get("/v1/exercise-logs?limit=1").json()["next_cursor"]
    staff = make_staff(superuser=True)
    at_work, on_holiday = signed_in(staff), signed_in(staff)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    assert phone.get(page).status_code == 200
    assert at_work.get("/admin/").status_code == 200
    fresh = "/v1/exercise-logs?limit=1&cursor=" + phone.get("/v1/exercise-logs?limit=1").json()["next_cursor"]

    settings.SECRET_KEY_FALLBACKS = []
    refused = phone.get(page)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "?cursor")
    assert phone.get(fresh).status_code == 200
    assert phone.get("/v1/me").status_code == 200  # device tokens hang on no key
    assert at_work.get("/admin/").status_code == 200  # signed anew while the old key was still known
    assert on_holiday.get("/admin/").status_code == 302
