"""Everything about me: asked for, made by a worker, downloaded in one piece or several, thrown away."""

from __future__ import annotations

import csv
import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox.models import OutgoingMail
from backend.privacy import export_files, exporting
from backend.privacy.erasing import erase_due_accounts
from backend.privacy.exporting import PART_SIZE, make_exports
from backend.privacy.models import DataExport, DataExportPart, ErasureRequest, ExportState
from backend.privacy.ownership import owned_models
from backend.privacy.sections import Column, Section, not_exported, registered_sections
from tests.conftest import Phone, cognitive, exercise, give_password, make_phone, meal
from tests.privacy.every_table import fill_every_table
from tests.staff import make_staff, signed_in
from tracker.models import ExerciseLog
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db


def export_of(phone: Phone) -> dict[str, Any]:
    """A finished export's document."""
    started = phone.post("/v1/exports", None)
    assert started.status_code == 202, started.json()
    assert make_exports(now=timezone.now()) == 1
    document: dict[str, Any] = phone.get(started["Location"]).json()
    assert document["state"] == "ready"
    return document


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def download(phone: Phone, document: dict[str, Any], **headers: str) -> Any:
    return phone.get(f"/v1/exports/{document['id']}/download", **headers)


def opened(phone: Phone, document: dict[str, Any]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(body_of(download(phone, document))))
    assert archive.testzip() is None
    return archive


def link(document: dict[str, Any]) -> str:
    parts = urlsplit(document["download_url"])
    return f"{parts.path}?{parts.query}"


def test_an_export_is_started_made_and_downloaded(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day, note="by the river"))
    before = timezone.now()
    started = phone.post("/v1/exports", None)
    assert started.status_code == 202
    pending = started.json()
    assert (pending["state"], pending["progress"], pending["download_url"]) == ("pending", 0, None)
    again = phone.post("/v1/exports", None)
    assert (again.status_code, again.json()) == (200, pending)
    assert download(phone, pending).json()["code"] == "export_not_ready"
    call_command("work", "--once")
    document = phone.get(f"/v1/exports/{pending['id']}").json()
    assert (document["state"], document["progress"], document["writing"]) == ("ready", 100, "")
    lifetime = DataExport.objects.get().expires_at - DataExport.objects.get().finished_at  # type: ignore[operator]
    assert lifetime == timedelta(days=7)
    assert DataExport.objects.get().finished_at >= before  # type: ignore[operator]
    assert phone.get("/v1/exports").json() == {"results": [document]}
    answer = download(phone, document)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert int(answer["Content-Length"]) == document["size"] == len(body_of(answer))


def test_the_zip_holds_every_section_twice_and_explains_each_column(phone: Phone, last_week: Week) -> None:
    log = exercise(last_week.first_day, note="by the river", distance_m="1200.5")
    phone.post("/v1/exercise-logs", log)
    phone.post("/v1/cognitive-logs", cognitive(last_week.first_day))
    phone.post("/v1/diet-logs", meal(last_week.first_day, berries=1.5))
    phone.put(f"/v1/day-marks/{last_week.first_day}", {"excused": True})
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["diet"]})
    gone = exercise(last_week.first_day, note="secret")
    phone.post("/v1/exercise-logs", gone)
    phone.delete(f"/v1/exercise-logs/{gone['id']}", **{"If-Match": '"1"'})
    score_due_weeks()
    archive = opened(phone, export_of(phone))
    dictionary = json.loads(archive.read("data_dictionary.json"))
    files = {file for section in dictionary for file in section["files"]}
    assert files | {"README.md", "data_dictionary.json", "data_dictionary.md"} == set(archive.namelist())
    for section in dictionary:
        rows = json.loads(archive.read(f"json/{section['name']}.json"))
        table = list(csv.reader(io.StringIO(archive.read(f"csv/{section['name']}.csv").decode())))
        names = [column["name"] for column in section["columns"]]
        assert table[0] == names
        assert len(table) == len(rows) + 1
        assert all(list(row) == names for row in rows)
        assert all(column["meaning"] for column in section["columns"])

    def read(name: str) -> Any:
        return json.loads(archive.read(f"json/{name}.json"))

    logs = {row["uid"]: row for row in read("exercise_logs")}
    assert logs[log["id"]]["note"] == "by the river"
    assert logs[log["id"]]["distance_m"] == "1200.5"
    assert logs[gone["id"]]["note"] == ""
    assert [(row["type"], row["uid"]) for row in read("deleted_records")] == [("exercise_log", gone["id"])]
    assert read("diet_logs")[0]["servings"] == [0, 0, 1.5, 0, 0, 0, 0, 0]
    assert read("profile")[0]["email"] == phone.user.email
    assert read("weekly_scores")[0]["week"] == str(last_week)
    assert read("day_marks")[0]["excused"] is True
    assert b"secret" not in b"".join(archive.read(name) for name in archive.namelist() if "logs" in name)


