"""Which texts participants get: what is published, at once, whatever a release or stricter rules bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from structlog.testing import capture_logs

from tests.conftest import Phone, exercise
from tests.tracker.test_guidance_editing import LUIS, a_text, published, write
from tracker import guidance_loading
from tracker.guidance import published as published_module
from tracker.guidance.library import Library, read_library
from tracker.guidance.published import forget_library, published_library
from tracker.guidance_editing import publish, retire, review, seen_hash
from tracker.guidance_loading import LoadedGuidance, load_guidance
from tracker.models import GuidanceLibraryState, GuidanceText, GuidanceVersion
from tracker.scoring.weeks import Week

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "nothing_kept_of_the_library")]

SHIPPED = len(read_library().all_suggestions()) + len(read_library().all_encouragements())


@pytest.fixture
def a_release(monkeypatch: pytest.MonkeyPatch) -> Callable[..., LoadedGuidance]:
    """A release that ships other texts: `a_release(leave_out, **changes of the first suggestion)`."""

    def ship(*, leave_out: str = "", **changes: Any) -> LoadedGuidance:
        library = read_library()
        first, *others = sorted(library.all_suggestions(), key=lambda text: text.id)
        changed = [type(first)(**{name: getattr(first, name) for name in first.__struct_fields__} | changes), *others]
        kept = [text for text in changed if text.id != leave_out]
        release = Library.of(kept, library.all_encouragements())
        with monkeypatch.context() as patch:
            patch.setattr(guidance_loading, "read_library", lambda: release)
            return load_guidance(now=timezone.now())

    return ship


FIRST = min(text.id for text in read_library().all_suggestions())


def state() -> tuple[Any, ...]:
    return (GuidanceLibraryState.objects.get().number, *GuidanceVersion.objects.order_by("pk").values_list())


def test_the_shipped_texts_are_loaded_published_and_loading_again_changes_nothing() -> None:
    versions = GuidanceVersion.objects.filter(from_release=True, state="published", number=1, author=None)
    assert versions.count() == GuidanceText.objects.count() == SHIPPED
    assert published_library() == read_library()
    before = state()
    assert load_guidance(now=timezone.now()) == LoadedGuidance(0, 0, 0, 0, SHIPPED)
    assert state() == before


def test_before_anything_is_loaded_the_files_are_the_library() -> None:
    GuidanceVersion.objects.all().delete()
    GuidanceText.objects.all().delete()
    GuidanceLibraryState.objects.all().delete()
    assert published_library() is read_library()
    assert load_guidance(now=timezone.now()).added == SHIPPED
    assert published_library() is not read_library()


def test_a_release_changes_and_takes_back_its_own_texts(a_release: Any) -> None:
    words = {"en": "Other words", "es": "Otras palabras"}
    assert a_release(title=words) == LoadedGuidance(0, 1, 0, 0, SHIPPED - 1)
    assert {text.id: text.title for text in published_library().all_suggestions()}[FIRST] == words
    assert list(GuidanceVersion.objects.filter(text=FIRST).order_by("number").values_list("state", "retired_by")) == [
        ("retired", None),
        ("published", None),
    ]
    assert a_release(leave_out=FIRST).retired == 1
    assert FIRST not in [text.id for text in published_library().all_suggestions()]
    assert load_guidance(now=timezone.now()).changed == 1
    assert published_library() == read_library()


def test_a_release_moves_its_text_to_another_turn(a_release: Any) -> None:
    turn = (GuidanceText.objects.get(code=FIRST).turn + 1) % 4
    assert a_release(turn=turn).changed == 1
    assert {text.id: text.turn for text in published_library().all_suggestions()}[FIRST] == turn


def test_what_staff_retired_or_wrote_on_stays(a_release: Any) -> None:
    version = GuidanceVersion.objects.select_related("text").get(text=FIRST)
    retire(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    before = state()
    assert a_release(title={"en": "Other words", "es": "Otras palabras"}).left == 1
    assert state() == before

    second = GuidanceText.objects.exclude(code=FIRST).filter(kind="suggestion").order_by("code")[0]
    content = GuidanceVersion.objects.get(text=second).content
    write(second, **{**content, "title": {"en": "Our words", "es": "Nuestras palabras"}})
    before = state()
    assert load_guidance(now=timezone.now()).left == 2
    assert a_release(leave_out=second.code).retired == 0
    assert state() == before


def test_asking_again_takes_one_query_and_none_when_the_state_is_known() -> None:
    published_library()
    with CaptureQueriesContext(connection) as queries:
        published_library()
    assert len(queries) == 1
    number = GuidanceLibraryState.objects.get().number
    with CaptureQueriesContext(connection) as queries:
        published_library((0, number))
    assert len(queries) == 0


def test_only_what_is_published_is_served() -> None:
    draft = write()
    forget_library()
    assert "test_walk" not in [text.id for text in published_library().all_suggestions()]
    review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())
    forget_library()
    assert "test_walk" not in [text.id for text in published_library().all_suggestions()]


def test_what_stricter_rules_find_is_left_out_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    version = published()
    content = {**version.content, "text": {"en": "Burn calories.", "es": "Sal a caminar."}}
    GuidanceVersion.objects.filter(pk=version.pk).update(content=content)  # as if it had passed
    monkeypatch.setattr(published_module, "rules_digest", lambda: "of a later release")
    forget_library()
    with capture_logs() as lines:
        served = [text.id for text in published_library().all_suggestions()]
    assert "test_walk" not in served
    assert len(served) == len(read_library().all_suggestions())
    assert [(line["event"], line["code"], line["log_level"]) for line in lines] == [
        ("guidance_text_left_out", "test_walk", "error")
    ]


def test_a_text_whose_card_is_gone_is_left_out() -> None:
    version = published()
    GuidanceVersion.objects.filter(pk=version.pk).update(content={**version.content, "evidence_id": "gone"})
    forget_library()
    assert "test_walk" not in [text.id for text in published_library().all_suggestions()]


def test_a_deployment_stamps_what_passes_its_rules() -> None:
    fit, unfit = published(), GuidanceVersion.objects.filter(text=FIRST).get()
    GuidanceVersion.objects.filter(pk=unfit.pk).update(
        content={**unfit.content, "title": {"en": "Lazy", "es": "Un paseo"}}, retired_by=LUIS
    )
    GuidanceVersion.objects.update(checked_by="of an earlier release")
    load_guidance(now=timezone.now())
    fit.refresh_from_db()
    unfit.refresh_from_db()
    assert unfit.checked_by == "of an earlier release"
    assert fit.checked_by != "of an earlier release"


def test_participants_and_their_caches_follow_a_publication(phone: Phone, last_week: Week) -> None:
    assert phone.post("/v1/exercise-logs", exercise(last_week.monday)).status_code == 201
    path = f"/v1/weeks/{last_week}/guidance"
    before = phone.get(path)
    assert phone.get(path, if_none_match=before["ETag"]).status_code == 304
    shown = before.json()["suggestions"][0]["id"]
    text = GuidanceText.objects.get(code=shown)
    content = GuidanceVersion.objects.get(text=shown).content
    draft = write(text, **{**content, "title": {"en": "Words of our own", "es": "Palabras nuestras"}})
    assert phone.get(path, if_none_match=before["ETag"]).status_code == 304
    version = review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())
    assert phone.get(path, if_none_match=before["ETag"]).status_code == 304
    publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    after = phone.get(path, if_none_match=before["ETag"])
    assert after.status_code == 200
    assert [one["title"] for one in after.json()["suggestions"] if one["id"] == shown] == ["Words of our own"]


def test_an_empty_library_leaves_participants_in_peace(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.monday))
    for version in GuidanceVersion.objects.select_related("text"):
        retire(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    document = phone.get(f"/v1/weeks/{last_week}/guidance").json()
    assert (document["suggestions"], document["keep_going"]) == ([], None)
    assert a_text().code not in [text.id for text in published_library().all_suggestions()]
