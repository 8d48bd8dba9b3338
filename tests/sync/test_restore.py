"""A restore of the server from a backup: a new epoch, in which phones send again what they hold."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from backend.sync.epochs import begin_epoch, current_epoch, epoch_of
from backend.sync.models import ServerEpoch
from tests.conftest import Mailbox, Phone, exercise
from tests.sync.backups import Backup
from tests.sync.conftest import delete, outcomes, pull, push, upsert
from tracker.models import ExerciseLog
from tracker.record_types.marks import day_mark_id
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def restored(log: dict[str, Any], version: int) -> dict[str, Any]:
    record = {name: value for name, value in log.items() if name != "id"}
    return {"op": "restore", "type": "exercise_log", "id": log["id"], "version": version, "record": record}


def restored_tombstone(log: dict[str, Any], version: int) -> dict[str, Any]:
    return {"op": "restore", "type": "exercise_log", "id": log["id"], "version": version, "deleted": True}


@pytest.fixture
def log() -> dict[str, Any]:
    return exercise(MONDAY, note="first")


def test_old_cursors_lead_nowhere_and_answers_name_the_epoch(phone: Phone, log: dict[str, Any]) -> None:
    push(phone, upsert("exercise_log", log))
    _, cursor = pull(phone)
    epoch = Backup().restore()
    answer = phone.get(f"/v1/sync/pull?cursor={cursor}")
    assert (answer.status_code, answer.json()["reason"], answer.json()["epoch"]) == (410, "restored", epoch)
    assert phone.get("/v1/sync/pull").json()["epoch"] == epoch
    assert phone.post("/v1/sync/push", {"account": str(phone.user.pk), "changes": []}).json()["epoch"] == epoch


def test_phones_bring_back_what_the_server_forgot_in_any_order(phone: Phone, log: dict[str, Any]) -> None:
    push(phone, upsert("exercise_log", log))
    backup = Backup()
    second, third = {**log, "note": "second"}, {**log, "note": "third"}
    new, gone = exercise(MONDAY), exercise(MONDAY)
    push(phone, upsert("exercise_log", second, 1), upsert("exercise_log", third, 2))
    push(phone, upsert("exercise_log", new), upsert("exercise_log", gone), delete("exercise_log", gone["id"], 1))
    backup.restore()
    # An older phone and a newer one, which knows more.
    assert outcomes(phone, restored(second, 2), restored(gone, 1)) == [("replaced", 2), ("created", 1)]
    assert outcomes(phone, restored(third, 3), restored(new, 1), restored_tombstone(gone, 2)) == [
        ("replaced", 3),
        ("created", 1),
        ("deleted", 2),
    ]
    # Each again, as if the answer had been lost, and the older phone once more.
    assert outcomes(phone, restored(third, 3), restored_tombstone(gone, 2), restored(second, 2), restored(gone, 1)) == [
        ("duplicate", 3),
        ("duplicate", 2),
        ("conflict", 3),
        ("deleted", 2),
    ]
    assert ExerciseLog.objects.get(uid=log["id"]).note == "third"
    # From here on it goes on as always, with versions that no earlier epoch can have given.
    (outcome,) = push(phone, upsert("exercise_log", {**third, "note": "fourth"}, 3))
    assert outcome["outcome"] == "replaced"
    assert epoch_of(outcome["version"]) == current_epoch()


def test_an_edit_of_the_new_epoch_is_not_overwritten_by_a_copy_of_the_old_one(
    phone: Phone, log: dict[str, Any]
) -> None:
    push(phone, upsert("exercise_log", log))
    backup = Backup()
    push(phone, *[upsert("exercise_log", {**log, "note": str(number)}, number) for number in range(1, 5)])
    backup.restore()
    (edit,) = push(phone, upsert("exercise_log", {**log, "note": "of the new epoch"}, 1))
    (outcome,) = push(phone, restored({**log, "note": "4"}, 5))
    assert (outcome["outcome"], outcome["current"]["record"]["note"]) == ("conflict", "of the new epoch")
    # A version of the old epoch is none of the new one's, though their counts agree.
    assert outcomes(phone, upsert("exercise_log", {**log, "note": "x"}, 2)) == [("conflict", edit["version"])]
    answer = phone.put(f"/v1/exercise-logs/{log['id']}", {**log, "note": "x"}, if_match='"2"')
    assert answer.status_code == 412
    assert ExerciseLog.objects.get(uid=log["id"]).note == "of the new epoch"


def test_whoever_gives_back_a_copy_is_told_whether_its_successor_may_not_have_known_it(
    phone: Phone, log: dict[str, Any]
) -> None:
    push(phone, upsert("exercise_log", log))
    backup = Backup()
    push(phone, upsert("exercise_log", {**log, "note": "second"}, 1), delete("exercise_log", log["id"], 2))
    backup.restore()
    (edit,) = push(phone, upsert("exercise_log", {**log, "note": "of the new epoch"}, 1))
    (outcome,) = push(phone, restored({**log, "note": "second"}, 2))
    assert (outcome["outcome"], outcome["since_restore"]) == ("conflict", True)
    backup.restore()
    # The tombstone of the first epoch comes first. Who wrote in the second knows nothing of it.
    (gone, known, unknown) = push(
        phone,
        restored_tombstone(log, 3),
        restored({**log, "note": "second"}, 2),
        restored({**log, "note": "of the new epoch"}, edit["version"]),
    )
    assert gone["outcome"] == "deleted"
    assert (known["outcome"], known["since_restore"]) == ("deleted", False)
    assert (unknown["outcome"], unknown["since_restore"]) == ("deleted", True)


def test_an_edit_that_waited_on_the_phone_is_taken(phone: Phone, log: dict[str, Any]) -> None:
    """It was made on top of a version that the server has forgotten: it comes after all that the server has."""
    push(phone, upsert("exercise_log", log))
    backup = Backup()
    new, gone = exercise(MONDAY), exercise(MONDAY)
    push(
        phone,
        upsert("exercise_log", {**log, "note": "second"}, 1),
        upsert("exercise_log", new),
        upsert("exercise_log", gone),
    )
    backup.restore()
    found = push(
        phone,
        upsert("exercise_log", {**log, "note": "third"}, 2),
        upsert("exercise_log", {**new, "note": "edited"}, 1),
        delete("exercise_log", gone["id"], 1),
    )
    assert [outcome["outcome"] for outcome in found] == ["replaced", "created", "deleted"]
    assert {epoch_of(outcome["version"]) for outcome in found} == {current_epoch()}
    assert ExerciseLog.objects.get(uid=log["id"]).note == "third"


def test_the_same_backup_restored_twice_gives_two_epochs() -> None:
    backup = Backup()
    first = backup.restore()
    ServerEpoch.objects.all().delete()
    later = timezone.now() + timedelta(seconds=1)
    assert begin_epoch(now=later) > first
    assert begin_epoch(now=later) == current_epoch()


def test_marks_come_back_too(phone: Phone) -> None:
    mark = {"date": str(MONDAY), "excused": True, "nothing": []}
    backup = Backup()
    push(phone, upsert("day_mark", {"id": str(day_mark_id(MONDAY)), **mark}))
    backup.restore()
    sent = {"op": "restore", "type": "day_mark", "id": str(day_mark_id(MONDAY)), "version": 1, "record": mark}
    assert outcomes(phone, sent, sent) == [("created", 1), ("duplicate", 1)]
    assert outcomes(phone, {**sent, "record": None, "deleted": True}) == [("invalid", None)]


def test_a_week_that_apps_have_already_is_another_one_in_a_new_epoch(phone: Phone, log: dict[str, Any]) -> None:
    backup = Backup()
    push(phone, upsert("exercise_log", log))
    tag = phone.get("/v1/weeks/2026-W47").headers["ETag"]
    backup.restore()
    push(phone, upsert("exercise_log", {**log, "duration_seconds": 60}))
    answer = phone.get("/v1/weeks/2026-W47", if_none_match=tag)
    assert answer.status_code == 200


def test_a_score_of_the_new_epoch_is_newer_than_what_apps_have(phone: Phone, log: dict[str, Any]) -> None:
    """A restore rewinds the change numbers that a score's version comes from."""
    backup = Backup()
    push(phone, *[upsert("exercise_log", {**log, "note": str(number)}, number) for number in range(5)])
    had = [change["version"] for change in pull(phone)[0] if change["type"] == "weekly_score"]
    backup.restore()
    push(phone, upsert("exercise_log", {**log, "duration_seconds": 60}))
    (new,) = [change["version"] for change in pull(phone)[0] if change["type"] == "weekly_score"]
    assert had == [5]
    assert epoch_of(new) == current_epoch()
    score_due_weeks()
    assert [change["version"] for change in pull(phone)[0] if change["type"] == "weekly_score"] == [new]


def test_mail_that_may_have_been_sent_is_not_sent_again(phone: Phone, mailbox: Mailbox) -> None:
    now = timezone.now()
    enqueue([NewMail(phone.user.pk, "weekly_summary", "waiting", {}, now)])
    push(phone, upsert("exercise_log", exercise(now.date() - timedelta(days=7))))
    score_due_weeks()
    output = StringIO()
    call_command("after_restore", stdout=output)
    assert "1 unsent mails are unknown now" in output.getvalue()
    # Also the summary of an hour that had come before the restore, whose row was lost.
    phone.user.next_weekly_email_at = now - timedelta(hours=1)
    phone.user.weekly_email_weekday = (now - timedelta(hours=1)).weekday()
    phone.user.weekly_email_hour = (now - timedelta(hours=1)).hour
    phone.user.save()
    ExerciseLog.objects.update(received_at=now - timedelta(days=5))
    assert close_weeks(now=timezone.now()) == 1
    assert {mail.state for mail in OutgoingMail.objects.all()} == {MailState.UNKNOWN}
    assert OutgoingMail.objects.count() == 2
    assert send_mail() == 0
    assert mailbox.messages == []
