"""Asking for erasure over the API: confirmed, within a window, taken back, and then every row gone."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from backend.outbox.models import OutgoingMail
from backend.outbox.sending import send_mail
from backend.privacy import ledger as ledger_module
from backend.privacy.erasing import erase_due_accounts, erase_rows
from backend.privacy.ledger import append_erasure
from backend.privacy.models import Confirmation, ErasureRequest, ErasureState
from backend.privacy.ownership import owned_models
from backend.sync.models import RefusedChange
from tests.conftest import Mailbox, Phone, exercise, give_password, make_phone
from tests.privacy.every_table import every_row, fill_every_table, tables_that_mention
from tracker.models import ExerciseLog
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
NOTHING = {"state": "none", "requested_at": None, "erases_at": None}


@pytest.fixture
def rosa(catalogue: None) -> Phone:
    phone = make_phone("rosa@example.org", home_time_zone="Europe/Helsinki")
    give_password(phone.user, PASSWORD)
    return phone


def ask(phone: Phone, **confirmation: str) -> Any:
    return phone.post("/v1/erasure", confirmation or {"password": PASSWORD})


def code_in(mail: Any) -> str:
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.body, re.MULTILINE)
    assert found is not None
    return found.group(1)


def test_an_erasure_is_asked_for_with_the_password(rosa: Phone) -> None:
    before = timezone.now()
    answer = ask(rosa)
    assert answer.status_code == 202
    document = answer.json()
    assert document["state"] == "requested"
    requested_at, erases_at = (datetime.fromisoformat(document[name]) for name in ("requested_at", "erases_at"))
    assert before <= requested_at <= timezone.now()
    assert erases_at - requested_at == timedelta(days=7)
    assert rosa.get("/v1/erasure").json() == document
    assert ErasureRequest.objects.get().device_id == Device.objects.get(user=rosa.user).pk


def test_asking_again_changes_nothing(rosa: Phone) -> None:
    first = ask(rosa)
    again = ask(rosa)
    assert (again.status_code, again.json()) == (200, first.json())
    assert ErasureRequest.objects.count() == OutgoingMail.objects.count() == 1


def test_a_mail_says_when_and_how_to_take_it_back(rosa: Phone, mailbox: Mailbox, settings: Any) -> None:
    settings.PUBLIC_URL = "https://engram.example.org"
    ask(rosa)
    assert send_mail() == 1
    assert mailbox.recipients == ["rosa@example.org"]
    text = mailbox.messages[0].decode()
    local = ErasureRequest.objects.get().erases_at.astimezone(ZoneInfo("Europe/Helsinki"))
    assert f"{local:%H:%M} (Europe/Helsinki)" in text.replace("=\r\n", "")
    assert "https://engram.example.org/account/erase" in text


def test_within_the_window_everything_goes_on_and_it_can_be_taken_back(
    rosa: Phone, last_week: Week, mailoutbox: list[Any]
) -> None:
    ask(rosa)
    assert erase_due_accounts(now=timezone.now() + timedelta(days=6, hours=23)) == 0
    assert rosa.post("/v1/exercise-logs", exercise(last_week.first_day)).status_code == 201
    assert rosa.delete("/v1/erasure").status_code == 204
    assert rosa.get("/v1/erasure").json() == NOTHING
    assert erase_due_accounts(now=timezone.now() + timedelta(days=30)) == 0
    assert User.objects.filter(pk=rosa.user.pk, is_active=True).exists()
    assert rosa.delete("/v1/erasure").status_code == 204
    assert ErasureRequest.objects.get().state == ErasureState.CANCELLED
    assert ask(rosa).status_code == 202  # a new one, with a window of its own
    # The first one had not left when it was no longer true.
    assert [mail.subject for mail in mailoutbox] == ["Your account stays", "Your account will be erased"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"password": "not the passphrase"}, "/password", "wrong_password"),
        ({"code": "BCDF-GHJK"}, "/code", "wrong_code"),
        ({}, "", "required"),
        ({"password": PASSWORD, "code": "BCDF-GHJK"}, "", "required"),
        ({"password": ""}, "/password", "blank"),
        ({"password": PASSWORD, "user": "somebody"}, "/user", "unknown_field"),
    ],
)
def test_without_a_right_confirmation_nothing_is_requested(
    rosa: Phone, body: dict[str, str], pointer: str, code: str
) -> None:
    answer = rosa.post("/v1/erasure", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert rosa.get("/v1/erasure").json() == NOTHING
    assert not OutgoingMail.objects.exists()


def test_after_five_wrong_passwords_the_right_one_has_to_wait(rosa: Phone) -> None:
    for _ in range(5):
        assert ask(rosa, password="wrong").status_code == 422
    answer = ask(rosa)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 890 <= int(answer["Retry-After"]) <= 900
    assert rosa.get("/v1/erasure").json() == NOTHING
    Confirmation.objects.update(attempts_until=timezone.now())
    assert ask(rosa).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_no_more_than_five_are_judged(rosa: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    check = User.check_password

    def counted(user: User, password: str) -> bool:
        judged.append(password)
        return bool(check(user, password))

    monkeypatch.setattr(User, "check_password", counted)
    statuses: list[int] = []

    def attempt() -> None:
        phone = Phone(rosa.user, type(rosa.client)(), rosa.token)
        phone.client.credentials(HTTP_AUTHORIZATION=f"Bearer {rosa.token}")
        statuses.append(ask(phone, password="wrong").status_code)
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(judged) == 5
    assert sorted(statuses) == [422] * 5 + [429] * 15


def test_people_without_a_password_confirm_by_a_mailed_code(rosa: Phone, mailoutbox: list[Any]) -> None:
    rosa.user.set_unusable_password()
    rosa.user.save()
    assert ask(rosa).status_code == 422
    assert rosa.post("/v1/erasure/code", None).status_code == 204
    (mail,) = mailoutbox
    assert mail.to == ["rosa@example.org"]
    code = code_in(mail)
    assert code.replace("-", "") not in json.dumps([row for _, row in every_row()]).upper()
    assert ask(rosa, code=code.lower().replace("-", " ")).status_code == 202
    rosa.delete("/v1/erasure")
    assert ask(rosa, code=code).json()["errors"][0]["code"] == "wrong_code"  # good for once


def test_a_code_ends_and_is_nobody_elses(rosa: Phone, other_phone: Phone, mailoutbox: list[Any]) -> None:
    rosa.post("/v1/erasure/code", None)
    code = code_in(mailoutbox[0])
    assert ask(other_phone, code=code).json()["errors"][0]["code"] == "wrong_code"
    Confirmation.objects.update(code_ends_at=timezone.now())
    assert ask(rosa, code=code).json()["errors"][0]["code"] == "wrong_code"
    assert not ErasureRequest.objects.exists()


def test_codes_are_mailed_three_times_an_hour(rosa: Phone, mailoutbox: list[Any]) -> None:
    assert [rosa.post("/v1/erasure/code", None).status_code for _ in range(4)] == [204, 204, 204, 429]
    assert len(mailoutbox) == 3
    assert ask(rosa, code=code_in(mailoutbox[0])).status_code == 422  # the newest one counts
    assert ask(rosa, code=code_in(mailoutbox[2])).status_code == 202


def test_staff_are_refused(rosa: Phone, mailoutbox: list[Any]) -> None:
    User.objects.update(is_staff=True)
    for answer in (ask(rosa), rosa.post("/v1/erasure/code", None)):
        assert (answer.status_code, answer.json()["code"]) == (403, "staff_account")
    assert not ErasureRequest.objects.exists()
    assert mailoutbox == []


def test_somebody_made_staff_since_is_not_erased(rosa: Phone, ledger: Path) -> None:
    ask(rosa)
    User.objects.filter(pk=rosa.user.pk).update(is_staff=True)
    assert erase_due_accounts(now=timezone.now() + timedelta(days=8)) == 0
    assert User.objects.get(pk=rosa.user.pk).is_active
    assert ErasureRequest.objects.get().state == ErasureState.CANCELLED
    assert not ledger.exists()


def rows_of_others(*gone: str) -> list[tuple[str, str]]:
    return sorted(pair for pair in every_row() if not any(trace in pair[1] for trace in gone))


def test_every_row_goes_and_nobody_elses_changes(
    rosa: Phone, other_phone: Phone, ledger: Path, mailoutbox: list[Any]
) -> None:
    fill_every_table(rosa.user, "kanarienvogel-rosa")
    fill_every_table(other_phone.user, "kanarienvogel-other")
    traces = (rosa.user.pk, "rosa@example.org", "kanarienvogel-rosa")
    tables = {owned.model._meta.db_table for owned in owned_models()}
    assert tables <= tables_that_mention(*traces)  # the test looks where the rows are
    hers = {str(rosa.user.pk), "rosa@example.org", "kanarienvogel-rosa", b"kanarienvogel-rosa".hex()}
    ErasureRequest.objects.filter(user=rosa.user).update(erases_at=timezone.now())
    ErasureRequest.objects.filter(user=other_phone.user).update(erases_at=timezone.now() + timedelta(days=1))
    others = rows_of_others(*hers)
    assert erase_due_accounts(now=timezone.now()) == 1
    assert tables_that_mention(*traces) == set()
    assert rows_of_others() == others
    assert rosa.get("/v1/me").status_code == 401
    assert other_phone.get("/v1/devices").status_code == 200
    (line,) = ledger.read_text().splitlines()
    assert json.loads(line)["user"] == str(rosa.user.pk)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["rosa@example.org"], "Your account has been erased")]


def test_without_a_window_the_next_tick_erases(rosa: Phone, settings: Any) -> None:
    settings.ERASURE_WINDOW_DAYS = 0
    ask(rosa)
    call_command("work", "--once")
    assert not User.objects.filter(pk=rosa.user.pk).exists()


def test_an_account_is_not_erased_while_the_ledger_can_not_be_written(
    rosa: Phone, ledger: Path, last_week: Week, mailoutbox: list[Any]
) -> None:
    rosa.post("/v1/exercise-logs", exercise(last_week.first_day))
    ask(rosa)
    ledger.parent.write_text("a file where the folder should be")
    later = timezone.now() + timedelta(days=8)
    assert erase_due_accounts(now=later) == 0
    assert ExerciseLog.objects.filter(user=rosa.user).exists()
    assert ErasureRequest.objects.get().state == ErasureState.ERASING
    assert rosa.get("/v1/me").status_code == 401  # closed, and not to be taken back
    assert "Your account has been erased" not in [mail.subject for mail in mailoutbox]
    ledger.parent.unlink()
    assert erase_due_accounts(now=later) == 1
    assert not User.objects.filter(pk=rosa.user.pk).exists()
    assert len(ledger.read_text().splitlines()) == 1


def test_the_line_is_on_the_disk_before_the_rows_are_gone(
    rosa: Phone, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies right after the line leaves an account that the next one erases."""
    ask(rosa)
    append = append_erasure

    def die_after(path: Path, erasure: Any) -> None:
        append(path, erasure)
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger_module, "append_erasure", die_after)
    later = timezone.now() + timedelta(days=8)
    with pytest.raises(KeyboardInterrupt):
        erase_due_accounts(now=later)
    assert User.objects.filter(pk=rosa.user.pk).exists()
    assert json.loads(ledger.read_text())["user"] == str(rosa.user.pk)
    monkeypatch.undo()
    assert erase_due_accounts(now=later) == 1
    assert not User.objects.filter(pk=rosa.user.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_erase_an_account_once(rosa: Phone, ledger: Path) -> None:
    ask(rosa)
    later = timezone.now() + timedelta(days=8)
    erased: list[int] = []
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        erased.append(erase_due_accounts(now=later))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not User.objects.filter(pk=rosa.user.pk).exists()
    assert sum(erased) == 1
    assert len(ledger.read_text().splitlines()) == 1


def test_refusals_of_two_devices_that_agree_are_no_obstacle(rosa: Phone, other_phone: Phone) -> None:
    now = timezone.now()
    issue_token(Device.objects.create(user=rosa.user, last_seen_at=now), "of the tablet", now=now, first_used_at=now)
    refused = {"op": "delete", "type": "day_mark", "id": str(uuid4()), "base_version": 0}
    for token in (rosa.token, "of the tablet"):
        rosa.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert rosa.post("/v1/sync/push", {"account": str(rosa.user.pk), "changes": [refused]}).status_code == 200
    assert RefusedChange.objects.filter(user=rosa.user).count() == 2
    erase_rows(rosa.user)
    assert not User.objects.filter(pk=rosa.user.pk).exists()
    assert not RefusedChange.objects.exists()