def test_an_export_explains_itself_in_the_participants_language(phone: Phone) -> None:
    english = json.loads(opened(phone, export_of(phone)).read("data_dictionary.json"))
    phone.patch("/v1/me", {"language": "es"})
    archive = opened(phone, export_of(phone))
    assert (
        archive.read("README.md").decode().startswith("# Tus datos\n\nTodo lo que esta instalación de Engram guardaba")
    )
    text = archive.read("data_dictionary.md").decode()
    assert text.startswith("# Qué significan los archivos y las columnas\n")
    assert "| `duration_seconds` | Tiempo activo, sin las pausas. | segundos |" in text
    spanish = json.loads(archive.read("data_dictionary.json"))
    for section, same in zip(spanish, english, strict=True):
        assert (section["name"], section["files"]) == (same["name"], same["files"])
        assert section["meaning"] != same["meaning"]
        for column, other in zip(section["columns"], same["columns"], strict=True):
            assert column["name"] == other["name"]
            assert column["meaning"] != other["meaning"]
        assert [item["what"] for item in section["not_included"]] == [item["what"] for item in same["not_included"]]


def test_everything_of_mine_is_in_it_and_no_secret_and_nothing_of_others(phone: Phone, other_phone: Phone) -> None:
    fill_every_table(phone.user, "kanarienvogel-rosa")
    fill_every_table(other_phone.user, "kanarienvogel-other")
    DataExport.objects.all().delete()
    archive = opened(phone, export_of(phone))
    for section in registered_sections():
        if section.name not in ("deleted_records", "staff_access"):
            assert json.loads(archive.read(f"json/{section.name}.json")), section.name
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"kanarienvogel-rosa" in everything
    for secret in (phone.token.encode(), phone.user.password.encode(), b"kanarienvogel-other"):
        assert secret not in everything
    assert str(other_phone.user.pk).encode() not in everything


def test_it_says_when_staff_looked_and_what_for(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    for one in (phone, other_phone):
        one.post("/v1/exercise-logs", exercise(last_week.first_day))
    staff = signed_in(make_staff(superuser=True), purpose="safety")
    for one in (phone, other_phone):
        row = ExerciseLog.objects.get(user=one.user)
        assert staff.get(f"/admin/tracker/exerciselog/{row.pk}/change/").status_code == 200
    archive = opened(phone, export_of(phone))
    (seen,) = json.loads(archive.read("json/staff_access.json"))
    assert (seen["action"], seen["what"], seen["purpose"]) == ("read", "tracker.exerciselog", "safety")


def test_every_table_is_exported_or_left_out_for_a_reason() -> None:
    exported = {section.model._meta.label_lower for section in registered_sections() if section.model}
    for owned in owned_models():
        assert (owned.label in exported) != (owned.label in not_exported()), owned.label
    assert "accounts.user" in exported
    assert all(not_exported().values())


def test_every_column_is_exported_or_left_out_for_a_reason() -> None:
    for section in registered_sections():
        if section.model is None:
            continue
        stored = {field.attname for field in section.model._meta.concrete_fields}
        shown = {column.source or column.name for column in section.columns}
        left_out = set(section.left_out)
        assert stored <= shown | left_out, (section.name, stored - shown - left_out)
        assert left_out <= stored, (section.name, left_out - stored)
        assert not shown & left_out, section.name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"])  # noqa: RUF001
def test_a_spreadsheet_runs_nothing(phone: Phone, last_week: Week, text: str) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day, note=text, activity_name=text.strip()))
    archive = opened(phone, export_of(phone))
    (row,) = csv.DictReader(io.StringIO(archive.read("csv/exercise_logs.csv").decode(), newline=""))
    assert (row["note"], row["activity_name"]) == (f"'{text}", f"'{text}" if text == text.strip() else text.strip())
    assert json.loads(archive.read("json/exercise_logs.json"))[0]["note"] == text


