"""Staff correct and delete records through the pages of the admin, and no edit of anybody's is overwritten unseen."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import User
from backend.audit.models import Entry
from backend.audit.pseudonyms import pseudonyms
from backend.sync.models import SyncCounter
from tests.admin.test_pages import address
from tests.conftest import Phone, cognitive, exercise, meal
from tests.staff import make_staff, signed_in
from tracker.models import CognitiveLog, DayMark, DietLog, DueWeek, ExerciseLog, WeekConfirmation, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks

pytestmark = pytest.mark.django_db

LOGS: dict[str, Any] = {"exercise-logs": ExerciseLog, "cognitive-logs": CognitiveLog, "diet-logs": DietLog}
RIGHTS = [f"{verb}_{model._meta.model_name}" for model in LOGS.values() for verb in ("view", "change", "delete")]


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in(make_staff("staff@example.org", *RIGHTS))


class Fields(HTMLParser):
    """What a browser would send of a page's form if nobody touched it."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self._open, self._in_text = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                self.data.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and given.get("type") != "submit":
            self.data[name] = given.get("value", "")
        elif tag in ("select", "textarea"):
            self._open, self._in_text = name, tag == "textarea"
            self.data[name] = ""
        elif tag == "option" and "selected" in given:
            self.data[self._open] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            text = self.data[self._open].replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self.data[self._open] = text.replace("\n", "\r\n")
        if tag in ("select", "textarea"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._in_text:
            self.data[self._open] += data


def form_on(page: str) -> dict[str, Any]:
    match = re.search(r'<form[^>]*method="post".*?</form>', page[page.index('id="content') :], re.DOTALL)
    assert match is not None
    fields = Fields()
    fields.feed(match.group())
    return {name: value for name, value in fields.data.items() if name and not name.startswith("_")}


def opened(staff: Client, row: Any) -> dict[str, Any]:
    """The fields of a record's page, with the version that was on it."""
    answer = staff.get(address(type(row), "change/", row.pk))
    assert answer.status_code == 200
    return form_on(answer.content.decode())


def save(staff: Client, row: Any, fields: dict[str, Any]) -> Any:
    return staff.post(address(type(row), "change/", row.pk), fields)


def delete(staff: Client, row: Any, version: int | str) -> Any:
    return staff.post(address(type(row), "delete/", row.pk), {"post": "yes", "base_version": version})


def log(phone: Phone, kind: str, body: dict[str, Any]) -> Any:
    assert phone.post(f"/v1/{kind}", body).status_code == 201
    return LOGS[kind].objects.get(uid=body["id"])


def shown(phone: Phone, kind: str, row: Any) -> dict[str, Any]:
    document: dict[str, Any] = phone.get(f"/v1/{kind}/{row.uid}").json()
    return document


def stored(row: Any) -> dict[str, Any]:
    values: dict[str, Any] = type(row).objects.filter(pk=row.pk).values().get()
    return values


STEW = {"name": "Grandma's stew", "own_food": "0193a1b2-0000-7000-8000-000000000001", "gives": {"beans": 2}}
CORRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "exercise-logs",
        {"note": "by the river\r\nand back", "distance_m": "1200.1", "activity_name": " Morning run"},
        {
            "duration_seconds": "2700",
            "effort": "vigorous",
            "ended_at": "{day}T12:50:00+01:00",
            "separate_session": "on",
        },
        {"separate_session": True, "duration_seconds": 2700, "effort": "vigorous", "ended_at": "{day}T12:50:00+01:00"},
    ),
    (
        "exercise-logs",
        {"note": "by the river", "distance_m": "1200.1", "effort": "light"},
        {"note": "", "distance_m": "", "effort": "", "started_at": "{day}T23:30:00-05:00", "activity": "walk"},
        {"note": "", "distance_m": None, "effort": None, "started_at": "{day}T23:30:00-05:00", "activity": "walk"},
    ),
    (
        "cognitive-logs",
        {"activity_name": "A long book"},
        {"social": "on", "activity": "sudoku", "time_zone": "Europe/Helsinki"},
        {"social": True, "activity": "sudoku", "time_zone": "Europe/Helsinki", "flags": ["offset_disagrees_with_zone"]},
    ),
    (
        "diet-logs",
        {},
        {
            "meal": "dinner",
            "items-0-servings": "1.25",
            "items-1-food": "",
            "items-1-food_group": "",
            "items-1-servings": "",
        }
        | {"items-3-food": "blueberries", "items-3-servings": "2"},
        {
            "meal": "dinner",
            "items": [
                {"food": None, "food_group": "leafy_greens", "servings": 1.25},
                {"food": "blueberries", "food_group": "berries", "servings": 2},
            ],
            "servings": {"leafy_greens": 1.25, "berries": 2},
        },
    ),
    (
        "diet-logs",
        {"items": [{"food": "spinach", "measures": 2}, STEW, {"name": "Birthday cake"}]},
        {"items-0-measures": "3", "items-1-measures": "0.5", "items-2-measures": ""},
        {
            "items": [
                {"food": "spinach", "food_group": "leafy_greens", "servings": 3, "measures": 3},
                {**STEW, "food": None, "food_group": None, "servings": None, "measures": 0.5},
            ],
            "servings": {"leafy_greens": 3, "beans": 1},
        },
    ),
]


