"""The research export holds those who take part when it is finished, under numbers that lead back to nobody."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from backend.accounts.models import User
from backend.consents.documents import publish
from backend.consents.models import ConsentDocument
from tests.conftest import Phone, exercise, give_password, make_phone
from tracker import research_export
from tracker.models import WeeklyScore
from tracker.research_export import ConsentsKeepChanging, export_research
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phones(catalogue: None, last_week: Week) -> list[Phone]:
    """Three people with a scored week each, who all take part."""
    call_command("load_consent_documents", publish=True, verbosity=0)
    phones = [make_phone(f"person-{number}@example.org", display_name=f"Person {number}") for number in range(3)]
    for number, phone in enumerate(phones):
        body = exercise(last_week.first_day, minutes=30 + number, note="by the river")
        assert phone.post("/v1/exercise-logs", body).status_code == 201
        decide(phone, "accepted")
    score_due_weeks()
    return phones


def decide(phone: Phone, decision: str, version: int = 1) -> None:
    body = {"kind": "research", "version": version, "decision": decision}
    assert phone.post("/v1/consents", body).status_code == 201


def exported(path: Path, week: Week) -> zipfile.ZipFile:
    call_command("export_research", "--from", str(week), "--to", str(week), str(path), verbosity=0)
    return zipfile.ZipFile(path)


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


def manifest(archive: zipfile.ZipFile) -> Any:
    return json.loads(archive.read("manifest.json"))


def test_scores_and_practices_of_those_who_take_part(phones: list[Phone], last_week: Week, tmp_path: Path) -> None:
    decide(phones[0], "withdrawn")
    archive = exported(tmp_path / "out.zip", last_week)
    scores = table(archive, "weekly_scores.csv")
    assert {row["week"] for row in scores} == {str(last_week)}
    assert len({row["participant"] for row in scores}) == len(scores) == 2
    stored = WeeklyScore.objects.get(user=phones[1].user)
    wanted = {practice.practice.code: practice.amount for practice in stored.practices()}
    minutes = sorted(
        float(row["amount"]) for row in table(archive, "practices.csv") if row["practice"] == "aerobic_minutes"
    )
    assert minutes == [wanted["aerobic_minutes"], 64.0] == [62.0, 64.0]  # vigorous minutes count twice
    # A run of 31 minutes: 62 of 150, no strength day and one active day of four; no domain has a number yet.
    assert (
        {row["equal_weights_score"] for row in scores}
        == {row["equal_weights_exercise_score"] for row in scores}
        == {""}
    )
    assert manifest(archive)["consent_versions"] == [{"version": 1, "participants": 2, "weeks": 2}]
    assert manifest(archive)["files"]["weekly_scores.csv"].keys() == scores[0].keys()


def test_equal_weights_are_exact(phones: list[Phone], last_week: Week, tmp_path: Path) -> None:
    """Two days are excused, so that the targets that are stored are rounded: 107.14 minutes, 1.43 and 2.86 days."""
    phone = phones[1]
    for day in last_week.days[5:]:
        phone.put(f"/v1/day-marks/{day}", {"excused": True})
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["exercise", "diet"]})
    score_due_weeks()
    rows = table(exported(tmp_path / "out.zip", last_week), "weekly_scores.csv")
    (row,) = [row for row in rows if row["score"]]
    found = [row[f"equal_weights_{name}score"] for name in ("", "exercise_", "cognitive_", "diet_")]
    # Exercise: (62 · 7/750 + 0 + 7/20) / 3 = 0.30956; with nothing eaten, half of it in all.
    assert found == ["15.5", "31.0", "", "0.0"]


def test_nothing_in_it_leads_to_anybody(phones: list[Phone], last_week: Week, tmp_path: Path) -> None:
    first = exported(tmp_path / "first.zip", last_week)
    second = exported(tmp_path / "second.zip", last_week)
    for archive in (first, second):
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
        for phone in phones:
            for trace in (str(phone.user.pk), phone.user.pk.hex, phone.user.email, phone.user.display_name):
                assert trace not in everything
        assert "by the river" not in everything
    numbers = [{row["participant"] for row in table(archive, "weekly_scores.csv")} for archive in (first, second)]
    assert not numbers[0] & numbers[1]


@pytest.mark.parametrize(
    "leave",
    [
        lambda phone: decide(phone, "withdrawn"),
        lambda phone: User.objects.filter(pk=phone.user.pk).update(is_active=False),
        lambda phone: phone.post("/v1/erasure", {"password": "correct horse battery staple"}),
    ],
    ids=["withdraws", "is switched off", "asks to be erased"],
)
def test_who_leaves_between_two_batches_is_not_in_it(
    phones: list[Phone],
    last_week: Week,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leave: Callable[[Phone], Any],
) -> None:
    give_password(phones[0].user, "correct horse battery staple")
    monkeypatch.setattr(research_export, "BATCH", 1)
    read = research_export._score_row
    rows: list[Any] = []

    def leave_after_the_first(*args: Any) -> Any:
        rows.append(read(*args))
        if len(rows) == 1:
            run_elsewhere(lambda: leave(phones[0]))
        return rows[-1]

    monkeypatch.setattr(research_export, "_score_row", leave_after_the_first)
    archive = exported(tmp_path / "out.zip", last_week)
    assert len(rows) == 3 + 2  # made twice: with them, and then without
    assert len(table(archive, "weekly_scores.csv")) == 2
    assert {row["participant"] for row in table(archive, "practices.csv")} == {
        row["participant"] for row in table(archive, "weekly_scores.csv")
    }
    assert manifest(archive)["consent_versions"] == [{"version": 1, "participants": 2, "weeks": 2}]
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


def run_elsewhere(work: Callable[[], Any]) -> None:
    """On another connection, as another process would."""
    import threading

    from django.db import connection

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_if_consents_keep_changing_nothing_is_left(
    phones: list[Phone], last_week: Week, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = research_export._who_takes_part
    asked: list[int] = []

    def one_fewer_each_time() -> Any:
        asked.append(1)
        taking_part = real()
        return taking_part if len(asked) % 2 else {}

    monkeypatch.setattr(research_export, "_who_takes_part", one_fewer_each_time)
    with pytest.raises(ConsentsKeepChanging):
        export_research(tmp_path / "out.zip", last_week, last_week, now=timezone.now())
    assert list(tmp_path.iterdir()) == []


def test_it_says_which_version_was_accepted(phones: list[Phone], last_week: Week, tmp_path: Path) -> None:
    document = ConsentDocument.objects.create(kind="research", version=2, texts={"en": {"title": "R", "body": "B"}})
    publish(document, now=timezone.now())
    decide(phones[0], "accepted", version=2)
    archive = exported(tmp_path / "out.zip", last_week)
    assert manifest(archive)["consent_versions"] == [
        {"version": 1, "participants": 2, "weeks": 2},
        {"version": 2, "participants": 1, "weeks": 1},
    ]
    assert sorted(row["consent_version"] for row in table(archive, "weekly_scores.csv")) == ["1", "1", "2"]


def test_weeks_outside_are_left_out_and_must_be_in_order(phones: list[Phone], last_week: Week, tmp_path: Path) -> None:
    before = last_week.previous()
    archive = exported(tmp_path / "out.zip", before)
    assert table(archive, "weekly_scores.csv") == []
    assert manifest(archive)["consent_versions"] == [{"version": 1, "participants": 3, "weeks": 0}]
    with pytest.raises(CommandError, match="lies before the first"):
        call_command("export_research", "--from", str(last_week), "--to", str(before), str(tmp_path / "no.zip"))
    with pytest.raises(CommandError):
        call_command("export_research", "--from", "yesterday", "--to", str(before), str(tmp_path / "no.zip"))
    assert not (tmp_path / "no.zip").exists()