def test_mails_about_the_account_are_in_it_too(phone: Phone, mailoutbox: list[Any]) -> None:
    give_password(phone.user, "a passphrase of theirs")
    assert phone.post("/v1/erasure", {"password": "a passphrase of theirs"}).status_code == 202
    assert phone.post("/v1/erasure/code", None).status_code == 204
    assert len(mailoutbox) == 2
    mails = json.loads(opened(phone, export_of(phone)).read("json/mails.json"))
    assert {mail["kind"]: mail["subject"] for mail in mails} == {
        "erasure_requested": "Your account will be erased",
        "erasure_code": "",
    }
    assert [mail["text"] for mail in mails if mail["kind"] == "erasure_code"] == [
        "Not kept once it is sent: it holds a code, or says how somebody signs in."
    ]


def test_the_same_data_makes_the_same_bytes(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    document = export_of(phone)
    first = body_of(download(phone, document))
    now = DataExport.objects.get().finished_at
    assert now is not None
    DataExport.objects.update(state=ExportState.PENDING, finished_at=None, expires_at=None, size=None, sha256="")
    OutgoingMail.objects.all().delete()  # it said that the first was ready
    # What the export says of itself differs only while it is being made, and that is the same both times.
    assert make_exports(now=now) == 1
    assert body_of(download(phone, document)) == first


# --- downloading


@pytest.fixture
def large(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> tuple[Phone, dict[str, Any], bytes]:
    """An export of several parts."""
    chance = random.Random(7)

    def rows(user: User) -> Iterator[dict[str, Any]]:
        for _ in range(40):
            yield {"text": chance.randbytes(50_000).hex()}

    section = Section("large", "Large.", (Column("text", "A text."),), rows=rows)
    monkeypatch.setattr(exporting, "registered_sections", lambda: [section])
    document = export_of(phone)
    assert DataExportPart.objects.count() == document["size"] // PART_SIZE + 1 > 3
    return phone, document, body_of(download(phone, document))


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        (f"bytes={PART_SIZE - 2}-{PART_SIZE + 1}", PART_SIZE - 2, PART_SIZE + 2),
        (f"bytes={PART_SIZE}-{2 * PART_SIZE - 1}", PART_SIZE, 2 * PART_SIZE),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=-999999999999", 0, None),
        ("bytes=10-999999999999", 10, None),
    ],
)
def test_a_range_is_exactly_these_bytes(
    large: tuple[Phone, dict[str, Any], bytes], wanted: str, start: int, stop: int | None
) -> None:
    phone, document, whole = large
    answer = download(phone, document, Range=wanted)
    body = body_of(answer)
    assert answer.status_code == 206
    assert body == whole[start:stop]
    first = start if start >= 0 else len(whole) + start
    assert answer["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(whole)}"
    assert int(answer["Content-Length"]) == len(body)


@pytest.mark.parametrize("wanted", ["bytes=999999999999-", "bytes=-0"])
def test_bytes_that_are_not_there(large: tuple[Phone, dict[str, Any], bytes], wanted: str) -> None:
    phone, document, whole = large
    answer = download(phone, document, Range=wanted)
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer["Content-Range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-5", "bytes=-", "bytes=a-b", "nonsense"])
def test_what_is_no_single_range_is_answered_whole(large: tuple[Phone, dict[str, Any], bytes], wanted: str) -> None:
    phone, document, whole = large
    answer = download(phone, document, Range=wanted)
    assert (answer.status_code, body_of(answer)) == (200, whole)


