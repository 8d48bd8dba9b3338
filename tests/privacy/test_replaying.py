"""After a restore: what the backup brought back is erased again, by the ledger."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.privacy.erasing import erase_due_accounts
from backend.privacy.ledger import Erasure, append_erasure
from backend.privacy.models import ErasureRequest
from backend.privacy.ownership import owned_models
from tests.conftest import Phone
from tests.privacy.every_table import every_row, fill_every_table, tables_that_mention

pytestmark = pytest.mark.django_db(transaction=True)


def replay(*ledgers: Path) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("replay_erasures", *map(str, ledgers), stdout=out, stderr=err)
    except SystemExit as stop:
        return out.getvalue(), err.getvalue(), int(str(stop.code))
    return out.getvalue(), err.getvalue(), 0


@pytest.fixture
def backup() -> Iterator[None]:
    """A copy of every table, as pg_dump would have it, in a schema of its own; `restore` puts it back."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA backup CASCADE")


def tables() -> list[str]:
    """Where somebody's rows are, with the traces that have no foreign key."""
    owned = {owned.model._meta.db_table for owned in owned_models()}
    return sorted(owned | {User._meta.db_table, "django_session", "django_admin_log"})


def dump() -> None:
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"CREATE TABLE backup.{table} AS TABLE public.{table}")


def restore() -> None:
    """Bring back the rows that are gone; foreign keys are checked at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE SELECT * FROM backup.{table}"
                " ON CONFLICT DO NOTHING"
            )


def test_a_restored_participant_is_erased_again(phone: Phone, other_phone: Phone, backup: None, ledger: Path) -> None:
    fill_every_table(phone.user, "kanarienvogel-rosa")
    traces = (phone.user.pk, phone.user.email, "kanarienvogel-rosa")
    ErasureRequest.objects.update(erases_at=timezone.now() + timedelta(days=3))
    dump()
    assert erase_due_accounts(now=timezone.now() + timedelta(days=4)) == 1
    after_erasure = sorted(every_row_in_public())
    restore()
    assert User.objects.filter(pk=phone.user.pk).exists()
    assert replay() == (f"{ledger}: 1 erasures, 1 of them erased again, 0 unreadable lines\n", "", 0)
    assert {table for table in tables_that_mention(*traces) if not table.startswith("backup.")} == set()
    assert sorted(every_row_in_public()) == after_erasure
    assert replay()[0] == f"{ledger}: 1 erasures, 0 of them erased again, 0 unreadable lines\n"
    assert len(ledger.read_text().splitlines()) == 1


def every_row_in_public() -> Iterator[tuple[str, str]]:
    return ((table, row) for table, row in every_row() if not table.startswith("backup."))


def test_a_torn_line_is_reported_and_stops_nothing(phone: Phone, other_phone: Phone, ledger: Path) -> None:
    now = timezone.now()
    append_erasure(ledger, Erasure(phone.user.pk, now))
    with ledger.open("a") as file:
        file.write('{"user": "018')  # the power went
    append_erasure(ledger, Erasure(uuid4(), now))
    append_erasure(ledger, Erasure(other_phone.user.pk, now))
    with ledger.open("a") as file:
        file.write('{"user"')
    out, err, status = replay()
    assert out == f"{ledger}: 3 erasures, 2 of them erased again, 2 unreadable lines\n"
    assert [line.split(":")[0] for line in err.splitlines()] == [f"{ledger}, line 2", f"{ledger}, line 5"]
    assert status == 1
    assert not User.objects.filter(pk__in=[phone.user.pk, other_phone.user.pk]).exists()


def test_several_machines_have_several_ledgers(phone: Phone, other_phone: Phone, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    append_erasure(first, Erasure(phone.user.pk, timezone.now()))
    append_erasure(second, Erasure(other_phone.user.pk, timezone.now()))
    assert replay(first, second)[2] == 0
    assert not User.objects.filter(pk__in=[phone.user.pk, other_phone.user.pk]).exists()


def test_a_missing_ledger_is_an_error(phone: Phone, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("replay_erasures", str(tmp_path / "none.jsonl"))
    assert User.objects.filter(pk=phone.user.pk).exists()


def test_only_its_owner_reads_the_ledger(ledger: Path) -> None:
    erased = uuid4()
    append_erasure(ledger, Erasure(erased, timezone.now()))
    assert ledger.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(ledger.read_text())) == {"user", "erased_at"}