def body_of(kind: str, day: Any) -> dict[str, Any]:
    if kind == "diet-logs":
        return meal(day, leafy_greens=2, nuts=1)
    return exercise(day) if kind == "exercise-logs" else cognitive(day)


@pytest.mark.parametrize(("kind", "said", "typed", "expected"), CORRECTIONS)
def test_a_correction_is_the_next_version_and_changes_what_was_typed_and_nothing_else(
    staff: Client,
    phone: Phone,
    last_week: Week,
    kind: str,
    said: dict[str, Any],
    typed: dict[str, str],
    expected: dict[str, Any],
) -> None:
    day = last_week.first_day
    origin = {"platform": "healthkit", "app_id": "org.example", "external_id": "9f3c"}
    row = log(phone, kind, {**body_of(kind, day), **said, "origin": origin})
    before = shown(phone, kind, row)
    fields = opened(staff, row) | {name: text.format(day=day) for name, text in typed.items()}
    assert save(staff, row, fields).status_code == 302
    after = shown(phone, kind, row)
    at = {name: value.format(day=day) if isinstance(value, str) else value for name, value in expected.items()}
    assert after == before | at | {"version": 2}
    assert stored(row)["seq"] == SyncCounter.objects.get(user=phone.user).seq


@pytest.mark.parametrize("kind", LOGS)
def test_a_page_that_is_saved_as_it_was_changes_nothing(
    staff: Client, phone: Phone, last_week: Week, kind: str
) -> None:
    said = {} if kind == "diet-logs" else {"activity_name": " x "}
    row = log(phone, kind, {**body_of(kind, last_week.first_day), "note": "\n two\r\nlines\rand more ", **said})
    before, seq = stored(row), SyncCounter.objects.get(user=phone.user).seq
    entries = Entry.objects.count()
    fields = opened(staff, row)
    assert save(staff, row, fields).status_code == 302
    assert (stored(row), SyncCounter.objects.get(user=phone.user).seq) == (before, seq)
    assert list(Entry.objects.filter(id__gt=entries).values_list("action", flat=True)) == ["read"]
    assert not LogEntry.objects.exists()


def test_a_time_keeps_its_own_offset_on_the_page_and_decides_the_local_date(
    staff: Client, phone: Phone, last_week: Week
) -> None:
    day = last_week.first_day
    row = log(phone, "exercise-logs", {**exercise(day), "started_at": f"{day}T06:00:00+05:30"})
    fields = opened(staff, row)
    assert fields["started_at"] == f"{day}T06:00:00+05:30"
    save(staff, row, fields | {"started_at": f"{last_week.last_day}T23:45:00-09:00"})
    assert shown(phone, "exercise-logs", row)["local_date"] == str(last_week.last_day)


