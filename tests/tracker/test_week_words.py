"""A week in words: every status of a week, a domain and a practice, and every reason why a log did not count."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.languages import LANGUAGE_CODES
from tests.conftest import Phone, cognitive, exercise, meal
from tests.tracker.test_languages import english_left_in
from tracker.offline_weeks import explain_line
from tracker.scoring.protocol import WES_1_0_0
from tracker.scoring.records import CognitiveRecord, DayMark, DietRecord, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.weeks import Week
from tracker.week_documents import week_document
from tracker.week_words import NOT_COUNTED, week_words, words_of

WEEK = Week.parse("2026-W47")
DAYS = WEEK.days
DIET = frozenset(practice.code for practice in WES_1_0_0.practices_of("diet"))
NO_FOOD = (0,) * 8


def run(day: date, minutes: float, intensity: str | None = "moderate", **fields: Any) -> ExerciseRecord:
    tags = {"strength": False, "balance": False, **fields}
    return ExerciseRecord(f"e{day}{minutes}{fields}", day, round(minutes * 60), intensity, **tags)


def read(day: date, minutes: float = 30, *, social: bool = False) -> CognitiveRecord:
    return CognitiveRecord(f"c{day}", day, round(minutes * 60), "reading", social)


def documents(
    *records: ExerciseRecord | CognitiveRecord | DietRecord | DayMark,
    confirmed: str = "",
    not_applicable: frozenset[str] = frozenset(),
    language: str = "en",
) -> tuple[dict[str, Any], dict[str, Any]]:
    """With numbers, and in words without any."""

    def of(kind: type) -> Any:
        return tuple(record for record in records if isinstance(record, kind))

    week = WeekRecords(
        WEEK, of(ExerciseRecord), of(CognitiveRecord), of(DietRecord), of(DayMark), frozenset(confirmed.split())
    )
    facts = ParticipantFacts(None, not_applicable)
    shown, hidden = (
        week_document(week, facts, language=language, words=week_words(language, hide_numbers=hide))
        for hide in (False, True)
    )
    return shown, hidden


def practices(document: dict[str, Any]) -> dict[str, str]:
    return {item["practice"]: item["words"] for domain in document["domains"] for item in domain["practices"]}


def excused(*days: date) -> list[DayMark]:
    return [DayMark(day, True, frozenset()) for day in days]


@pytest.mark.parametrize(
    ("minutes", "shown", "hidden"),
    [
        (0, "Nothing logged here yet.", "Nothing logged here yet."),
        (60, "You logged 60 of 150 active minutes.", "You logged some of the week's active minutes."),
        (75.5, "You logged 76 of 150 active minutes.", "You logged most of the week's active minutes."),
        (
            150,
            "You logged 150 active minutes, which is the week's target.",
            "You reached the week's target for active minutes.",
        ),
        (
            170,
            "You logged 170 active minutes, more than the week's target of 150.",
            "You went past the week's target for active minutes.",
        ),
    ],
)
def test_a_practice_in_words(minutes: float, shown: str, hidden: str) -> None:
    logs = [run(DAYS[0], minutes)] if minutes else []
    assert [practices(document)["aerobic_minutes"] for document in documents(*logs)] == [shown, hidden]


def test_what_is_one_is_written_in_the_singular() -> None:
    servings = (50, 0, 0, 0, 0, 0, 100, 100)
    shown, _ = documents(run(DAYS[0], 20), DietRecord("d", DAYS[0], servings))
    words = practices(shown)
    assert words["fish"] == "You logged 1 serving of fish, which is the week's target."
    assert words["leafy_greens"] == "You logged 0.5 of 6 servings of leafy greens."
    assert words["active_days"] == "You logged 1 of 4 active days."
    assert shown["logs"][1]["words"] == "Counted 20 active minutes and 1 active day."
    spanish, _ = documents(run(DAYS[0], 20), DietRecord("d", DAYS[0], servings), language="es")
    assert practices(spanish)["leafy_greens"] == "Registraste 0,5 de 6 porciones de verduras de hoja verde."


def test_an_excused_week_is_asked_for_nothing() -> None:
    shown, hidden = documents(*excused(*DAYS), run(DAYS[0], 20))
    assert practices(shown)["strength_days"] == "Nothing is asked for here in an excused week."
    assert practices(shown)["aerobic_minutes"] == "You logged 20 active minutes in an excused week."
    assert practices(hidden)["aerobic_minutes"] == "You logged active minutes in an excused week."
    for document in (shown, hidden):
        assert document["words"] == "This week is excused, so nothing is asked for; what you logged is kept."
        assert document["domains"][0]["words"] == "This week is excused: nothing is asked for in exercise."


FULL = [*(run(day, 30) for day in DAYS), *(read(day) for day in DAYS), *(DietRecord(str(d), d, NO_FOOD) for d in DAYS)]
THREE = [*(run(day, 30) for day in DAYS[:3]), *(read(day) for day in DAYS[:3])]


@pytest.mark.parametrize(
    ("records", "facts", "shown", "hidden"),
    [
        (FULL, {}, "52.3 of 100 for the week, with everything logged.", "Everything is logged for this week."),
        (
            [*THREE, *(DietRecord(str(day), day, NO_FOOD) for day in DAYS[:3])],
            {},
            "At least 32.5 of 100 so far; more logs can add to it.",
            "Several days of this week are logged; more logs can add to it.",
        ),
        (
            THREE,
            {},
            "43.4 of 100 so far, from exercise and mental activity; three logged days in food would bring it in.",
            "There is a good deal logged in exercise and mental activity; three logged days in food would bring it in.",
        ),
        (
            [],
            {},
            "No number yet: three logged days in each of two areas make one.",
            "No number yet: three logged days in each of two areas make one.",
        ),
        (
            [],
            {"not_applicable": frozenset(practice.code for practice in WES_1_0_0.practices) - DIET},
            "The week as a whole has no number, because two areas don't apply to you.",
            "The week as a whole has no number, because two areas don't apply to you.",
        ),
    ],
)
def test_a_week_in_words(records: list[Any], facts: dict[str, Any], shown: str, hidden: str) -> None:
    assert [document["words"] for document in documents(*records, **facts)] == [shown, hidden]


@pytest.mark.parametrize(
    ("records", "facts", "shown", "hidden"),
    [
        (
            [],
            {"confirmed": "exercise"},
            "0 of 100 in exercise, with everything logged.",
            "Everything in exercise is logged for this week.",
        ),
        (
            THREE,
            {},
            "At least 50.3 of 100 in exercise so far; more logs can add to it.",
            "Several days in exercise are logged; more logs can add to it.",
        ),
        ([], {}, *["No number yet: three logged days in exercise make one."] * 2),
        (
            [],
            {"not_applicable": frozenset(practice.code for practice in WES_1_0_0.practices_of("exercise"))},
            *["You chose that exercise doesn't apply to you, so it is left aside."] * 2,
        ),
    ],
)
def test_a_domain_in_words(records: list[Any], facts: dict[str, Any], shown: str, hidden: str) -> None:
    assert [document["domains"][0]["words"] for document in documents(*records, **facts)] == [shown, hidden]


def test_a_log_says_what_it_counted_for() -> None:
    """Two walks share an active day; of a short one's share little is left."""
    long, short = run(DAYS[0], 19.99), run(DAYS[0], 0.02)
    shown, hidden = documents(long, short)
    words = {log["id"]: log["words"] for log in shown["logs"]}
    assert words[long.id] == "Counted 20 active minutes and 1 active day."
    assert words[short.id] == "Counted < 1 active minutes and < 0.01 active days."
    assert {log["words"] for log in hidden["logs"]} == {"Counted for active minutes and active days."}


REASONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "duplicate": (run(DAYS[0], 30, duplicate_of="x"), {}),
    "not_applicable": (
        run(DAYS[0], 30),
        {"not_applicable": frozenset({"aerobic_minutes", "active_days"})},
    ),
    "no_scored_food": (DietRecord("d", DAYS[0], NO_FOOD), {}),
    "no_intensity": (run(DAYS[0], 30, None), {}),
    "light_intensity": (run(DAYS[0], 30, "light"), {}),
    "below_daily_minimum": (DietRecord("d", DAYS[0], (0,) * 7 + (50,)), {}),
}


@pytest.mark.parametrize("reason", NOT_COUNTED)
def test_a_log_says_why_it_did_not_count(reason: str) -> None:
    record, facts = REASONS[reason]
    for document in documents(record, **facts):
        (log,) = document["logs"]
        assert (log["counted"], log["not_counted_because"], log["words"]) == ({}, reason, str(NOT_COUNTED[reason]))


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_without_numbers_there_is_no_digit_and_in_spanish_no_english(language: str) -> None:
    confirmations = ["", "exercise", "exercise cognitive diet"]
    weeks: list[list[Any]] = [[], THREE, FULL, [*THREE, *excused(DAYS[0])], [*excused(*DAYS[:5]), *THREE]]
    for records, confirmed in product(weeks, confirmations):
        shown, hidden = documents(*records, confirmed=confirmed, language=language)
        assert not any(character.isdigit() for text in words_of(hidden) for character in text)
        if language == "es":
            for document in (shown, hidden):
                assert [text for words in words_of(document) for text in english_left_in(words)] == []


