"""`manage.py explain_week`: JSON Lines in, JSON Lines out, without a database."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.demo.diaries import Diary, read_diaries
from tests.conftest import cognitive, exercise, meal
from tracker.management.commands.explain_week import CHUNK
from tracker.offline_weeks import explain_line
from tracker.scoring.weeks import Week

WEEK = Week.parse("2026-W47")


def explain(line: Any) -> Any:
    return json.loads(explain_line(json.dumps(line).encode(), 1))


def line_of(diary: Diary, week: Week) -> dict[str, Any]:
    kinds = {"exercise-logs": "exercise_log", "cognitive-logs": "cognitive_log", "diet-logs": "diet_log"}
    records = []
    for path, body in diary.requests(week):
        kind, _, key = path.partition("/")
        if kind in kinds:
            records.append({"type": kinds[kind], "id": key, **body})
        elif kind == "day-marks":
            records.append({"type": "day_mark", "date": key, **body})
    return {
        "profile": {
            "birth_year": diary.birth_year(week),
            "time_zone": diary.profile["home_time_zone"],
            "not_applicable": diary.profile["not_applicable"],
        },
        "week": str(week),
        "records": records,
        "confirmed": diary.confirmed,
    }


@pytest.mark.parametrize("diary", read_diaries(), ids=lambda diary: diary.name)
def test_the_example_diaries_have_the_scores_beside_them(diary: Diary) -> None:
    document = explain(line_of(diary, WEEK))
    found = {"score": document["score"], "status": document["status"]}
    found.update({part["domain"]: [part["score"], part["status"]] for part in document["domains"]})
    assert found == diary.expected
    assert len(document["logs"]) == sum(record["type"] != "day_mark" for record in diary.records)


def test_the_command_answers_line_by_line(monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    good = json.dumps({"week": "2026-W47", "records": [{"type": "exercise_log", **exercise(WEEK.monday)}]})
    lines = "\n".join([good, "{not json", "", good, '{"week": "2026-W99"}']).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    call_command("explain_week")
    first, second, third, fourth = map(json.loads, capfdbinary.readouterr().out.splitlines())
    assert first == third
    assert first["week"] == "2026-W47"
    assert (second["error"]["code"], second["error"]["line"]) == ("malformed_json", 2)
    assert fourth["error"]["errors"][0]["pointer"] == "/week"


def test_a_long_file_is_answered_in_its_own_order(tmp_path: Path, capfdbinary: Any) -> None:
    lines = []
    for number in range(CHUNK * 3 + 7):
        log = exercise(WEEK.monday, minutes=20 + number % 50)
        lines.append(json.dumps({"week": "2026-W47", "records": [{"type": "exercise_log", **log}]}))
    lines[CHUNK + 3] = "{not json"
    lines[CHUNK * 2] = ""
    file = tmp_path / "weeks.jsonl"
    file.write_text("\n".join(lines))
    call_command("explain_week", str(file))
    expected = [explain_line(line.encode(), number) for number, line in enumerate(lines, start=1) if line]
    assert capfdbinary.readouterr().out.splitlines() == expected


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("explain_week", str(tmp_path / "none.jsonl"))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"records": [{"type": "nap"}]}, "/records/0/type"),
        ({"records": [{"type": "exercise_log", "id": 1}]}, "/records/0/id"),
        ({"records": ["x"]}, "/records/0"),
        ({"profile": {"not_applicable": ["chocolate"]}}, "/profile/not_applicable"),
        ({"profile": {"time_zone": "Atlantis"}}, "/profile/time_zone"),
        ({"confirmed": ["sleep"]}, "/confirmed/0"),
        ({"colour": 1}, "/colour"),
        ({"week": "9999-W52"}, "/week"),
        ({"profile": {"birth_year": 5000}}, "/profile/birth_year"),
    ],
)
def test_a_bad_line_says_where(changes: dict[str, Any], pointer: str) -> None:
    pointers = [error["pointer"] for error in explain({"week": "2026-W47", **changes})["error"]["errors"]]
    assert pointer in pointers


def test_records_of_other_weeks_and_repeated_ids_change_nothing() -> None:
    mine = {"type": "exercise_log", **exercise(WEEK.monday)}
    other = {"type": "diet_log", **meal(WEEK.next().monday, fish=1)}
    assert explain({"week": "2026-W47", "records": [mine, other, mine]}) == explain(
        {"week": "2026-W47", "records": [mine]}
    )


def test_records_are_taken_as_a_server_would_keep_them() -> None:
    run = {"type": "exercise_log", **exercise(WEEK.monday)}
    nothing = explain({"week": "2026-W47", "records": []})
    # Moved to another week by a later version of itself, or wrong in whatever way but of another week.
    moved = {**run, "started_at": f"{WEEK.next().monday}T12:00:00+01:00"}
    assert explain({"week": "2026-W47", "records": [run, moved]}) == nothing
    assert explain({"week": "2026-W47", "records": [{**moved, "activity": "no_such"}]}) == nothing
    # The same session from one origin under two ids is the first; a duplicate from another source counts for nothing.
    watch = {**run, "origin": {"platform": "healthkit", "external_id": "a"}}
    again = {**watch, "id": "01938f2e-7c1a-7000-8000-3d5f0a6b9c21"}
    assert explain({"week": "2026-W47", "records": [watch, again]}) == explain({"week": "2026-W47", "records": [watch]})
    (log,) = explain({"week": "2026-W47", "records": [{**run, "duplicate_of": again["id"]}]})["logs"]
    assert (log["counted"], log["not_counted_because"]) == ({}, "duplicate")


def test_a_line_takes_no_longer_than_adding_nine_hundred_fractions() -> None:
    """A guard against slow code, on slow machines and busy ones too; `make bench` has the figure."""
    records: list[dict[str, Any]] = []
    for day in WEEK.days:
        records += [{"type": "exercise_log", **exercise(day)}, {"type": "cognitive_log", **cognitive(day)}]
        records += [{"type": "diet_log", **meal(day, berries=1, olive_oil=1)}]
    line = json.dumps({"week": "2026-W47", "records": records}).encode()
    lines, sums = [], []
    for _ in range(6):
        lines.append(processor_seconds(lambda: explain_line(line, 1)))
        sums.append(processor_seconds(lambda: sum(map(Fraction, range(900)))))
    assert min(lines) < min(sums)  # about two thirds of it


def processor_seconds(act: Callable[[], object]) -> float:
    """Of twenty times."""
    started = time.process_time()
    for _ in range(20):
        act()
    return time.process_time() - started