# --- what the record type refuses


@pytest.mark.parametrize(
    ("kind", "typed", "errors"),
    [
        ("exercise-logs", {"activity": "levitation"}, {"activity": ["There is no such exercise activity."]}),
        ("exercise-logs", {"activity": ""}, {"activity": ["This field is required."]}),
        ("exercise-logs", {"duration_seconds": "86401"}, {"duration_seconds": ["Expected `int` <= 86400."]}),
        ("exercise-logs", {"duration_seconds": "half an hour"}, {"duration_seconds": ["Enter a whole number."]}),
        (
            "exercise-logs",
            {"started_at": "2026-11-16T08:00:00"},
            {"started_at": ["Give the offset from UTC, such as +01:00, or Z."]},
        ),
        (
            "exercise-logs",
            {"ended_at": "2001-01-01T00:00:00Z"},
            {"ended_at": ["The end lies before the start."]},
        ),
        (
            "exercise-logs",
            {"started_at": "2199-01-01T00:00:00Z"},
            {"started_at": ["This ends in the future by the server's clock."]},
        ),
        ("exercise-logs", {"distance_m": "-1"}, {"distance_m": ["Expected 0 to 9 999 999 metres."]}),
        (
            "exercise-logs",
            {"effort": "extreme"},
            {"effort": ["Select a valid choice. extreme is not one of the available choices."]},
        ),
        ("cognitive-logs", {"activity": "run"}, {"activity": ["There is no such cognitive activity."]}),
        (
            "diet-logs",
            {"items-1-servings": "0"},
            {"items": ["Row 2, servings: Expected more than 0 and at most 1000."]},
        ),
        ("diet-logs", {"items-1-servings": "many"}, {"items": ["Row 2, servings: Invalid decimal string."]}),
        (
            "diet-logs",
            {"items-4-food": "manna", "items-4-servings": "1"},
            {"items": ["Row 3, food: There is no such food."]},
        ),
        (
            "diet-logs",
            {"items-4-servings": "1"},
            {"items": ["Row 3, food: Give a food, a food group or a name of your own."]},
        ),
    ],
)
def test_what_no_app_may_send_is_refused_at_its_field(
    staff: Client, phone: Phone, last_week: Week, kind: str, typed: dict[str, str], errors: dict[str, list[str]]
) -> None:
    row = log(phone, kind, body_of(kind, last_week.first_day))
    before = stored(row)
    answer = save(staff, row, opened(staff, row) | typed)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == errors
    kept = form_on(answer.content.decode())
    assert kept["base_version"] == "1"
    assert set(typed.values()) - {"", "extreme"} <= set(map(str, kept.values()))
    assert stored(row) == before
    assert not Entry.objects.filter(action="change").exists()


# --- against phones


def test_a_phone_that_edits_what_staff_have_corrected_gets_a_conflict(
    staff: Client, phone: Phone, last_week: Week
) -> None:
    body = exercise(last_week.first_day)
    row = log(phone, "exercise-logs", body)
    assert save(staff, row, opened(staff, row) | {"duration_seconds": "2700"}).status_code == 302
    edited = {**body, "note": "from the phone"}
    refused = phone.put(f"/v1/exercise-logs/{body['id']}", edited, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["current"]["duration_seconds"]) == (412, 2700)
    assert refused.json()["current"]["version"] == 2
    assert (stored(row)["duration_seconds"], stored(row)["note"]) == (2700, "")
    mine = phone.put(f"/v1/exercise-logs/{body['id']}", edited, **{"If-Match": '"2"'})
    assert (mine.status_code, mine.json()["version"]) == (200, 3)


