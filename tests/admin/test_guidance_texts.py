"""Guidance texts in the admin: who may write, review and publish, what the pages show, and what the audit keeps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.audit.models import Entry
from backend.languages import LANGUAGE_CODES
from tests.staff import make_staff, signed_in
from tests.tracker.test_guidance_editing import write
from tracker.admin.guidance_forms import form_for
from tracker.admin.guidance_preview import previews
from tracker.guidance.published import published_library
from tracker.guidance_editing import CannotChangeGuidance, document_of, publish, review, save_draft, seen_hash
from tracker.models import GuidanceLibraryState, GuidanceText, GuidanceVersion
from tracker.scoring.protocol import PRACTICES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "nothing_kept_of_the_library")]

LIST = "/admin/tracker/guidancetext/"
PAGE = f"{LIST}test_walk/"
ADD = f"{LIST}add/?kind=suggestion&practice=aerobic_minutes"
WALK: dict[str, Any] = {
    "code": "test_walk",
    "turn": "1",
    "title_en": "A walk after lunch",
    "title_es": "Un paseo después de comer",
    "text_en": "Walk round the block after lunch.",
    "text_es": "Da la vuelta a la manzana después de comer.",
    "minutes": "15",
    "intensity": "moderate",
    "on": "free",
    "evidence_id": "aerobic_training",
    "safety": "",
    "older": "true",
    "started": "",
    "does": ["fish"],
    "note": "People asked for it",
}
WRITE = ("view_guidancetext", "add_guidancetext", "change_guidancetext")
REVIEW = ("view_guidancetext", "review_guidancetext")


@pytest.fixture
def writer() -> Client:
    return signed_in(make_staff("writer@example.org", *WRITE))


@pytest.fixture
def reviewer() -> Client:
    return signed_in(make_staff("reviewer@example.org", *REVIEW))


def add(client: Client, **fields: Any) -> Any:
    return client.post(ADD, {**WALK, **fields}, follow=True)


def save(client: Client, **fields: Any) -> Any:
    seen = client.get(f"{PAGE}change/").context["adminform"].form.fields["seen"].initial
    return client.post(f"{PAGE}change/", {**WALK, "seen": seen, **fields}, follow=True)


def newest() -> GuidanceVersion:
    return GuidanceVersion.objects.select_related("text").filter(text="test_walk").order_by("-number")[0]


def act(client: Client, verb: str, /, **fields: Any) -> Any:
    version = newest()
    posted = {"verb": verb, "version": str(version.pk), "seen": seen_hash(version)} | fields
    return client.post(f"{PAGE}act/", posted, follow=True)


def messages_of(answer: Any) -> str:
    return " ".join(map(str, answer.context["messages"]))


def verbs_on(page: Any) -> list[str]:
    return [verb for item in page.context["standing"] for verb, _ in item["verbs"]]


def audited() -> list[tuple[str, str, int]]:
    entries = Entry.objects.filter(model="tracker.guidancetext").order_by("id")
    return [(entry.what["act"], entry.what["text"], entry.what["version"]) for entry in entries]


def test_from_an_idea_to_participants_by_two_people(writer: Client, reviewer: Client) -> None:
    add(writer)
    version = newest()
    assert version.content == {
        "step": {"minutes": 15, "intensity": "moderate"},
        "title": {"en": "A walk after lunch", "es": "Un paseo después de comer"},
        "text": {"en": WALK["text_en"], "es": WALK["text_es"]},
        "evidence_id": "aerobic_training",
        "safety": None,
        "when": {"older": True, "does": ["fish"]},
    }
    assert (version.note, version.state) == ("People asked for it", "draft")
    assert verbs_on(reviewer.get(f"{PAGE}change/")) == ["review", "retire"]
    assert "it can be published" in messages_of(act(reviewer, "review"))
    assert verbs_on(reviewer.get(f"{PAGE}change/")) == ["publish", "back_to_draft", "retire"]
    act(reviewer, "publish")
    assert "test_walk" in [text.id for text in published_library().all_suggestions()]
    save(writer, title_en="After lunch")
    assert (newest().number, newest().state) == (2, "draft")
    page = reviewer.get(f"{PAGE}change/")
    assert [(item["version"].number, item["label"]) for item in page.context["standing"]] == [
        (2, "Draft"),
        (1, "Published"),
    ]
    assert audited() == [
        ("save", "test_walk", 1),
        ("review", "test_walk", 1),
        ("publish", "test_walk", 1),
        ("save", "test_walk", 2),
    ]


def test_nobody_reviews_their_own_text(reviewer: Client) -> None:
    both = signed_in(make_staff("both@example.org", *WRITE, *REVIEW))
    add(both)
    page = both.get(f"{PAGE}change/")
    assert verbs_on(page) == ["retire"]
    assert "somebody else reviews it" in page.content.decode()
    assert "takes somebody else" in messages_of(act(both, "review"))
    assert newest().state == "draft"
    act(reviewer, "review")
    act(both, "publish")  # what another has reviewed
    assert newest().state == "published"


@pytest.mark.parametrize("permissions", [(), ("view_guidancetext",), WRITE])
def test_who_may_not_review_has_no_verbs(writer: Client, permissions: tuple[str, ...]) -> None:
    add(writer)
    somebody = signed_in(make_staff("somebody@example.org", *permissions))
    if permissions:
        assert verbs_on(somebody.get(f"{PAGE}change/")) == []
    before = newest().state, audited()
    for verb in ("review", "publish", "retire", "back_to_draft"):
        assert act(somebody, verb).status_code == 403
    assert (newest().state, audited()) == before


def test_who_may_not_write_reads(writer: Client, reviewer: Client) -> None:
    add(writer)
    page = reviewer.get(f"{PAGE}change/")
    assert page.status_code == 200
    assert "Walk round the block after lunch." in page.content.decode()
    assert reviewer.post(f"{PAGE}change/", WALK).status_code == 403
    assert reviewer.get(ADD).status_code == 403
    assert reviewer.post(ADD, {**WALK, "code": "another"}).status_code == 403
    assert reviewer.post(f"{LIST}check/", {"text_en": "A walk"}).status_code == 403
    assert GuidanceText.objects.filter(code="another").count() == 0
    stranger = signed_in(make_staff("stranger@example.org"))
    for path in (LIST, f"{PAGE}change/", f"{PAGE}history/", ADD):
        assert stranger.get(path).status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text_es": "Quema calorías."}, "text, es, at 1: 'Quema'. Nothing about calories. (body)"),
        ({"title_es": ""}, "title, es: there is no text in es. (missing)"),
        ({"minutes": ""}, "the step is so many minutes."),
        ({"intensity": "vigorous"}, "a vigorous step needs its safety line."),
        ({"evidence_id": ""}, "there is no evidence card"),
    ],
)
def test_an_unfit_text_is_saved_and_told_and_not_reviewed(
    writer: Client, reviewer: Client, fields: dict[str, str], said: str
) -> None:
    answer = add(writer, **fields)
    assert said in messages_of(answer)
    assert newest().state == "draft"
    page = reviewer.get(f"{PAGE}change/")
    assert said in "\n".join(page.context["faults"])
    assert verbs_on(page) == ["retire"]
    assert act(reviewer, "review").status_code == 200
    assert newest().state == "draft"
    assert [entry for entry in audited() if entry[0] == "review"] == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "Two Words"}, "code"),
        ({"turn": "4"}, "turn"),
        ({"minutes": "1000"}, "minutes"),
        ({"text_en": "Two\nparagraphs"}, "text_en"),
        ({"text_en": "x" * 401}, "text_en"),
        ({"text_en": "Nul\x00"}, "text_en"),
        ({"evidence_id": "berries_flavonoids"}, "evidence_id"),
        ({"does": ["sleep"]}, "does"),
        ({"does": ["aerobic_minutes"]}, "does"),
    ],
)
def test_what_is_no_text_is_not_saved(writer: Client, fields: dict[str, Any], field: str) -> None:
    answer = add(writer, **fields)
    assert field in answer.context["adminform"].form.errors
    assert not GuidanceText.objects.filter(code="test_walk").exists()
    assert audited() == []


def test_a_code_that_there_is_is_refused(writer: Client) -> None:
    add(writer)
    answer = add(writer, title_en="Another")
    assert "code" in answer.context["adminform"].form.errors
    assert newest().content["title"]["en"] == "A walk after lunch"


def test_two_who_write_at_once_are_told(writer: Client) -> None:
    add(writer)
    seen = seen_hash(newest())
    save(writer, title_en="After lunch")
    answer = save(writer, title_en="Before lunch", seen=seen)
    assert "changed this text meanwhile" in str(answer.context["adminform"].form.errors)
    assert newest().content["title"]["en"] == "After lunch"
    assert answer.context["adminform"].form["title_en"].value() == "Before lunch"  # nothing typed is lost


def test_who_is_overtaken_at_the_lock_is_looked_at_again(writer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add(writer)

    def overtaken(*arguments: Any, **given: Any) -> Any:
        monkeypatch.setattr("tracker.admin.guidance.save_draft", save_draft)
        raise CannotChangeGuidance("changed_meanwhile", "Somebody was quicker.")

    monkeypatch.setattr("tracker.admin.guidance.save_draft", overtaken)
    answer = save(writer, title_en="Before lunch")
    assert answer.status_code == 200
    assert newest().content["title"]["en"] == "Before lunch"  # nothing typed is lost
    assert [act for act, _, _ in audited()] == ["save", "save"]


def test_a_page_shown_before_a_change_reviews_nothing(writer: Client, reviewer: Client) -> None:
    add(writer)
    seen = seen_hash(newest())
    save(writer, title_en="After lunch")
    assert "changed this text meanwhile" in messages_of(act(reviewer, "review", seen=seen))
    assert newest().state == "draft"


@pytest.mark.parametrize("fields", [{"verb": "delete"}, {"version": "x"}, {"version": "9" * 30}, {"version": "0"}])
def test_nonsense_is_not_found(writer: Client, reviewer: Client, fields: dict[str, str]) -> None:
    add(writer)
    assert act(reviewer, "review", **fields).status_code == 404
    assert reviewer.get(f"{PAGE}act/").status_code == 405
    for page in ("change", "history"):
        assert reviewer.get(f"{LIST}%00/{page}/").status_code in (302, 404)
    assert reviewer.get(f"{LIST}unknown/history/").status_code == 404


def test_a_version_of_another_text_is_not_found(writer: Client, reviewer: Client) -> None:
    add(writer)
    other = GuidanceVersion.objects.exclude(text="test_walk")[0]
    assert act(reviewer, "retire", version=str(other.pk)).status_code == 404


def test_no_text_is_ever_deleted() -> None:
    everything = signed_in(make_staff(superuser=True))
    code = GuidanceText.objects.order_by("code")[0].code
    assert everything.post(f"{LIST}{code}/delete/", {"post": "yes"}).status_code == 403
    assert GuidanceText.objects.filter(code=code).exists()


def test_the_check_gives_places_and_stores_nothing(writer: Client) -> None:
    before = GuidanceVersion.objects.count(), Entry.objects.count()
    said = {"title_en": "A walk", "title_es": "Un paseo", "text_en": "Don't be lazy.", "text_es": ""}
    answer = writer.post(f"{LIST}check/", said).json()
    assert answer["faults"] == [
        {"field": "text_es", "start": 0, "end": 0, "rule": "missing", "detail": "there is no text in es."},
        {"field": "text_en", "start": 9, "end": 13, "rule": "shame", "detail": answer["faults"][1]["detail"]},
    ]
    assert writer.post(f"{LIST}check/", {}).json() == {"faults": []}
    assert writer.get(f"{LIST}check/").status_code == 405
    assert (GuidanceVersion.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize("practice", ["strength_days", "variety", "fish"])
def test_saving_a_shipped_text_as_it_was_makes_no_version(writer: Client, practice: str) -> None:
    text = GuidanceText.objects.filter(practice=practice, kind="suggestion").order_by("code")[0]
    path = f"{LIST}{text.code}/change/"
    form = writer.get(path).context["adminform"].form
    assert writer.post(path, as_posted(form)).status_code == 302
    assert GuidanceVersion.objects.filter(text=text).count() == 1


def as_posted(form: Any) -> dict[str, Any]:
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in shown.items() if value not in (None, False)}


def test_every_shipped_text_comes_through_the_form_unchanged() -> None:
    for version in GuidanceVersion.objects.select_related("text"):
        form = form_for(version.text.kind, version.text.practice, version)
        filled = form(QueryDict(urlencode(as_posted(form(instance=version.text)), doseq=True)), instance=version.text)
        assert filled.is_valid(), (version, filled.errors)
        assert filled.content() == version.content, version


def test_every_text_has_a_preview_in_each_language_with_numbers_and_without() -> None:
    for version in GuidanceVersion.objects.select_related("text"):
        shown = previews(version.text.kind, document_of(version))
        assert [(one.hidden, one.language) for one in shown] == [
            (hidden, language) for hidden in (False, True) for language in LANGUAGE_CODES
        ]
        for one in shown:
            document = one.suggestion or one.keep_going
            assert document, version
            assert document["text"] == version.content["text"][one.language]
            if one.hidden and document["reason"]:
                assert not any(character.isdigit() for character in document["reason"])


def test_a_draft_with_a_language_missing_has_a_preview_of_the_other(writer: Client) -> None:
    add(writer, title_es="", text_es="")
    shown = writer.get(f"{PAGE}change/").context["previews"]
    assert [one.suggestion["title"] for one in shown] == ["A walk after lunch", "", "A walk after lunch", ""]


def test_encouragements_are_written_too(writer: Client) -> None:
    path = f"{LIST}add/?kind=encouragement&practice=rest"
    said = {"code": "rest_well", "turn": "0", "text_en": "Rest well.", "text_es": "Descansa bien."}
    assert writer.post(path, said).status_code == 302
    version = GuidanceVersion.objects.get(text="rest_well")
    assert version.content == {"text": {"en": "Rest well.", "es": "Descansa bien."}}
    assert (version.text.kind, version.text.practice) == ("encouragement", "rest")


@pytest.mark.parametrize(
    "query", ["", "?kind=suggestion&practice=rest", "?kind=poem&practice=fish", "?kind=suggestion"]
)
def test_what_a_text_is_about_is_chosen_first(writer: Client, query: str) -> None:
    page = writer.get(f"{LIST}add/{query}")
    assert page.status_code == 200
    assert len(page.context["rows"]) == len(PRACTICES) + 2
    assert writer.post(f"{LIST}add/{query}", WALK).status_code == 200
    assert not GuidanceText.objects.filter(code="test_walk").exists()


def test_the_list_is_searched_and_narrowed(writer: Client) -> None:
    add(writer, title_es="", text_es="")

    def found(**query: str) -> list[str]:
        return [text.code for text in writer.get(LIST, query).context["cl"].result_list]

    assert found(q="ROUND the block after LUNCH") == ["test_walk"]
    assert found(q="test_wa") == ["test_walk"]
    assert found(q="intensity") == found(q="sal%") == []
    assert found(state="draft") == found(missing="es") == ["test_walk"]
    assert found(missing="en") == []
    assert {GuidanceText.objects.get(code=code).practice for code in found(practice="fish")} == {"fish"}
    page = writer.get(LIST, {"state": "draft"}).content.decode()
    assert "Version" not in page.partition("result_list")[2].partition("</tbody>")[0]


def test_the_versions_of_a_text_are_listed_and_compared(writer: Client, reviewer: Client) -> None:
    add(writer)
    act(reviewer, "review")
    act(reviewer, "publish")
    save(writer, text_en="Walk round the lake after lunch.", note="The lake is nicer")
    page = reviewer.get(f"{PAGE}history/")
    shown = page.content.decode()
    assert [item["version"].number for item in page.context["versions"]] == [2, 1]
    assert "The lake is nicer" in shown
    assert "writer@example.org" in shown
    assert "reviewer@example.org" in shown
    assert [line.name for line in page.context["compared"] if line.changed] == ["Text, English"]
    assert "Walk round the <del>block</del> after lunch." in shown
    assert "Walk round the <ins>lake</ins> after lunch." in shown
    back = reviewer.get(f"{PAGE}history/", {"before": "2", "after": "1"}).content.decode()
    assert "<del>lake</del>" in back
    same = reviewer.get(f"{PAGE}history/", {"before": "1", "after": "1"})
    assert same.context["compared"] == []


def test_what_staff_write_is_no_markup(writer: Client) -> None:
    add(writer, title_en="<script>x</script>", note="<b>note</b>")
    save(writer, title_en="<script>y</script>", note="<b>note</b>")
    for path in (LIST, f"{PAGE}change/", f"{PAGE}history/"):
        page = writer.get(path).content.decode()
        assert "<script>x" not in page
        assert "<script>y" not in page
        assert "<b>note" not in page


def test_pages_take_the_same_queries_for_few_versions_and_for_many(writer: Client) -> None:
    add(writer)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert writer.get(path).status_code == 200
        return len(captured)

    pages = (LIST, f"{PAGE}change/", f"{PAGE}history/", f"{LIST}add/", ADD)
    few = [queries(path) for path in pages]
    for at in range(12):
        version = newest()
        other = make_staff(f"{at}@example.org").pk
        version = review(version.pk, by=other, seen=seen_hash(version), now=timezone.now())
        publish(version.pk, by=other, seen=seen_hash(version), now=timezone.now())
        write(title={"en": f"Walk {'again ' * at}", "es": "Un paseo"})
    assert [queries(path) for path in pages] == few
    assert max(few) <= 12, few


def test_publishing_moves_the_library_on_and_saving_does_not(writer: Client, reviewer: Client) -> None:
    before = GuidanceLibraryState.objects.get().number
    add(writer)
    act(reviewer, "review")
    assert GuidanceLibraryState.objects.get().number == before
    act(reviewer, "publish")
    assert GuidanceLibraryState.objects.get().number == before + 1