def test_a_broken_download_goes_on_with_the_same_bytes_only(large: tuple[Phone, dict[str, Any], bytes]) -> None:
    phone, document, whole = large
    tag = download(phone, document)["ETag"]
    assert tag == f'"{document["sha256"]}"'
    rest = download(phone, document, **{"Range": "bytes=1000-", "If-Range": tag})
    assert (rest.status_code, body_of(rest)) == (206, whole[1000:])
    other = download(phone, document, **{"Range": "bytes=1000-", "If-Range": '"other"'})
    assert (other.status_code, body_of(other)) == (200, whole)
    assert download(phone, document, **{"If-None-Match": tag}).status_code == 304


def test_head_says_how_large_it_is(large: tuple[Phone, dict[str, Any], bytes]) -> None:
    phone, document, whole = large
    answer = phone.client.head(f"/v1/exports/{document['id']}/download")
    assert (answer.status_code, body_of(answer)) == (200, b"")
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(whole)), "bytes")


def test_a_link_opens_without_a_token_and_nothing_else_does(
    phone: Phone, other_phone: Phone, settings: Any, client: Client
) -> None:
    settings.PUBLIC_URL = "https://engram.example.org"
    document = export_of(phone)
    assert document["download_url"].startswith("https://engram.example.org/v1/export-downloads/")
    assert body_of(client.get(link(document))) == body_of(download(phone, document))
    path, _, signature = link(document).partition("?signature=")
    unknown = client.get(f"/v1/export-downloads/{uuid4()}?signature={signature}")
    others = export_of(other_phone)
    for refused in (
        client.get(f"{path}?signature={signature[:-1]}"),
        client.get(f"{path}?signature="),
        client.get(f"/v1/export-downloads/{others['id']}?signature={signature}"),
        other_phone.get(f"/v1/exports/{document['id']}"),
        download(other_phone, document),
    ):
        assert (refused.status_code, refused.content) == (404, unknown.content)
    assert client.get(path).status_code == 404
    assert client.get(f"/v1/exports/{document['id']}/download?signature={signature}").status_code == 401
    assert client.get(f"/v1/exports/{document['id']}?signature={signature}").status_code == 401
    assert client.get(f"{path}?signature={signature}&more=1").status_code == 422


def test_a_link_outlives_a_change_of_keys_while_the_old_one_is_a_fallback(
    phone: Phone, settings: Any, client: Client
) -> None:
    old = link(export_of(phone))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-the-tests-0123456789-0123456789"
    assert client.get(old).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(old).status_code == 404


def test_link_and_bytes_end_together(phone: Phone, client: Client) -> None:
    document = export_of(phone)
    DataExport.objects.update(expires_at=timezone.now())
    current = phone.get(f"/v1/exports/{document['id']}").json()
    for answer in (client.get(link(current)), download(phone, document)):
        assert (answer.status_code, answer.json()["code"]) == (410, "export_expired")
    assert make_exports(now=timezone.now()) == 0
    assert not DataExportPart.objects.exists()
    expired = phone.get(f"/v1/exports/{document['id']}").json()
    assert (expired["state"], expired["download_url"]) == ("expired", None)
    assert download(phone, document).status_code == 410


def test_ten_a_day_are_enough(phone: Phone) -> None:
    for _ in range(10):
        export_of(phone)
    answer = phone.post("/v1/exports", None)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_exports")
    assert 86000 < int(answer["Retry-After"]) <= 86400
    assert DataExport.objects.count() == 10


# --- workers that fail, die or come late


