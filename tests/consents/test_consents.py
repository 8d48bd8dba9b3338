"""Documents that never change once published, decisions that are only ever added, and logs that none of it touches."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.consents.decisions import research_participants
from backend.consents.documents import CannotPublish, load_documents, publish, texts_hash
from backend.consents.models import ConsentDecision, ConsentDocument
from backend.languages import LANGUAGE_CODES
from tests.conftest import Phone, exercise
from tracker.models import ExerciseLog
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(db: None) -> None:
    call_command("load_consent_documents", publish=True, verbosity=0)


def draft(kind: str = "research", version: int = 2, **texts: Any) -> ConsentDocument:
    return ConsentDocument.objects.create(
        kind=kind, version=version, texts=texts or {"en": {"title": "New", "body": "New words.\n"}}
    )


def published(kind: str = "research", version: int = 2) -> ConsentDocument:
    document = draft(kind, version)
    publish(document, now=timezone.now())
    document.refresh_from_db()
    return document


def decide(phone: Phone, kind: str, decision: str, version: int = 1) -> Any:
    return phone.post("/v1/consents", {"kind": kind, "version": version, "decision": decision})


def of_kind(phone: Phone, kind: str) -> dict[str, Any]:
    (found,) = [entry for entry in phone.get("/v1/consents").json()["results"] if entry["kind"] == kind]
    return dict(found)


# --- documents


def test_anybody_reads_the_current_documents_and_asks_once(client: Client, documents: None) -> None:
    answer = client.get("/v1/consent-documents")
    results = answer.json()["results"]
    assert [(entry["kind"], entry["version"], entry["language"]) for entry in results] == [
        ("privacy", 1, "en"),
        ("research", 1, "en"),
        ("terms", 1, "en"),
    ]
    assert all("(sample)" in entry["title"] and "This is a sample" in entry["body"] for entry in results)
    assert client.get("/v1/consent-documents", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    published("terms")
    changed = client.get("/v1/consent-documents", headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["results"][2]["version"] == 2


def test_old_versions_stay_readable_and_drafts_are_nobodys_business(client: Client, documents: None) -> None:
    first = client.get("/v1/consent-documents/terms/1").json()
    unknown = client.get("/v1/consent-documents/terms/99")
    document = draft("terms")
    for path in ("terms/2", "recipes/1", "terms/0", "terms/99999999999999999999"):
        answer = client.get(f"/v1/consent-documents/{path}")
        assert (answer.status_code, answer.content) == (404, unknown.content)
    publish(document, now=timezone.now())
    assert client.get("/v1/consent-documents/terms/2").json()["title"] == "New"
    assert client.get("/v1/consent-documents/terms/1").json() == first


def test_the_samples_are_there_in_every_language(client: Client, documents: None) -> None:
    for language in LANGUAGE_CODES:
        results = client.get(f"/v1/consent-documents?language={language}").json()["results"]
        assert [entry["language"] for entry in results] == [language] * 3
    assert results[2]["title"] == "Condiciones de uso (ejemplo)"


def test_a_missing_language_gets_english(client: Client) -> None:
    texts = {"en": {"title": "Terms", "body": "Words.\n"}, "es": {"title": "Condiciones", "body": "Palabras.\n"}}
    publish(draft("terms", 1, **texts), now=timezone.now())
    titles = {
        language: client.get(f"/v1/consent-documents?language={language}").json()["results"][0]["title"]
        for language in ("en", "es", "fi")
    }
    assert titles == {"en": "Terms", "es": "Condiciones", "fi": "Terms"}
    assert client.get("/v1/consent-documents?language=x").status_code == 422
    assert client.get("/v1/consent-documents?colour=red").status_code == 422


def test_what_is_published_never_changes(documents: None) -> None:
    before = list(ConsentDocument.objects.order_by("pk").values())
    document = ConsentDocument.objects.get(kind="terms")
    attempts: list[Any] = [
        lambda: ConsentDocument.objects.filter(pk=document.pk).update(texts={"en": {"title": "x", "body": "y"}}),
        lambda: ConsentDocument.objects.filter(pk=document.pk).update(published_at=None),
        lambda: ConsentDocument.objects.filter(pk=document.pk).update(version=7),
        lambda: ConsentDocument.objects.filter(pk=document.pk).delete(),
        document.save,
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            attempt()
    assert list(ConsentDocument.objects.order_by("pk").values()) == before
    assert all(entry["content_hash"] == texts_hash(entry["texts"]) for entry in before)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"es": {"title": "Condiciones", "body": "Palabras."}}, "no text in the language 'en'"),
        ({"en": {"title": "Terms", "body": "  "}}, "needs a title and a body"),
        ({"en": {"title": "Terms", "body": "x"}, "es": {"title": ""}}, "needs a title and a body"),
    ],
)
def test_an_unfinished_draft_is_not_published(texts: dict[str, Any], reason: str) -> None:
    document = draft("terms", 1, **texts)
    with pytest.raises(CannotPublish, match=reason):
        publish(document, now=timezone.now())
    assert not ConsentDocument.objects.published().exists()


def test_an_older_version_is_not_published_after_a_newer_one(documents: None) -> None:
    published("terms", 3)
    with pytest.raises(CannotPublish, match="Version 3 is published already"):
        publish(draft("terms", 2), now=timezone.now())


def test_a_published_document_gets_no_language_later(client: Client, tmp_path: Path) -> None:
    """Nor is it an error: whoever loads the same folder again gets on with what was published."""
    (tmp_path / "terms-1.en.md").write_text("# Terms\n\nWords.\n")
    (document,) = load_documents(tmp_path, now=timezone.now(), published=True)
    document.refresh_from_db()
    (tmp_path / "terms-1.es.md").write_text("# Condiciones\n\nPalabras.\n")
    (again,) = load_documents(tmp_path, now=timezone.now(), published=True)
    assert (again.texts, again.content_hash) == (document.texts, document.content_hash)
    assert client.get("/v1/consent-documents?language=es").json()["results"][0]["title"] == "Terms"


def test_loading_again_changes_nothing_and_other_words_are_refused(documents: None, tmp_path: Path) -> None:
    before = list(ConsentDocument.objects.order_by("pk").values())
    call_command("load_consent_documents", publish=True, verbosity=0)
    assert list(ConsentDocument.objects.order_by("pk").values()) == before
    (tmp_path / "terms-1.en.md").write_text("# Terms\n\nOther words.\n")
    (tmp_path / "research-2.en.md").write_text("# Research\n\nNew words.\n")
    with pytest.raises(CommandError, match="is published and can't change"):
        call_command("load_consent_documents", str(tmp_path))
    assert list(ConsentDocument.objects.order_by("pk").values()) == before


def test_without_publish_they_are_drafts_that_files_may_change(client: Client, tmp_path: Path) -> None:
    for words in ("First words.\n", "Second words.\n"):
        (tmp_path / "terms-1.en.md").write_text(f"# Terms\n\n{words}")
        (document,) = load_documents(tmp_path, now=timezone.now(), published=False)
        document.refresh_from_db()
        assert document.texts == {"en": {"title": "Terms", "body": words}}
    assert client.get("/v1/consent-documents").json() == {"results": []}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("terms.md", "# Terms\n\nWords.\n", "expected a name such as terms-2.en.md"),
        ("recipes-1.en.md", "# Soup\n\nWords.\n", "kinds: terms, privacy, research"),
        ("terms-0.en.md", "# Terms\n\nWords.\n", "expected a name"),
        ("terms-1.en.md", "Terms\n\nWords.\n", "expected a title after '# '"),
        ("terms-1.en.md", "# Terms\n\n", "and a text below it"),
    ],
)
def test_files_are_read_strictly(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CommandError, match=reason):
        call_command("load_consent_documents", str(tmp_path))
    assert not ConsentDocument.objects.exists()


# --- decisions


def test_a_decision_is_made_kept_and_taken_back(phone: Phone, documents: None) -> None:
    untouched = {"kind": "research", "current_version": 1, "decision": None, "decision_needed": True}
    assert of_kind(phone, "research") == untouched
    accepted = decide(phone, "research", "accepted")
    assert accepted.status_code == 201
    document = accepted.json()
    assert (document["kind"], document["version"], document["decision"]) == ("research", 1, "accepted")
    assert document["device_id"] == str(Device.objects.get(user=phone.user).pk)
    assert of_kind(phone, "research") == {**untouched, "decision": document, "decision_needed": False}
    withdrawn = decide(phone, "research", "withdrawn").json()
    assert of_kind(phone, "research") == {**untouched, "decision": withdrawn, "decision_needed": False}
    assert phone.get("/v1/consents").json()["history"] == [withdrawn, document]
    assert of_kind(phone, "terms")["decision"] is None


def test_a_retry_adds_nothing(phone: Phone, documents: None) -> None:
    first = decide(phone, "terms", "accepted")
    again = decide(phone, "terms", "accepted")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert ConsentDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_decision_at_once_is_one(phone: Phone) -> None:
    call_command("load_consent_documents", publish=True, verbosity=0)
    statuses: list[int] = []
    together = threading.Barrier(8)

    def accept() -> None:
        own = Phone(phone.user, type(phone.client)(), phone.token)
        own.client.credentials(HTTP_AUTHORIZATION=f"Bearer {phone.token}")
        together.wait()
        statuses.append(decide(own, "research", "accepted").status_code)
        connection.close()

    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 7 + [201]
    assert ConsentDecision.objects.count() == 1


def test_a_newer_version_asks_again_and_the_old_one_can_only_be_withdrawn(phone: Phone, documents: None) -> None:
    decide(phone, "research", "accepted")
    published("research", 2)
    standing = of_kind(phone, "research")
    assert (standing["current_version"], standing["decision"]["version"], standing["decision_needed"]) == (2, 1, True)
    decide(phone, "research", "withdrawn")
    outdated = decide(phone, "research", "accepted")
    assert (outdated.status_code, outdated.json()["code"]) == (409, "newer_document")
    assert outdated.json()["current"] == {"kind": "research", "version": 2}
    assert of_kind(phone, "research")["decision"]["decision"] == "withdrawn"
    assert decide(phone, "research", "accepted", version=2).status_code == 201
    assert of_kind(phone, "research")["decision_needed"] is False


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "recipes", "version": 1, "decision": "accepted"}, "/kind", "invalid_choice"),
        ({"kind": "terms", "version": 7, "decision": "accepted"}, "/version", "unknown_version"),
        ({"kind": "terms", "version": 0, "decision": "accepted"}, "/version", "min_value"),
        ({"kind": "terms", "version": 1, "decision": "maybe"}, "/decision", "invalid_choice"),
        ({"kind": "terms", "version": 1}, "/decision", "required"),
        ({"kind": "terms", "version": 1, "decision": "accepted", "user": "x"}, "/user", "unknown_field"),
    ],
)
def test_what_is_no_decision_is_refused(
    phone: Phone, documents: None, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = phone.post("/v1/consents", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not ConsentDecision.objects.exists()


def test_decisions_are_never_changed(phone: Phone, documents: None) -> None:
    decide(phone, "terms", "accepted")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ConsentDecision.objects.update(decision="withdrawn")
    assert of_kind(phone, "terms")["decision"]["decision"] == "accepted"


def test_everybody_decides_for_themselves(phone: Phone, other_phone: Phone, documents: None) -> None:
    decide(phone, "research", "accepted")
    assert of_kind(other_phone, "research")["decision"] is None
    assert other_phone.get("/v1/consents").json()["history"] == []


def test_no_decision_discards_a_log_or_stops_one(phone: Phone, documents: None, last_week: Week) -> None:
    days = iter(last_week.first_day.replace() for _ in range(9))
    pushed = []

    def push() -> None:
        log = exercise(next(days))
        assert phone.post("/v1/exercise-logs", log).status_code == 201
        pushed.append(log["id"])

    push()
    for decision in ("accepted", "withdrawn"):
        for kind in ("terms", "privacy", "research"):
            assert decide(phone, kind, decision).status_code == 201
            push()
    stored = ExerciseLog.objects.filter(user=phone.user, deleted_at=None)
    assert {str(uid) for uid in stored.values_list("uid", flat=True)} == set(pushed)
    assert len(phone.get("/v1/exercise-logs").json()["results"]) == 7
    assert phone.post("/v1/exports", None).status_code == 202
    assert phone.get(f"/v1/weeks/{last_week}").status_code == 200


def test_who_takes_part_in_research(phone: Phone, other_phone: Phone, documents: None) -> None:
    assert research_participants() == {}
    decide(phone, "research", "accepted")
    decide(other_phone, "terms", "accepted")
    assert research_participants() == {phone.user.pk: 1}
    published("research", 2)
    assert research_participants() == {phone.user.pk: 1}
    decide(phone, "research", "accepted", version=2)
    assert research_participants() == {phone.user.pk: 2}
    User.objects.filter(pk=phone.user.pk).update(is_active=False)
    assert research_participants() == {}
    User.objects.filter(pk=phone.user.pk).update(is_active=True)
    decide(phone, "research", "withdrawn", version=1)
    assert research_participants() == {}
