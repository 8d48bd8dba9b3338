"""Staff write drafts and publish them; what is published they can only read."""

from __future__ import annotations

import pytest

from backend.consents.models import ConsentDocument
from tests.staff import make_staff, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/consents/consentdocument/"


def test_a_draft_is_written_edited_and_published() -> None:
    staff = signed_in(make_staff(superuser=True))
    form = {"kind": "terms", "version": "1", "title_en": "Terms", "body_en": "First words."}
    assert staff.post(f"{LIST}add/", form).status_code == 302
    document = ConsentDocument.objects.get()
    assert document.texts == {"en": {"title": "Terms", "body": "First words."}}
    page = f"{LIST}{document.pk}/change/"
    assert "First words." in staff.get(page).content.decode()
    assert staff.post(page, {**form, "body_en": "Second words."}).status_code == 302
    publish = {"action": "publish_drafts", "_selected_action": [str(document.pk)]}
    assert staff.post(LIST, publish).status_code == 302
    document.refresh_from_db()
    assert document.published_at is not None
    assert document.texts["en"]["body"] == "Second words."
    assert staff.post(page, {**form, "body_en": "Third words."}).status_code == 403
    assert staff.post(f"{LIST}{document.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "Second words." in staff.get(page).content.decode()
    document.refresh_from_db()
    assert document.texts["en"]["body"] == "Second words."


def test_publishing_needs_the_right_to_change() -> None:
    document = ConsentDocument.objects.create(kind="terms", version=1, texts={"en": {"title": "T", "body": "B"}})
    reader = make_staff("reader@example.org", "view_consentdocument")
    client = signed_in(reader)
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"action": "publish_drafts", "_selected_action": [str(document.pk)]})
    document.refresh_from_db()
    assert document.published_at is None
