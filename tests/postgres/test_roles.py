"""The owner migrates; the application works with rows and changes no table, whichever process it is."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from psycopg import errors, sql

from tests.conftest import Phone, exercise
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.skipif(
    not settings.DATABASE_APPLICATION, reason="DATABASE_URL names one role, and DATABASE_OWNER_URL none."
)
APPLICATION_URL = os.environ.get("DATABASE_URL", "")
OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")


def at(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database of its own, as it is before the first migration."""
    name = f"engram_roles_{secrets.token_hex(4)}"
    with psycopg.connect(OWNER_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(database: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": at(APPLICATION_URL, database), **environment},
        capture_output=True,
        text=True,
    )


def test_migrate_is_the_owners_and_the_application_gets_its_rights(database: str) -> None:
    alone = migrate(database, DATABASE_OWNER_URL="")
    assert alone.returncode != 0
    assert "permission denied for schema public" in alone.stderr
    done = migrate(database, DATABASE_OWNER_URL=at(OWNER_URL, database))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    again = migrate(database, DATABASE_OWNER_URL=at(OWNER_URL, database))
    assert (again.returncode, again.stdout + again.stderr) == (0, "")
    with psycopg.connect(at(APPLICATION_URL, database), autocommit=True) as application:
        owners = application.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert owners == [("engram",)]
        application.execute("UPDATE accounts_user SET email = email")
        application.execute("CREATE TEMPORARY TABLE scratch (n int)")
        for refused in (
            "TRUNCATE accounts_user CASCADE",
            "ALTER TABLE accounts_user ADD COLUMN extra int",
            "ALTER TABLE accounts_user DISABLE TRIGGER ALL",
            "DROP TABLE accounts_user CASCADE",
            "CREATE TABLE own (n int)",
            "DELETE FROM django_migrations",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute(refused)


@pytest.mark.django_db
def test_tests_run_with_the_rights_of_the_application(phone: Phone, last_week: Week) -> None:
    """And so prove for everything they do that these are enough: a week here, with the temporary tables of scoring."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.DATABASE_APPLICATION["USER"],)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE accounts_user CASCADE")
    assert phone.post("/v1/exercise-logs", exercise(last_week.first_day)).status_code == 201
    assert DueWeek.objects.filter(user=phone.user).count() == 1
    score_due_weeks()
    assert WeeklyScore.objects.filter(user=phone.user, week=last_week.monday).count() == 1