def test_a_worker_that_died_is_replaced_and_begins_again(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.post("/v1/exports", None)

    def die(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    export = DataExport.objects.get()
    monkeypatch.setattr(export_files, "dictionary_text", die)
    with pytest.raises(KeyboardInterrupt):
        make_exports(now=timezone.now())
    DataExportPart.objects.create(user=phone.user, export=export, number=0, data=b"half")
    monkeypatch.undo()
    assert make_exports(now=timezone.now()) == 0  # leased
    DataExport.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert make_exports(now=timezone.now()) == 1
    document = phone.get(f"/v1/exports/{export.pk}").json()
    assert opened(phone, document).testzip() is None
    assert DataExport.objects.get().attempts == 2


def test_a_worker_whose_lease_was_taken_over_writes_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.post("/v1/exports", None)
    stranger = uuid4()
    write = export_files.write_files

    def taken_over_meanwhile(*args: Any, **options: Any) -> None:
        DataExport.objects.update(claim_token=stranger)
        write(*args, **options)

    monkeypatch.setattr(exporting, "write_files", taken_over_meanwhile)
    assert make_exports(now=timezone.now()) == 0
    export = DataExport.objects.get()
    assert (export.state, export.claim_token, export.progress) == (ExportState.RUNNING, stranger, 0)
    assert not DataExportPart.objects.exists()


def test_a_failing_export_is_tried_five_times(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.post("/v1/exports", None)

    def fail(user: User) -> Iterator[dict[str, Any]]:
        raise ValueError("with somebody's data in it")

    monkeypatch.setattr(exporting, "registered_sections", lambda: [Section("broken", "", (), rows=fail)])
    for attempt in range(1, 6):
        assert make_exports(now=timezone.now()) == 0
        export = DataExport.objects.get()
        assert (export.attempts, export.last_error) == (attempt, "ValueError")
        DataExport.objects.filter(state=ExportState.PENDING).update(claimed_until=None)
    assert export.state == ExportState.FAILED
    assert not DataExportPart.objects.exists()
    assert download(phone, {"id": export.pk}).status_code == 409
    assert phone.post("/v1/exports", None).status_code == 202


def test_progress_says_what_is_being_written(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, str]] = []

    def look(user: User) -> Iterator[dict[str, Any]]:
        document = phone.get("/v1/exports").json()["results"][0]
        assert document["state"] == "running"
        seen.append((document["progress"], document["writing"]))
        return iter(())

    sections = [Section(name, "", (), rows=look) for name in ("first", "second", "third", "fourth")]
    monkeypatch.setattr(exporting, "registered_sections", lambda: sections)
    export_of(phone)
    assert seen == [(0, "first"), (25, "second"), (50, "third"), (75, "fourth")]


def test_an_erasure_takes_the_exports_with_it(phone: Phone, client: Client) -> None:
    document = export_of(phone)
    now = timezone.now()
    ErasureRequest.objects.create(user=phone.user, requested_at=now, erases_at=now)
    assert erase_due_accounts(now=now) == 1
    assert not DataExportPart.objects.exists()
    assert client.get(link(document)).status_code == 404


def test_ids_in_any_case(phone: Phone) -> None:
    document = export_of(phone)
    assert phone.get(f"/v1/exports/{str(UUID(document['id'])).upper()}").json() == document


def test_memory_does_not_grow_with_what_was_logged(monkeypatch: pytest.MonkeyPatch, catalogue: None) -> None:
    phone = make_phone()
    chance = random.Random(7)

    def rows(user: User) -> Iterator[dict[str, Any]]:
        for _ in range(1000):
            yield {"text": chance.randbytes(10_000).hex()}

    monkeypatch.setattr(
        exporting, "registered_sections", lambda: [Section("large", "", (Column("text", ""),), rows=rows)]
    )
    phone.post("/v1/exports", None)
    tracemalloc.start()
    make_exports(now=timezone.now())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = DataExport.objects.get().size
    assert size is not None
    assert size > 18 * PART_SIZE
    assert peak < 14 * PART_SIZE  # a part, on its way into a statement, is there several times
