"""Tokens move to a table of their own, and nobody is signed out by it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from backend.accounts.tokens import token_hash
from tests.own_database import own_database

ROOT = Path(__file__).resolve().parents[2]
SEEN = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_phones_that_were_signed_in_stay_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", os.environ["DATABASE_URL"])
    own_database("engram_migrations")
    migrate("0001_initial")
    user, phone = uuid4(), uuid4()
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        database.execute(
            "INSERT INTO accounts_user (id, password, is_superuser, email, display_name, is_active, is_staff,"
            " home_time_zone, language, hide_numbers, weekly_email, weekly_email_weekday, weekly_email_hour)"
            " VALUES (%s, '!', false, 'rosa@example.org', '', true, false, 'UTC', 'en', false, true, 0, 8)",
            [user],
        )
        for row in (
            (phone, user, token_hash("rosa"), "", "Phone", SEEN, END, None),
            (uuid4(), user, token_hash("revoked"), "", "Lost", SEEN, END, SEEN),
            (uuid4(), None, token_hash("pending"), "a session", "", SEEN, END, None),
        ):
            database.execute(
                "INSERT INTO accounts_device"
                " (id, user_id, token_hash, session_key, name, last_seen_at, expires_at, revoked_at, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '2026-09-01 08:00Z')",
                row,
            )
    migrate("0004_devices_without_tokens")
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        tokens = database.execute(
            "SELECT token_hash, name, expires_at, first_used_at = t.created_at, revoked_at, length(seed)"
            " FROM accounts_devicetoken t JOIN accounts_device d ON d.id = t.device_id ORDER BY name DESC"
        ).fetchall()
        sign_ins = database.execute("SELECT token_hash, session_key FROM accounts_signin").fetchall()
        seeds = database.execute("SELECT count(DISTINCT seed), count(*) FROM accounts_devicetoken").fetchone()
    assert tokens == [
        (token_hash("rosa"), "Phone", END, True, None, 32),
        (token_hash("revoked"), "Lost", END, True, SEEN, 32),
    ]
    assert sign_ins == [(token_hash("pending"), "a session")]
    assert seeds == (2, 2)


def migrate(target: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "accounts", target, "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "ENGRAM_DEMO": "1"})
