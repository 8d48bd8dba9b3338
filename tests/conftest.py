"""What tests share: participants with signed-in phones, the loaded catalogue, and an SMTP server that really listens."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import redis
from aiosmtpd.controller import Controller
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from backend.limits import redis_counters
from config.demo.processes import free_port
from tests.contract import DocumentedClient
from tests.letters import Keeping, Letters
from tracker.catalogue import documents, searching
from tracker.catalogue.loading import load_catalogue
from tracker.guidance.published import forget_library
from tracker.guidance_loading import load_guidance
from tracker.models import ExerciseActivity
from tracker.scoring.weeks import Week


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test databases are made, migrated and emptied by their owner."""
    database: dict[str, Any] = settings.DATABASES["default"]
    database |= settings.DATABASE_OWNER


CATALOGUE_TABLES = [
    f"tracker_{name}"
    for name in (
        *("exerciseactivity", "cognitiveactivity", "food", "catalogueversion"),
        *("guidancetext", "guidanceversion", "guidancelibrarystate"),
    )
]
_catalogue: dict[str, bytes] = {}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit are followed by emptying every table, which the audit refuses; its own tests put that back. The
    catalogue is loaded once, for all tests before those.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_untruncated")
        load_catalogue()
        load_guidance(now=timezone.now())
        for table in CATALOGUE_TABLES:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                _catalogue[table] = b"".join(map(bytes, copy))


def pytest_configure() -> None:
    """Static files are looked for when they are asked for: a new client would otherwise go through all of them, each time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Each test that runs in one transaction does so with the rights of the application, until that is rolled back."""
    if connection.in_atomic_block and settings.DATABASE_APPLICATION:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APPLICATION['USER']}")
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests with many runs have to say of them: `record_property("told", …)`."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")


@dataclass
class Phone:
    """A participant's app: a signed-in client."""

    user: User
    client: APIClient
    token: str

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: Any, **headers: str) -> Any:
        return self.client.post(path, data, format="json", headers=headers)

    def put(self, path: str, data: Any, **headers: str) -> Any:
        return self.client.put(path, data, format="json", headers=headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        return self.client.patch(path, data, format="json", headers=headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(path, headers=headers)


def make_phone(email: str | None = None, **fields: Any) -> Phone:
    joined = timezone.now() - timedelta(days=365)
    user = User.objects.create_user(email or f"{uuid.uuid4()}@example.org", **{"date_joined": joined, **fields})
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    token = f"token-of-{user.pk}"
    now = timezone.now()
    issue_token(Device.objects.create(user=user, last_seen_at=now), token, now=now, first_used_at=now)
    client = DocumentedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return Phone(user, client, token)


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Nobody has asked for anything yet, and Redis has not failed."""
    redis_counters.reset_breaker()
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        if counters := list(server.scan_iter(f"{redis_counters.PREFIX}*", count=1000)):
            server.delete(*counters)


def give_password(user: User, password: str) -> None:
    """As if it had always been theirs: a changed one would sign their phones out."""
    user.password = make_password(password)
    user.save(update_fields=["password"])


@pytest.fixture
def catalogue(db: None) -> None:
    """As it was loaded; a test before that committed has emptied every table."""
    if not ExerciseActivity.objects.exists():
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in _catalogue.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)


@pytest.fixture
def nothing_kept_of_the_catalogue() -> None:
    """What a process keeps of it is never older than its number, but a test that rolls back turns that back."""
    searching._loaded.clear()
    documents._whole.clear()


@pytest.fixture
def nothing_kept_of_the_library() -> Iterator[None]:
    """For tests that publish: a number that is rolled back is given out again, to other texts."""
    forget_library()
    yield
    forget_library()


@pytest.fixture
def phone(catalogue: None) -> Phone:
    return make_phone()


@pytest.fixture
def other_phone(catalogue: None) -> Phone:
    return make_phone()


@pytest.fixture
def last_week() -> Week:
    return Week.of(timezone.now().date()).previous()


def at(day: date, hour: int = 12, minute: int = 0) -> str:
    """A time on that local date, one hour east of UTC."""
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}:00+01:00"


def exercise(day: date, *, minutes: int = 30, activity: str = "run", **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "activity": activity,
        "started_at": at(day),
        "duration_seconds": minutes * 60,
        **fields,
    }


def cognitive(day: date, *, minutes: int = 30, activity: str = "reading", **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "activity": activity,
        "started_at": at(day),
        "duration_seconds": minutes * 60,
        **fields,
    }


def meal(day: date, **servings: float) -> dict[str, Any]:
    items = [{"food_group": group, "servings": number} for group, number in servings.items()]
    return {"id": str(uuid.uuid4()), "eaten_at": at(day), "meal": "lunch", "items": items}


class Mailbox:
    """An SMTP server's handler that keeps what it accepts, and refuses when it is told to."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.recipients: list[str] = []
        self.replies: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self.replies.pop(0) if self.replies else "250 Accepted"
        if reply.startswith("250"):
            self.messages.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        return reply


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    handler = Mailbox()
    port = free_port("127.0.0.1", preferred=0)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield handler
    finally:
        controller.stop()


@pytest.fixture
def mailoutbox(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """In the place of pytest-django's, which sees only what goes past the outbox."""
    monkeypatch.setattr("backend.outbox.sending.open_transport", Keeping)
    return Letters()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
