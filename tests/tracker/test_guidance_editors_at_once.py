"""Several who write, review and publish one text at once: one after the other, and none over what they haven't seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests.tracker.test_guidance_editing import CONTENT, LUIS, MEI, a_text, number, reread, write
from tracker.guidance_editing import CannotChangeGuidance, publish, review, save_draft, seen_hash
from tracker.models import GuidanceVersion

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("catalogue", "nothing_kept_of_the_library"),
]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each came to, all begun at once, each on a connection of its own."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(at: int) -> None:
        try:
            start.wait()
            results[at] = acts[at]()
        except CannotChangeGuidance as error:
            results[at] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [result.state if isinstance(result, GuidanceVersion) else result for result in results]


def test_of_two_who_review_or_publish_at_once_one_does() -> None:
    draft = write()
    seen, now = seen_hash(draft), timezone.now()
    reviewers = [uuid4() for _ in range(4)]
    done = together(*(lambda by=by: review(draft.pk, by=by, seen=seen, now=now) for by in reviewers))
    assert sorted(done) == ["reviewed", *["wrong_state"] * 3]
    before = number()
    done = together(*(lambda by=by: publish(draft.pk, by=by, seen=seen, now=now) for by in reviewers))
    assert sorted(done) == ["published", *["wrong_state"] * 3]
    assert number() == before + 1


def test_a_draft_that_changes_during_its_review_is_not_reviewed_unseen() -> None:
    for at in range(5):
        draft = write(a_text(f"test_{at}"))
        seen, now = seen_hash(draft), timezone.now()
        other = {**CONTENT, "title": {"en": "Another", "es": "Otro"}}
        text = a_text(f"test_{at}")
        done = together(
            lambda: review(draft.pk, by=LUIS, seen=seen, now=now),  # noqa: B023
            lambda: save_draft(text, other, by=MEI, seen=seen, note="", now=now),  # noqa: B023
        )
        assert done in (["reviewed", "draft"], ["changed_meanwhile", "draft"])
        version = reread(draft)
        assert (version.state, version.content["title"]["en"]) == ("draft", "Another")


def test_of_two_who_write_at_once_neither_overwrites_the_other() -> None:
    draft = write()
    seen, now = seen_hash(draft), timezone.now()
    contents = [{**CONTENT, "title": {"en": title, "es": "Otro"}} for title in ("One", "Another")]
    done = together(
        *(
            lambda content=content: save_draft(a_text(), content, by=MEI, seen=seen, note="", now=now)
            for content in contents
        )
    )
    assert sorted(done) == ["changed_meanwhile", "draft"]