def test_staff_whose_page_is_out_of_date_get_the_phones_edit_and_store_nothing(
    staff: Client, phone: Phone, last_week: Week
) -> None:
    body = exercise(last_week.first_day)
    row = log(phone, "exercise-logs", body)
    fields = opened(staff, row) | {"duration_seconds": "2700", "note": ""}
    phone.put(f"/v1/exercise-logs/{body['id']}", {**body, "note": "from the phone"}, **{"If-Match": '"1"'})
    before, entries = stored(row), Entry.objects.count()

    answer = save(staff, row, fields)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing was stored. This record was changed after you had opened it." in page
    assert "Your page had: 2700" in page
    now = form_on(page)
    assert (now["base_version"], now["duration_seconds"], now["note"]) == ("2", "1800", "from the phone")
    assert stored(row) == before
    (entry,) = Entry.objects.filter(id__gt=entries)
    assert (entry.action, entry.what["page"]) == ("read", "row")
    assert not LogEntry.objects.exists()

    assert save(staff, row, now | {"duration_seconds": "2700"}).status_code == 302
    document = shown(phone, "exercise-logs", row)
    assert (document["version"], document["duration_seconds"], document["note"]) == (3, 2700, "from the phone")


@pytest.mark.parametrize("version", ["0", "7", "9" * 30, "9" * 5000, "-1", "one", ""])
def test_a_version_that_was_on_no_page_stores_nothing(
    staff: Client, phone: Phone, last_week: Week, version: str
) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    before = stored(row)
    fields = opened(staff, row) | {"duration_seconds": "2700", "base_version": version}
    assert save(staff, row, fields).status_code == (409 if version in ("0", "7", "-1", "9" * 30) else 200)
    assert delete(staff, row, version).status_code == 302
    assert stored(row) == before


def test_what_the_participant_has_deleted_stays_deleted(staff: Client, phone: Phone, last_week: Week) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    fields = opened(staff, row) | {"duration_seconds": "2700"}
    phone.delete(f"/v1/exercise-logs/{row.uid}", **{"If-Match": '"1"'})
    before = stored(row)
    assert save(staff, row, fields).status_code == 403
    assert delete(staff, row, 2).status_code == 403
    page = staff.get(address(ExerciseLog, "change/", row.pk))
    assert page.status_code == 200
    assert "base_version" not in page.content.decode()
    assert stored(row) == before


@pytest.mark.parametrize("kind", LOGS)
def test_a_deletion_leaves_a_tombstone_which_is_final(staff: Client, phone: Phone, last_week: Week, kind: str) -> None:
    body = body_of(kind, last_week.first_day)
    row = log(phone, kind, {**body, "note": "private words"})
    page = staff.get(address(type(row), "delete/", row.pk)).content.decode()
    assert form_on(page)["base_version"] == "1"
    assert delete(staff, row, 1).status_code == 302
    after = stored(row)
    assert (after["version"], after["note"], after["local_date"], bytes(after["content_hash"])) == (2, "", None, b"")
    assert after["deleted_at"] is not None
    assert phone.get(f"/v1/{kind}/{row.uid}").status_code == 410
    assert phone.put(f"/v1/{kind}/{row.uid}", body, **{"If-Match": '"2"'}).status_code == 410
    assert stored(row) == after


def test_what_the_phone_has_edited_meanwhile_is_not_deleted(staff: Client, phone: Phone, last_week: Week) -> None:
    body = exercise(last_week.first_day)
    row = log(phone, "exercise-logs", body)
    phone.put(f"/v1/exercise-logs/{body['id']}", {**body, "note": "from the phone"}, **{"If-Match": '"1"'})
    before = stored(row)
    answer = staff.post(address(ExerciseLog, "delete/", row.pk), {"post": "yes", "base_version": "1"}, follow=True)
    assert answer.redirect_chain == [(address(ExerciseLog, "change/", row.pk), 302)]
    assert "Nothing was stored" in answer.content.decode()
    assert staff.post(address(ExerciseLog, "delete/", row.pk), {"post": "yes"}).status_code == 302
    assert stored(row) == before
    assert not Entry.objects.filter(action="change").exists()


