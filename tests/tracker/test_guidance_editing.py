"""Texts of guidance: written, reviewed by a second person, published, retired, and nothing else ever shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tracker.guidance.library import SuggestionText
from tracker.guidance.published import published_library
from tracker.guidance.stored import content_hash
from tracker.guidance_editing import (
    CannotChangeGuidance,
    back_to_draft,
    document_of,
    publish,
    retire,
    review,
    save_draft,
    seen_hash,
)
from tracker.models import GuidanceLibraryState, GuidanceText, GuidanceVersion
from tracker.wellness import rules_digest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "nothing_kept_of_the_library")]

ROSA, LUIS, MEI = UUID(int=1), UUID(int=2), UUID(int=3)
CONTENT: dict[str, Any] = {
    "step": {"minutes": 15, "intensity": "moderate"},
    "title": {"en": "A walk after lunch", "es": "Un paseo después de comer"},
    "text": {"en": "Walk round the block after lunch.", "es": "Da la vuelta a la manzana después de comer."},
    "evidence_id": "aerobic_training",
    "safety": None,
    "when": {},
}


def a_text(code: str = "test_walk", **fields: Any) -> GuidanceText:
    return GuidanceText(**{"code": code, "kind": "suggestion", "practice": "aerobic_minutes", "turn": 1, **fields})


def write(about: GuidanceText | None = None, *, by: UUID = ROSA, **content: Any) -> GuidanceVersion:
    text = about or a_text()
    newest = GuidanceVersion.objects.filter(text=text.code).select_related("text").order_by("-number").first()
    return save_draft(text, {**CONTENT, **content}, by=by, seen=seen_hash(newest), note="", now=timezone.now())


def reviewed(**content: Any) -> GuidanceVersion:
    draft = write(**content)
    return review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())


def published(**content: Any) -> GuidanceVersion:
    version = reviewed(**content)
    return publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())


def number() -> int:
    return GuidanceLibraryState.objects.get().number


def served() -> dict[str, SuggestionText]:
    return {text.id: text for text in published_library().all_suggestions()}


def refused(code: str, act: Callable[..., Any], version: GuidanceVersion, *, by: UUID = LUIS, **given: Any) -> Any:
    before = list(GuidanceVersion.objects.order_by("pk").values()), number()
    with pytest.raises(CannotChangeGuidance) as found:
        act(version.pk, **{"by": by, "seen": seen_hash(version), "now": timezone.now(), **given})
    assert found.value.code == code
    assert (list(GuidanceVersion.objects.order_by("pk").values()), number()) == before
    return found.value


def test_from_draft_to_participants_and_back() -> None:
    before = number()
    draft = write()
    assert (draft.state, draft.number, draft.author, draft.writers) == ("draft", 1, ROSA, [ROSA])
    version = review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())
    assert (version.state, version.reviewer, version.checked_by) == ("reviewed", LUIS, rules_digest())
    assert "test_walk" not in served()
    assert number() == before
    version = publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    assert (version.state, version.publisher, number()) == ("published", LUIS, before + 1)
    assert served()["test_walk"].title["es"] == "Un paseo después de comer"
    version = retire(version.pk, by=MEI, seen=seen_hash(version), now=timezone.now())
    assert (version.state, version.retired_by, number()) == ("retired", MEI, before + 2)
    assert "test_walk" not in served()


def test_what_is_published_stays_until_the_next_version_is() -> None:
    first = published()
    second = write(title={"en": "Round the block", "es": "A dar una vuelta"})
    assert (second.number, second.state) == (2, "draft")
    assert served()["test_walk"].title["en"] == "A walk after lunch"
    second = review(second.pk, by=LUIS, seen=seen_hash(second), now=timezone.now())
    assert served()["test_walk"].title["en"] == "A walk after lunch"
    publish(second.pk, by=LUIS, seen=seen_hash(second), now=timezone.now())
    assert served()["test_walk"].title["en"] == "Round the block"
    first.refresh_from_db()
    assert (first.state, first.content["title"]["en"], first.retired_by) == ("retired", "A walk after lunch", LUIS)


def test_nobody_reviews_what_they_wrote_some_of() -> None:
    draft = write()
    refused("own_text", review, draft, by=ROSA)
    draft = write(by=MEI, title={"en": "After lunch", "es": "Después de comer"})
    assert draft.writers == [ROSA, MEI]
    for writer in (ROSA, MEI):
        refused("own_text", review, draft, by=writer)
    assert review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now()).reviewer == LUIS


def test_who_reviewed_and_then_changes_it_is_a_writer_from_then_on() -> None:
    version = reviewed()
    version = write(by=LUIS, title={"en": "After lunch", "es": "Después de comer"})
    assert (version.state, version.reviewer, version.checked_by, version.number) == ("draft", None, "", 1)
    refused("own_text", review, version, by=LUIS)
    refused("wrong_state", publish, version)


def test_nothing_is_reviewed_published_or_overwritten_unseen() -> None:
    draft = write()
    seen = seen_hash(draft)
    changed = write(by=MEI, title={"en": "After lunch", "es": "Después de comer"})
    refused("changed_meanwhile", review, draft, seen=seen)
    with pytest.raises(CannotChangeGuidance) as found:
        save_draft(a_text(), CONTENT, by=ROSA, seen=seen, note="", now=timezone.now())
    assert found.value.code == "changed_meanwhile"
    with pytest.raises(CannotChangeGuidance):  # a new text of a code that there is
        save_draft(a_text(), CONTENT, by=ROSA, seen="", note="", now=timezone.now())
    draft.refresh_from_db()
    assert draft.content == changed.content


UNFIT: list[tuple[dict[str, Any], tuple[str, str, str, int]]] = [
    ({"text": {"en": "Walk.", "es": "Quema calorías."}}, ("body", "text", "es", 0)),
    ({"title": {"en": "Don't be lazy", "es": "A caminar"}}, ("shame", "title", "en", 9)),
    ({"title": {"en": "A walk"}}, ("missing", "title", "es", 0)),
    ({"title": {"en": "A walk of 15 minutes", "es": "A caminar"}}, ("digits", "title", "en", 10)),
    ({"evidence_id": "made_up"}, ("form", "", "", 0)),
    ({"evidence_id": "berries_flavonoids"}, ("form", "", "", 0)),
    ({"step": {"servings": "1"}}, ("form", "", "", 0)),
    ({"step": {"minutes": 15, "intensity": "light"}}, ("form", "", "", 0)),
    ({"step": {"minutes": 15, "intensity": "vigorous"}}, ("form", "", "", 0)),
    ({"step": {"minutes": 1000, "intensity": "moderate"}}, ("form", "", "", 0)),
    ({"unknown": 1}, ("form", "", "", 0)),
]


@pytest.mark.parametrize(("changes", "place"), UNFIT)
def test_an_unfit_draft_is_kept_and_goes_no_further(changes: dict[str, Any], place: tuple[str, str, str, int]) -> None:
    draft = write(**changes)
    error = refused("unfit", review, draft)
    fault = error.faults[0]
    assert (fault.rule, fault.field, fault.language, fault.start) == place
    # Whatever else may have made it a reviewed one: published it is not.
    GuidanceVersion.objects.filter(pk=draft.pk).update(state="reviewed", reviewer=LUIS, reviewed_at=timezone.now())
    draft.refresh_from_db()
    refused("unfit", publish, draft)
    assert "test_walk" not in served()


def test_encouragements_go_the_same_way() -> None:
    text = a_text("keep_test", kind="encouragement", practice="rest")
    content = {"text": {"en": "Rest well.", "es": "Descansa bien."}}
    draft = save_draft(text, content, by=ROSA, seen="", note="", now=timezone.now())
    version = review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())
    publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    assert "keep_test" in [one.id for one in published_library().all_encouragements()]


def test_saving_what_is_as_it_was_changes_nothing() -> None:
    draft = write()
    is_kept_as_it_was(draft)
    version = review(draft.pk, by=LUIS, seen=seen_hash(draft), now=timezone.now())
    is_kept_as_it_was(version)
    is_kept_as_it_was(publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now()))


def is_kept_as_it_was(version: GuidanceVersion) -> None:
    before = GuidanceVersion.objects.filter(pk=version.pk).values().get(), GuidanceVersion.objects.count()
    assert write(by=MEI).pk == version.pk
    assert (GuidanceVersion.objects.filter(pk=version.pk).values().get(), GuidanceVersion.objects.count()) == before


def test_practice_and_turn_stay_once_a_text_was_published() -> None:
    write()
    write(a_text(turn=2))
    assert GuidanceText.objects.get(code="test_walk").turn == 2
    version = review(
        (draft := GuidanceVersion.objects.get(text="test_walk")).pk, by=LUIS, seen=seen_hash(draft), now=timezone.now()
    )
    write(a_text(turn=3))
    version.refresh_from_db()
    assert version.state == "draft"
    version = review(version.pk, by=LUIS, seen=seen_hash(reread(version)), now=timezone.now())
    publish(version.pk, by=LUIS, seen=seen_hash(version), now=timezone.now())
    with pytest.raises(CannotChangeGuidance) as found:
        write(a_text(turn=1))
    assert found.value.code == "was_published"
    assert GuidanceText.objects.get(code="test_walk").turn == 3


def reread(version: GuidanceVersion) -> GuidanceVersion:
    return GuidanceVersion.objects.select_related("text").get(pk=version.pk)


def test_a_review_can_be_taken_back_and_a_draft_given_up() -> None:
    version = reviewed()
    version = back_to_draft(version.pk, by=MEI, seen=seen_hash(version), now=timezone.now())
    assert (version.state, version.reviewer) == ("draft", None)
    before = number()
    version = retire(version.pk, by=MEI, seen=seen_hash(version), now=timezone.now())
    assert number() == before
    refused("wrong_state", retire, version)
    refused("wrong_state", review, version)
    again = write(title={"en": "Once more", "es": "Otra vez"})
    assert (again.number, again.state) == (2, "draft")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "reviewed"}, "guidanceversion_reviewed"),
        ({"state": "published", "published_at": timezone.now()}, "guidanceversion_reviewed"),
        ({"reviewer": ROSA}, "guidanceversion_other_reviewer"),
        ({"reviewer": MEI, "writers": [ROSA, MEI]}, "guidanceversion_other_reviewer"),
        ({"author": None}, "guidanceversion_author"),
        ({"from_release": True}, "guidanceversion_author"),
        ({"state": "imagined"}, "guidanceversion_state"),
    ],
)
def test_the_database_holds_it_too(change: dict[str, Any], constraint: str) -> None:
    draft = write()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        GuidanceVersion.objects.filter(pk=draft.pk).update(**change)


def test_one_version_is_published_and_one_open() -> None:
    published()
    second = write(title={"en": "Round the block", "es": "A dar una vuelta"})
    now = timezone.now()
    with pytest.raises(IntegrityError, match="guidanceversion_one_published"), transaction.atomic():
        GuidanceVersion.objects.filter(pk=second.pk).update(
            state="published", reviewer=LUIS, reviewed_at=now, published_at=now
        )
    with pytest.raises(IntegrityError, match="guidanceversion_one_open"), transaction.atomic():
        GuidanceVersion.objects.create(
            text=second.text, number=9, content={}, author=ROSA, writers=[ROSA], created_at=now, changed_at=now
        )


def test_the_words_of_a_draft_given_up_are_still_its_writers() -> None:
    draft = write(by=ROSA)
    retire(draft.pk, by=ROSA, seen=seen_hash(draft), now=timezone.now())
    again = write(by=MEI, title={"en": "A stroll after lunch", "es": "Un paseo después de comer"})
    assert again.writers == [ROSA, MEI]
    refused("own_text", review, again, by=ROSA)
    review(again.pk, by=LUIS, seen=seen_hash(again), now=timezone.now())


def test_a_retired_text_can_be_brought_back_as_it_was() -> None:
    shown = published()
    retire(shown.pk, by=LUIS, seen=seen_hash(shown), now=timezone.now())
    again = write(by=MEI)
    assert (again.number, again.state, again.writers) == (2, "draft", [MEI])


def test_the_hash_is_of_what_is_said_whatever_its_order() -> None:
    document = document_of(write())
    assert content_hash(dict(reversed(document.items()))) == content_hash(document)
    assert content_hash({**document, "turn": 2}) != content_hash(document)
