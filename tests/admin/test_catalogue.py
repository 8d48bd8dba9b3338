"""The catalogue in the admin: entries by form and by CSV, with a preview, a history, and nothing that was logged touched."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.accounts.models import User
from tests.conftest import Phone, meal
from tests.staff import make_staff, signed_in
from tracker.catalogue.columns import FOOD_COLUMNS
from tracker.catalogue.loading import load_catalogue
from tracker.catalogue.spreadsheets import EXERCISE_SPREADSHEET
from tracker.models import CatalogueVersion, CognitiveActivity, ExerciseActivity, Food
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db

FOODS = "/admin/tracker/food/"
STEW = {
    "code": "test_stew",
    "label_en": "Test stew",
    "label_es": "Guiso de prueba",
    "category": "dishes",
    "gives": "beans:1;other_vegetables:0.5",
    "household_measure_en": "1 bowl",
    "household_measure_es": "1 plato hondo",
    "common": "false",
    "synonyms_en": "testing stew;stewed test",
    "synonyms_es": "",
    "source": "A test",
    "reason": "People asked for it",
}


@pytest.fixture
def staff(catalogue: None) -> Client:
    return signed_in(make_staff(superuser=True))


def version() -> int:
    return CatalogueVersion.objects.get().number


def add(staff: Client, **columns: str) -> Any:
    return staff.post(f"{FOODS}add/", {**STEW, **columns})


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return dict(found)


def test_an_entry_is_added_changed_and_its_history_says_by_whom_and_why(staff: Client) -> None:
    before = version()
    assert add(staff).status_code == 302
    stew = Food.objects.get(code="test_stew")
    assert stew.gives == {"beans": 1, "other_vegetables": 0.5}
    assert stew.synonyms == {"en": ["testing stew", "stewed test"], "es": []}
    assert (stew.changed_in, version()) == (before + 1, before + 1)

    page = staff.get(f"{FOODS}test_stew/change/")
    form = page.context["adminform"].form
    shown = {name: form.get_initial_for_field(form.fields[name], name) for name in FOOD_COLUMNS}
    assert shown == {name: STEW[name] for name in FOOD_COLUMNS}

    changed = {**STEW, "code": "another_code", "label_en": "Stew of tests", "reason": "Clearer"}
    assert staff.post(f"{FOODS}test_stew/change/", changed).status_code == 302
    assert not Food.objects.filter(code="another_code").exists()
    first, second = Food.history.filter(code="test_stew").order_by("history_id")
    assert [(row.history_type, row.history_change_reason, row.labels["en"]) for row in (first, second)] == [
        ("+", "People asked for it", "Test stew"),
        ("~", "Clearer", "Stew of tests"),
    ]
    assert second.history_user == User.objects.get(is_staff=True)
    history = staff.get(f"{FOODS}test_stew/history/").content.decode()
    assert "Clearer" in history
    assert "People asked for it" in history
    assert staff.get(f"{FOODS}test_stew/history/{first.history_id}/").status_code == 200


def test_saving_what_is_as_it_was_changes_nothing(staff: Client) -> None:
    add(staff)
    before = version()
    assert staff.post(f"{FOODS}test_stew/change/", STEW).status_code == 302
    assert version() == before
    assert Food.history.filter(code="test_stew").count() == 1


REFUSED = [
    ({"code": "blueberries"}, "code", "There is an entry with this code."),
    ({"code": "Two Words"}, "code", "form that isn't expected"),
    ({"gives": "sweets:1"}, "gives", "gives is not a food group"),
    ({"gives": "beans:101"}, "gives", "more than 100"),
    ({"label_es": ""}, "label_es", "required"),
    ({"category": "poison"}, "category", "valid choice"),
    ({"label_en": "Boosts your BDNF"}, "label_en", "must not stand in a text for participants"),
    ({"synonyms_en": "stew;stew"}, "synonyms_en", "twice"),
]


@pytest.mark.parametrize(("columns", "column", "detail"), REFUSED)
def test_what_is_refused(staff: Client, columns: dict[str, str], column: str, detail: str) -> None:
    before = (version(), Food.objects.count(), Food.history.count())
    assert detail in errors(add(staff, **columns))[column][0]
    assert (version(), Food.objects.count(), Food.history.count()) == before


def test_the_other_two_lists_have_forms_of_their_own(staff: Client) -> None:
    activity = {
        "code": "test_sport",
        "label_en": "Test sport",
        "label_es": "Deporte",
        "met": "4.0",
        "compendium_code": "15999",
    }
    rest = {
        "strength": "true",
        "balance": "false",
        "category": "sports",
        "synonyms_en": "",
        "synonyms_es": "",
        "source": "A test",
    }
    answer = staff.post(
        "/admin/tracker/exerciseactivity/add/", {**activity, **rest, "platform_names": "fit:test_sport"}
    )
    assert answer.status_code == 302
    sport = ExerciseActivity.objects.get(code="test_sport")
    assert (str(sport.met), sport.intensity, sport.strength, sport.platform_names) == (
        "4.0",
        "moderate",
        True,
        ["fit:test_sport"],
    )
    game = {
        "code": "test_game",
        "label_en": "Test game",
        "label_es": "Juego",
        "category": "games",
        "usually_social": "true",
    }
    texts = {"examples_en": "a round", "examples_es": "una ronda"}
    assert staff.post("/admin/tracker/cognitiveactivity/add/", {**game, **texts}).status_code == 302
    assert CognitiveActivity.objects.get(code="test_game").examples == {"en": ["a round"], "es": ["una ronda"]}


def test_retiring_is_kept_in_the_history_and_nothing_is_ever_deleted(staff: Client) -> None:
    chosen = {"action": "retire", "_selected_action": ["blueberries", "walnuts"]}
    before = version()
    staff.post(FOODS, chosen)
    assert Food.objects.get(code="blueberries").retired_at is not None
    assert Food.history.filter(code="blueberries").latest().history_change_reason == "Retired"
    assert version() == before + 1
    staff.post(FOODS, {**chosen, "action": "bring_back"})
    assert Food.objects.get(code="blueberries").retired_at is None
    assert staff.post(f"{FOODS}blueberries/delete/", {"post": "yes"}).status_code == 403
    assert Food.objects.filter(code="blueberries").exists()


def exported(staff: Client) -> list[dict[str, str]]:
    answer = staff.post(f"{FOODS}export/", {"format": "0", "resource": ""})
    assert answer["Content-Type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def as_file(lines: list[dict[str, str]]) -> SimpleUploadedFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, FOOD_COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return SimpleUploadedFile("foods.csv", text.getvalue().encode(), "text/csv")


def preview(staff: Client, lines: list[dict[str, str]]) -> Any:
    answer = staff.post(f"{FOODS}import/", {"import_file": as_file(lines), "format": "0", "resource": ""})
    assert answer.status_code == 200
    return answer


def test_an_export_changed_in_a_spreadsheet_is_previewed_and_then_imported(staff: Client) -> None:
    lines = exported(staff)
    assert len(lines) == Food.objects.count()
    assert tuple(lines[0]) == FOOD_COLUMNS
    blueberries = next(line for line in lines if line["code"] == "blueberries")
    assert blueberries["gives"] == "berries:1"
    blueberries["label_en"] = "Blueberries, any"
    lines.append({column: STEW[column] for column in FOOD_COLUMNS})
    before = version()

    shown = preview(staff, lines)
    rows = shown.context["result"].rows
    assert [(row.import_type, row.object_id) for row in rows] == [("update", "blueberries"), ("new", "test_stew")]
    assert "any" in shown.content.decode()
    assert (version(), Food.objects.filter(code="test_stew").count()) == (before, 0)

    assert "1 new, 1 updated" in messages_of(confirm(staff, shown))
    assert version() == before + 1
    assert Food.objects.get(code="blueberries").labels["en"] == "Blueberries, any"
    assert Food.objects.get(code="test_stew").gives == {"beans": 1, "other_vegetables": 0.5}
    assert {row.history_change_reason for row in Food.history.filter(code="test_stew")} == {"Imported from CSV"}


def test_a_file_with_one_bad_line_is_shown_and_changes_nothing(staff: Client) -> None:
    good = {column: STEW[column] for column in FOOD_COLUMNS}
    shown = preview(staff, [good, {**good, "code": "test_other", "gives": "sweets:1"}])
    assert shown.context["result"].has_validation_errors()
    assert "gives is not a food group" in shown.content.decode()
    assert shown.context.get("confirm_form") is None
    assert not Food.objects.filter(code="test_stew").exists()


def confirm(staff: Client, shown: Any) -> Any:
    form = shown.context["confirm_form"]
    said = {name: field.initial for name, field in form.fields.items()} | form.initial
    return staff.post(f"{FOODS}process_import/", said, follow=True)


def messages_of(answer: Any) -> str:
    return " ".join(map(str, answer.context["messages"]))


@pytest.mark.parametrize(
    ("columns", "detail"),
    [
        ({"source": "x" * 201}, "more than 200 characters"),
        ({"label_en": "Ste\x00w"}, "nobody sees"),
        ({"label_en": "Ste\u200bw"}, "nobody sees"),
        ({"label_en": "=HYPERLINK(1)"}, "begins as a formula does"),
        ({"synonyms_en": "stew;@SUM(1)"}, "begins as a formula does"),
    ],
)
def test_texts_that_a_page_or_a_spreadsheet_would_choke_on_are_refused(
    staff: Client, columns: dict[str, str], detail: str
) -> None:
    shown = preview(staff, [{**{column: STEW[column] for column in FOOD_COLUMNS}, **columns}])
    assert shown.context["result"].has_validation_errors()
    assert detail in str([row.error for row in shown.context["result"].invalid_rows])


def test_a_code_twice_in_a_file_is_seen_in_the_preview(staff: Client) -> None:
    line = {column: STEW[column] for column in FOOD_COLUMNS}
    shown = preview(staff, [line, line])
    assert "stand in the file twice: test_stew" in shown.content.decode()
    assert shown.context.get("confirm_form") is None


def test_a_preview_of_what_has_changed_since_is_not_imported(staff: Client) -> None:
    walnuts = next(line for line in exported(staff) if line["code"] == "walnuts")
    shown = preview(staff, [{**walnuts, "label_en": "Walnut halves"}])
    add(staff)
    answer = confirm(staff, shown)
    assert "Nothing was imported" in messages_of(answer)
    assert "has changed since the preview" in messages_of(answer)
    assert Food.objects.get(code="walnuts").labels["en"] == "Walnuts"


def test_a_second_yes_finds_no_file(staff: Client) -> None:
    shown = preview(staff, [{column: STEW[column] for column in FOOD_COLUMNS}])
    assert "1 new" in messages_of(confirm(staff, shown))
    assert "not waiting any more" in messages_of(confirm(staff, shown))


def test_a_platform_name_stands_for_one_activity(staff: Client) -> None:
    path = "/admin/tracker/exerciseactivity/"
    line = {"code": "test_sport", "label_en": "Sport", "label_es": "Deporte", "strength": "false", "balance": "false"}
    line |= {"category": "sports", "source": "A test", "platform_names": "healthkit:running"}
    form = staff.post(f"{path}add/", line).context["adminform"].form
    assert form.errors["platform_names"] == ["healthkit:running stands for run already."]
    text = ",".join([*EXERCISE_SPREADSHEET.columns]) + "\n"
    text += ",".join(line.get(column, "") for column in EXERCISE_SPREADSHEET.columns) + "\n"
    file = SimpleUploadedFile("exercise.csv", text.encode(), "text/csv")
    shown = staff.post(f"{path}import/", {"import_file": file, "format": "0", "resource": ""})
    assert "it can stand for one" in shown.content.decode()
    assert not ExerciseActivity.objects.filter(code="test_sport").exists()


def test_a_deployment_leaves_what_staff_have_changed(staff: Client) -> None:
    walnuts = next(line for line in exported(staff) if line["code"] == "walnuts")
    changed = {**walnuts, "label_en": "Walnut halves", "reason": "Clearer"}
    assert staff.post(f"{FOODS}walnuts/change/", changed).status_code == 302
    staff.post(FOODS, {"action": "retire", "_selected_action": ["blueberries"]})
    Food.objects.filter(code="blueberries").update(labels={"en": "Old"})
    done = load_catalogue()["foods"]
    assert (done.added, done.changed) == (0, 1)
    assert Food.objects.get(code="walnuts").labels["en"] == "Walnut halves"
    blueberries = Food.objects.get(code="blueberries")
    assert (blueberries.labels["en"], blueberries.retired_at is None) == ("Blueberries", False)
    assert load_catalogue(overwrite=True)["foods"].changed == 1
    assert Food.objects.get(code="walnuts").labels["en"] == "Walnuts"
    assert load_catalogue()["foods"].changed == 0


def test_what_was_is_only_read(staff: Client) -> None:
    add(staff)
    first = Food.history.get(code="test_stew")
    reader = signed_in(make_staff("reader@example.org", "view_food", "view_historicalfood"))
    path = f"{FOODS}test_stew/history/{first.history_id}/"
    assert reader.get(path).status_code == 200
    for client in (reader, staff):
        assert client.post(path, {**STEW, "label_en": "Hacked"}).status_code == 403
    assert Food.objects.get(code="test_stew").labels["en"] == "Test stew"
    assert staff.get(f"{FOODS}%00/history/").status_code == 404


def test_who_may_change_but_not_add_imports_nothing(catalogue: None) -> None:
    editor = signed_in(make_staff("editor@example.org", "view_food", "change_food"))
    assert editor.post(f"{FOODS}import/", {}).status_code == 403
    assert editor.post(f"{FOODS}process_import/", {}).status_code == 403


def test_a_file_with_other_columns_is_refused(staff: Client) -> None:
    file = SimpleUploadedFile("foods.csv", b"code,label\nstew,Stew\n", "text/csv")
    shown = staff.post(f"{FOODS}import/", {"import_file": file, "format": "0", "resource": ""})
    assert "The columns should be" in shown.content.decode()
    assert not Food.objects.filter(code="stew").exists()


def test_who_may_only_look_changes_nothing(catalogue: None) -> None:
    reader = signed_in(make_staff("staff@example.org", "view_food"))
    assert reader.get(f"{FOODS}blueberries/change/").status_code == 200
    for path in (f"{FOODS}add/", f"{FOODS}import/", f"{FOODS}process_import/"):
        assert reader.post(path, STEW).status_code == 403
    assert reader.post(f"{FOODS}blueberries/change/", {**STEW, "code": "blueberries"}).status_code == 403
    assert Food.objects.get(code="blueberries").labels["en"] == "Blueberries"


def test_a_changed_entry_touches_nothing_that_was_logged(staff: Client, phone: Phone, last_week: Week) -> None:
    add(staff)
    sent = {**meal(last_week.monday), "items": [{"food": "test_stew", "measures": 2}]}
    before = phone.post("/v1/diet-logs", sent).json()
    assert before["servings"] == {"other_vegetables": 1, "beans": 2}
    staff.post(f"{FOODS}test_stew/change/", {**STEW, "gives": "fish:1"})
    assert phone.get(f"/v1/diet-logs/{sent['id']}").json() == before
    week = phone.get(f"/v1/weeks/{last_week}").json()
    diet = next(domain for domain in week["domains"] if domain["domain"] == "diet")
    assert next(one["amount"] for one in diet["practices"] if one["practice"] == "beans") == 2