def test_there_is_no_deleting_of_many(staff: Client, phone: Phone, last_week: Week) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    data = {"action": "delete_selected", "_selected_action": [str(row.pk)], "index": 0, "post": "yes"}
    staff.post(address(ExerciseLog, ""), data)
    assert stored(row)["deleted_at"] is None
    assert "delete_selected" not in staff.get(address(ExerciseLog, "")).content.decode()


# --- marks


def test_marks_are_corrected_too_and_never_deleted(phone: Phone, last_week: Week) -> None:
    staff = signed_in(make_staff(superuser=True))
    day = last_week.first_day
    phone.put(f"/v1/day-marks/{day}", {"excused": True, "nothing": ["diet"]})
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["diet", "exercise"]})
    mark, confirmation = DayMark.objects.get(), WeekConfirmation.objects.get()
    fields = opened(staff, mark)
    assert (fields["excused"], fields["nothing"]) == (["on"], ["diet"])
    del fields["excused"]
    assert save(staff, mark, fields | {"nothing": ["diet", "exercise"]}).status_code == 302
    document = phone.get(f"/v1/day-marks/{day}").json()
    assert (document["excused"], document["nothing"], document["version"]) == (False, ["diet", "exercise"], 2)
    assert save(staff, confirmation, {"base_version": "1"}).status_code == 302
    document = phone.get(f"/v1/weeks/{last_week}/confirmation").json()
    assert (document["domains"], document["version"]) == ([], 2)
    for row in (mark, confirmation):
        assert delete(staff, row, 2).status_code == 403
        assert type(row).objects.get().deleted_at is None


# --- what follows


def test_the_weeks_that_a_correction_leaves_and_enters_are_scored_again(
    staff: Client, phone: Phone, last_week: Week
) -> None:
    earlier = last_week.previous()
    row = log(phone, "exercise-logs", exercise(last_week.first_day, minutes=60))
    score_due_weeks()
    assert not DueWeek.objects.exists()

    def hashes() -> dict[Any, Any]:
        return {score.week: score.input_hash for score in WeeklyScore.objects.filter(user=phone.user)}

    before = hashes()
    assert (
        save(staff, row, opened(staff, row) | {"started_at": f"{earlier.first_day}T12:00:00+01:00"}).status_code == 302
    )
    assert set(DueWeek.objects.values_list("week", flat=True)) == {last_week.monday, earlier.monday}
    score_due_weeks()
    after = hashes()
    assert after[last_week.monday] != before[last_week.monday]
    assert earlier.monday in after
    assert delete(staff, row, 2).status_code == 302
    assert set(DueWeek.objects.values_list("week", flat=True)) == {earlier.monday}


def test_who_changed_what_of_whom_is_in_the_audit_and_nobody_is_named(
    staff: Client, phone: Phone, last_week: Week
) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    save(staff, row, opened(staff, row) | {"duration_seconds": "2700", "note": "secret words"})
    delete(staff, row, 2)
    actor = User.objects.get(email="staff@example.org").pk
    (mark,) = pseudonyms([phone.user.pk]).values()
    changed, deleted = Entry.objects.filter(action="change").order_by("id")
    for entry in (changed, deleted):
        assert (entry.actor, entry.model, entry.purpose) == (actor, "tracker.exerciselog", "data_quality")
        assert [bytes(each) for each in entry.participants] == [mark]
    ids = [str(row.pk)]
    assert changed.what == {"act": "change", "fields": ["duration_seconds", "note"], "ids": ids, "rows": 1}
    assert deleted.what == {"act": "delete", "ids": ids, "rows": 1}
    history = staff.get(address(ExerciseLog, "history/", row.pk)).content.decode()
    assert "Changed duration_seconds and note." in history
    assert not LogEntry.objects.filter(change_message__contains="secret").exists()