def test_the_command_adds_words_when_it_is_asked(tmp_path: Any, capfdbinary: Any) -> None:
    line = json.dumps({"week": str(WEEK), "records": [{"type": "exercise_log", **exercise(DAYS[0], activity="walk")}]})
    file = tmp_path / "weeks.jsonl"
    file.write_text(line)
    call_command("explain_week", str(file))
    plain = json.loads(capfdbinary.readouterr().out)
    assert list(words_of(plain)) == []
    call_command("explain_week", str(file), "--words", "es")
    told = json.loads(capfdbinary.readouterr().out)
    assert told["logs"][0]["words"] == "Contó 30 minutos activos y 1 día activo."
    assert told == json.loads(explain_line(line.encode(), 1, "es"))
    with pytest.raises(CommandError):
        call_command("explain_week", str(file), "--words", "tlh")


@pytest.mark.django_db
def test_a_phone_gets_the_words_of_the_language_it_asks_for(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.monday, minutes=25))
    phone.post("/v1/cognitive-logs", cognitive(last_week.monday, minutes=5))
    phone.post("/v1/diet-logs", meal(last_week.monday, fish=1))
    document = phone.get(f"/v1/weeks/{last_week}").json()
    assert practices(document)["aerobic_minutes"] == "You logged 50 of 150 active minutes."
    assert all(part["words"] for part in (document, *document["domains"], *document["logs"]))
    spanish = phone.get(f"/v1/weeks/{last_week}?language=es").json()
    assert practices(spanish)["aerobic_minutes"] == "Registraste 50 de 150 minutos activos."


@pytest.mark.django_db
def test_words_cost_no_query_and_no_translation_for_each_log(
    phone: Phone, last_week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in last_week.days:
        phone.post("/v1/exercise-logs", exercise(day, minutes=25))
    phone.get(f"/v1/weeks/{last_week}")
    translated: list[str] = []

    def translate(text: str, *plural: Any) -> str:
        translated.append(text)
        return text

    for name in ("gettext", "ngettext"):
        monkeypatch.setattr(f"django.utils.translation._trans.{name}", translate)
    with CaptureQueriesContext(connection) as queries:
        phone.get(f"/v1/weeks/{last_week}")
    assert (len(queries) <= 4, translated) == (True, [])
