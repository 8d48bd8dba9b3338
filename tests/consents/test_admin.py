"""Staff write drafts and publish them; what is published they can only read."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.consents.models import ConsentDocument

pytestmark = pytest.mark.django_db

LIST = "/admin/consents/consentdocument/"


def test_a_draft_is_written_edited_and_published(admin_client: Client) -> None:
    form = {"kind": "terms", "version": "1", "title_en": "Terms", "body_en": "First words."}
    assert admin_client.post(f"{LIST}add/", form).status_code == 302
    document = ConsentDocument.objects.get()
    assert document.texts == {"en": {"title": "Terms", "body": "First words."}}
    page = f"{LIST}{document.pk}/change/"
    assert "First words." in admin_client.get(page).content.decode()
    assert admin_client.post(page, {**form, "body_en": "Second words."}).status_code == 302
    publish = {"action": "publish_drafts", "_selected_action": [str(document.pk)]}
    assert admin_client.post(LIST, publish).status_code == 302
    document.refresh_from_db()
    assert document.published_at is not None
    assert document.texts["en"]["body"] == "Second words."
    assert admin_client.post(page, {**form, "body_en": "Third words."}).status_code == 403
    assert admin_client.post(f"{LIST}{document.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "Second words." in admin_client.get(page).content.decode()
    document.refresh_from_db()
    assert document.texts["en"]["body"] == "Second words."


def test_publishing_needs_the_right_to_change(client: Client) -> None:
    document = ConsentDocument.objects.create(kind="terms", version=1, texts={"en": {"title": "T", "body": "B"}})
    reader = User.objects.create_user("reader@example.org", is_staff=True)
    from django.contrib.auth.models import Permission

    reader.user_permissions.add(Permission.objects.get(codename="view_consentdocument"))
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(LIST, {"action": "publish_drafts", "_selected_action": [str(document.pk)]})
    document.refresh_from_db()
    assert document.published_at is None