def test_what_the_audit_cannot_record_is_not_changed(staff: Client, phone: Phone, last_week: Week) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    fields = opened(staff, row) | {"duration_seconds": "2700"}
    before, seq = stored(row), SyncCounter.objects.get(user=phone.user).seq
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM audit_head WHERE EXISTS (SELECT FROM audit_entry)")
    assert save(staff, row, fields).status_code == 503
    assert delete(staff, row, 1).status_code == 503
    assert (stored(row), SyncCounter.objects.get(user=phone.user).seq) == (before, seq)


def test_corrections_and_deletions_take_their_locks_in_one_order(staff: Client, phone: Phone, last_week: Week) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    fields = opened(staff, row) | {"duration_seconds": "2700"}
    correction = address(ExerciseLog, "change/", row.pk), fields
    deletion = address(ExerciseLog, "delete/", row.pk), {"post": "yes", "base_version": 2}
    for path, data in (correction, deletion):
        with CaptureQueriesContext(connection) as captured:
            assert staff.post(path, data).status_code == 302
        statements = [query["sql"] for query in captured]
        (participant,) = (at for at, text in enumerate(statements) if "sync_synccounter" in text)
        (audit,) = (at for at, text in enumerate(statements) if "INTO audit_entry" in text)
        assert participant < audit


@pytest.mark.parametrize(
    ("rights", "reads", "corrects", "deletes"),
    [
        ((), 403, 403, 403),
        (("view",), 200, 403, 403),
        (("delete",), 403, 403, 302),
        (("view", "delete"), 200, 403, 302),
        (("change",), 200, 302, 403),
        (("view", "change", "delete"), 200, 302, 302),
    ],
)
def test_each_right_allows_what_it_says(
    phone: Phone, last_week: Week, rights: tuple[str, ...], reads: int, corrects: int, deletes: int
) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    everything = signed_in(make_staff(superuser=True))
    fields = opened(everything, row) | {"duration_seconds": "2700"}
    # Rights on other tables are none on this one.
    others = [f"{verb}_cognitivelog" for verb in ("view", "change", "delete")]
    helper = signed_in(make_staff("helper@example.org", *others, *(f"{right}_exerciselog" for right in rights)))
    page = helper.get(address(ExerciseLog, "change/", row.pk))
    assert page.status_code == reads
    assert ("base_version" in page.content.decode()) == (corrects == 302)
    assert save(helper, row, fields).status_code == corrects
    version = 2 if corrects == 302 else 1
    assert (stored(row)["version"], stored(row)["duration_seconds"]) == (version, 2700 if version == 2 else 1800)
    assert delete(helper, row, version).status_code == deletes
    assert (stored(row)["deleted_at"] is not None) == (deletes == 302)


def test_no_other_site_can_make_staff_change_anything(phone: Phone, last_week: Week) -> None:
    row = log(phone, "exercise-logs", exercise(last_week.first_day))
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(make_staff(superuser=True)).cookies
    before = stored(row)
    fields = opened(browser, row) | {"duration_seconds": "2700"}
    token = fields.pop("csrfmiddlewaretoken")
    assert save(browser, row, fields).status_code == 403
    assert delete(browser, row, 1).status_code == 403
    assert stored(row) == before
    assert save(browser, row, fields | {"csrfmiddlewaretoken": token}).status_code == 302


def test_what_a_participant_wrote_is_shown_as_words_on_every_page(staff: Client, phone: Phone, last_week: Week) -> None:
    """Also beside the field of a page that was out of date, where the earlier words stand."""
    markup = "<div x-data x-init=\"fetch('/admin/accounts/user/')\">hi</div>"
    body = {**exercise(last_week.first_day), "note": markup, "activity_name": markup}
    row = log(phone, "exercise-logs", body)
    fields = opened(staff, row)
    harmless = {**body, "note": "harmless", "activity_name": "harmless"}
    assert phone.put(f"/v1/exercise-logs/{body['id']}", harmless, if_match='"1"').status_code == 200
    page = save(staff, row, fields | {"duration_seconds": "2700"}).content.decode()
    assert "Your page had: &lt;div x-data" in page
    assert markup not in page
