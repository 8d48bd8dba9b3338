"""Every page of the admin that shows participants' data is in the audit before it is shown, with everybody on it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from backend.accounts.models import Device, User
from backend.audit import exports
from backend.audit.models import Action, Entry
from backend.audit.participant_rows import AuditedAdmin
from backend.audit.pseudonyms import pseudonyms
from backend.audit.recording import search_mark
from backend.consents.models import ConsentDocument
from backend.outbox.models import SuppressedAddress
from backend.sync.models import ServerEpoch
from tests.admin.test_pages import act, address, live_many
from tests.conftest import Phone, exercise, make_phone
from tests.staff import make_staff, signed_in
from tracker.models import CognitiveActivity, DietLog, ExerciseActivity, ExerciseLog, Food, GuidanceText, WeeklyScore
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db

NOBODYS: set[type[Any]] = {
    Group,
    ConsentDocument,
    ExerciseActivity,
    CognitiveActivity,
    Food,
    GuidanceText,
    ServerEpoch,
    SuppressedAddress,
}
"""Tables that say nothing of any participant. Everything else has to be audited."""
AUDITED = sorted(set(admin.site._registry) - NOBODYS, key=lambda model: model._meta.label)
OF_PARTICIPANTS = [model for model in AUDITED if model is not Entry]


@pytest.fixture
def phones(catalogue: None, last_week: Week) -> list[Phone]:
    phones = [make_phone() for _ in range(2)]
    live_many(last_week, phones)
    return phones


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in(make_staff(superuser=True), purpose="safety")


def new_entries(since: int) -> list[Entry]:
    return list(Entry.objects.filter(id__gt=since).order_by("id"))


def last_entry() -> int:
    return Entry.objects.count()


def marks(*phones: Phone) -> set[bytes]:
    return set(pseudonyms(phone.user.pk for phone in phones).values())


def concerned(entry: Entry) -> set[bytes]:
    return {bytes(mark) for mark in entry.participants}


def test_every_admin_of_participants_data_is_audited() -> None:
    for model in AUDITED:
        assert isinstance(admin.site._registry[model], AuditedAdmin), model
    for model in NOBODYS:
        assert not any(field.name == "user" for field in model._meta.concrete_fields), model


@pytest.mark.parametrize("model", OF_PARTICIPANTS, ids=lambda model: model._meta.label)
def test_each_page_is_in_the_audit_with_everybody_on_it(staff: Client, phones: list[Phone], model: type[Any]) -> None:
    before = last_entry()
    assert staff.get(address(model, "")).status_code == 200
    (entry,) = new_entries(before)
    assert (entry.action, entry.model, entry.purpose) == ("read", model._meta.label_lower, "safety")
    assert entry.what["page"] == "list"
    assert marks(*phones) <= concerned(entry)

    mine = model._default_manager.filter(**({"pk": phones[0].user.pk} if model is User else {"user": phones[0].user}))
    row = mine.order_by("pk")[0]
    pages = {"row": "change/", "history": "history/"} | ({"password": "password/"} if model is User else {})
    for page, path in pages.items():
        before = last_entry()
        assert staff.get(address(model, path, row.pk)).status_code == 200, page
        (entry,) = new_entries(before)
        assert (entry.action, entry.what["page"], concerned(entry)) == ("read", page, marks(phones[0]))
        assert entry.request_id


def test_what_cannot_be_recorded_is_not_shown(staff: Client, phones: list[Phone]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM audit_head WHERE EXISTS (SELECT FROM audit_entry)")
    row = DietLog.objects.order_by("pk")[0]
    device = Device.objects.get(user=phones[0].user)
    for path in (
        address(DietLog, ""),
        address(DietLog, "change/", row.pk),
        address(DietLog, "history/", row.pk),
        autocomplete(),
        "/admin/purpose/",
    ):
        response = staff.post(path, {"purpose": "safety"}) if "purpose" in path else staff.get(path)
        assert response.status_code == 503, path
        assert phones[0].user.email not in response.content.decode(), path
    assert act(staff, Device, "sign_out", device).status_code == 503
    changed = staff.post(address(User, "change/", phones[0].user.pk), {"email": "other@example.org", "is_active": "on"})
    assert changed.status_code == 503
    device.refresh_from_db()
    assert device.revoked_at is None
    assert not User.objects.filter(email="other@example.org").exists()


def test_pages_of_no_participant_leave_no_entry(staff: Client, phones: list[Phone]) -> None:
    before = last_entry()
    for path in ("/admin/", address(Food, ""), address(Group, ""), "/admin/search/?s=user"):
        response = staff.get(path)
        assert response.status_code == 200, path
        assert not any(phone.user.email in response.content.decode() for phone in phones), path
    assert new_entries(before) == []


def autocomplete(term: str = "example") -> str:
    return f"/admin/autocomplete/?app_label=accounts&model_name=device&field_name=user&term={term}"


def test_suggestions_are_in_the_audit(staff: Client, phones: list[Phone]) -> None:
    before = last_entry()
    shown = staff.get(autocomplete(phones[0].user.email)).json()["results"]
    assert [one["text"] for one in shown] == [phones[0].user.email]
    (entry,) = new_entries(before)
    assert (entry.action, entry.what["page"], concerned(entry)) == ("read", "autocomplete", marks(phones[0]))


def test_a_search_is_kept_as_a_mark_and_filters_by_name(staff: Client, phones: list[Phone]) -> None:
    email = phones[0].user.email
    before = last_entry()
    staff.get(address(DietLog, ""), {"q": email, "meal__exact": "lunch"})
    (entry,) = new_entries(before)
    assert entry.what["search"] == search_mark(f" {email.upper()} ")
    assert entry.what["filters"] == ["meal__exact"]
    assert concerned(entry) == marks(phones[0])


def test_no_entry_says_who_anybody_is(staff: Client, phones: list[Phone]) -> None:
    user = phones[0].user
    User.objects.filter(pk=user.pk).update(display_name="Rosa Luz")
    for model in AUDITED:
        staff.get(address(model, ""), {"q": user.email})
        staff.get(address(model, ""), {"q": str(user.pk)})
    staff.get(autocomplete("Rosa"))
    staff.post(address(User, "change/", user.pk), {"email": user.email, "display_name": "Rosa Sol", "is_active": "on"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(audit_entry::text, ' ') FROM audit_entry")
        (text,) = cursor.fetchone()
    for secret in (user.email, str(user.pk), user.pk.hex, "Rosa", "rosa"):
        assert secret not in text, secret
    assert not LogEntry.objects.filter(object_repr__contains="@").exists()
    assert LogEntry.objects.get(object_id=str(user.pk)).object_repr == "user"


def test_a_change_and_its_entry_are_stored_together(staff: Client, phones: list[Phone]) -> None:
    user = phones[0].user
    before = last_entry()
    data = {"email": user.email, "display_name": "Renamed", "is_active": "on"}
    assert staff.post(address(User, "change/", user.pk), data).status_code == 302
    (entry,) = new_entries(before)
    assert (entry.action, entry.model, concerned(entry)) == ("change", "accounts.user", marks(phones[0]))
    assert entry.what == {"act": "change", "fields": ["Display name"], "rows": 1}

    before = last_entry()
    device = Device.objects.get(user=user)
    act(staff, Device, "sign_out", device)
    change, read = new_entries(before)
    assert change.what == {"act": "sign_out", "ids": [str(device.pk)], "rows": 1}
    assert (change.action, concerned(change)) == ("change", marks(phones[0]))
    assert read.action == "read"


def test_an_action_on_all_rows_names_everybody(staff: Client, phones: list[Phone]) -> None:
    before = last_entry()
    data = {"action": "sign_out", "_selected_action": ["x"], "select_across": "1", "index": 0}
    devices = Device.objects.order_by("pk")
    data["_selected_action"] = [str(devices[0].pk)]
    staff.post(address(Device, ""), data)
    (entry,) = new_entries(before)
    assert concerned(entry) == marks(*phones)
    assert not Device.objects.filter(revoked_at=None).exists()


# --- purpose


def test_participants_pages_ask_for_a_purpose_first(phones: list[Phone]) -> None:
    client = signed_in(make_staff(superuser=True), purpose=None)
    row = DietLog.objects.order_by("pk")[0]
    before = last_entry()
    for path in (
        address(DietLog, ""),
        address(DietLog, "") + "?meal__exact=lunch",
        address(DietLog, "change/", row.pk),
        address(DietLog, "history/", row.pk),
        address(DietLog, "export/"),
        address(User, "password/", phones[0].user.pk),
        address(Entry, ""),
    ):
        response = client.get(path)
        assert response.status_code == 302, path
        assert response["Location"].startswith("/admin/purpose/?next=%2Fadmin%2F"), path
    assert client.get(autocomplete()).status_code == 403
    assert client.get("/admin/").status_code == 200
    assert client.get(address(Food, "")).status_code == 200
    assert new_entries(before) == []

    stated = client.post(f"/admin/purpose/?next={address(DietLog, '')}", {"purpose": "safety", "note": "ticket 7"})
    assert (stated.status_code, stated["Location"]) == (302, address(DietLog, ""))
    page = client.get(address(DietLog, "")).content.decode()
    assert "Safety: ticket 7" in page
    assert "/admin/purpose/?next=" in page
    assert [(entry.action, entry.purpose) for entry in new_entries(before)] == [
        ("purpose", "safety: ticket 7"),
        ("read", "safety: ticket 7"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"purpose": "curiosity"},
        {"purpose": "other"},
        {"purpose": "other", "note": "  "},
        {"purpose": "safety", "note": "rosa@example.org called"},
        {"purpose": "safety", "note": "x" * 81},
    ],
)
def test_a_purpose_is_one_of_ours_and_names_nobody(phones: list[Phone], answer: dict[str, str]) -> None:
    client = signed_in(make_staff(superuser=True), purpose=None)
    before = last_entry()
    assert client.post("/admin/purpose/", answer).status_code == 422
    assert client.get(address(DietLog, "")).status_code == 302
    assert new_entries(before) == []


def test_a_purpose_ends(phones: list[Phone], settings: Any) -> None:
    client = signed_in(make_staff(superuser=True), purpose=None)
    client.post("/admin/purpose/", {"purpose": "safety"})
    assert client.get(address(DietLog, "")).status_code == 200
    settings.AUDIT_PURPOSE_HOURS = 0
    client.post("/admin/purpose/", {"purpose": "safety"})
    assert client.get(address(DietLog, "")).status_code == 302


def test_the_purpose_page_leads_nowhere_else() -> None:
    client = signed_in(make_staff(superuser=True))
    stated = client.post("/admin/purpose/?next=https://elsewhere.example/", {"purpose": "safety"})
    assert stated["Location"] == "/admin/"


# --- exports


def exported(client: Client, model: type[Any], query: str = "") -> list[dict[str, str]]:
    response = client.post(address(model, "export/") + query)
    assert response.status_code == 200
    assert response["Content-Disposition"].endswith('.csv"')
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def leave_one_log_each() -> None:
    """Without what their lives deleted."""
    ExerciseLog.objects.filter(deleted_at__isnull=False).delete()


def test_a_list_is_downloaded_as_narrowed_and_in_the_audit(
    staff: Client, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_one_log_each()
    page = staff.get(address(ExerciseLog, ""), {"q": phones[0].user.email}).content.decode()
    (link,) = re.findall(r'href="(/admin/tracker/exerciselog/export/[^"]*)"', page)
    assert link.endswith(f"?q={phones[0].user.email.replace('@', '%40')}")
    assert "Download 1 row<" in staff.get(link).content.decode()
    before = last_entry()
    (row,) = exported(staff, ExerciseLog, f"?q={phones[0].user.email}")
    assert row["user_id"] == str(phones[0].user.pk)
    assert "content_hash" not in row
    (entry,) = new_entries(before)
    assert (entry.action, entry.purpose, concerned(entry)) == ("export", "safety", marks(phones[0]))
    assert entry.what["rows"] == 1
    assert entry.what["search"] == search_mark(phones[0].user.email)

    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 1)
    before = last_entry()
    assert len(exported(staff, ExerciseLog)) == ExerciseLog.objects.count() == 2
    assert [(e.what["first_row"], e.what["rows"], len(e.participants)) for e in new_entries(before)] == [
        (1, 1, 1),
        (2, 1, 1),
    ]


def test_scores_and_users_too_and_no_secret(staff: Client, phones: list[Phone]) -> None:
    scores = exported(staff, WeeklyScore)
    assert {row["user_id"] for row in scores} == {str(phone.user.pk) for phone in phones}
    users = exported(staff, User)
    assert {phone.user.email for phone in phones} <= {row["email"] for row in users}
    assert "password" not in users[0]


def test_each_part_is_recorded_before_it_is_sent(
    staff: Client, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 1)
    before = last_entry()
    lines: Iterator[bytes] = staff.post(address(ExerciseLog, "export/")).streaming_content  # type: ignore[attr-defined]
    assert b"user_id" in next(lines)
    assert new_entries(before) == []
    first = next(lines)
    assert len(new_entries(before)) == 1
    monkeypatch.setattr(exports, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        next(lines)
    assert len(first.splitlines()) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(staff: Client, phones: list[Phone], text: str, last_week: Week) -> None:
    phones[0].post("/v1/exercise-logs", exercise(last_week.first_day))
    ExerciseLog.objects.update(note=text)
    User.objects.filter(pk=phones[0].user.pk).update(display_name=text)
    assert {row["note"] for row in exported(staff, ExerciseLog)} == {f"'{text}"}
    assert f"'{text}" in {row["display_name"] for row in exported(staff, User)}


def test_downloading_takes_a_right_of_its_own(phones: list[Phone]) -> None:
    leave_one_log_each()
    reader = signed_in(make_staff("reader@example.org", "view_exerciselog"))
    exporter = signed_in(make_staff("exporter@example.org", "view_exerciselog", "export_participants"))
    blind = signed_in(make_staff("blind@example.org", "export_participants"))
    before = last_entry()
    for client in (reader, blind):
        assert client.get(address(ExerciseLog, "export/")).status_code == 403
        assert client.post(address(ExerciseLog, "export/")).status_code == 403
    assert new_entries(before) == []
    assert "export/" not in reader.get(address(ExerciseLog, "")).content.decode()
    assert len(exported(exporter, ExerciseLog)) == 2


def test_exports_for_research_leave_out_whom_an_app_leaves_out(
    phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_one_log_each()
    monkeypatch.setattr(exports, "_research_filters", [])
    exports.filter_research_exports(lambda rows, participant: rows.exclude(**{participant: phones[0].user.pk}))
    for purpose, number in (("research_administration", 1), ("safety", 2)):
        client = signed_in(make_staff(f"{purpose}@example.org", superuser=True), purpose=purpose)
        assert len(exported(client, ExerciseLog)) == number
    client = signed_in(make_staff("third@example.org", superuser=True), purpose="research_administration")
    assert str(phones[0].user.pk) not in {row["id"] for row in exported(client, User)}


# --- reading the audit


def test_the_audit_is_read_by_those_who_may(phones: list[Phone]) -> None:
    reader = signed_in(make_staff("reader@example.org", "view_entry"))
    other = signed_in(make_staff("other@example.org", "view_exerciselog"))
    assert other.get(address(ExerciseLog, "")).status_code == 200
    assert other.get(address(Entry, "")).status_code == 403
    before = last_entry()
    page = reader.get(address(Entry, "")).content.decode()
    assert "other@example.org" in page
    assert "tracker.exerciselog" in page
    (entry,) = new_entries(before)
    assert (entry.action, entry.model) == ("read", "audit.entry")
    assert reader.get(address(Entry, "change/", entry.pk)).status_code == 200
    for path in (address(Entry, "add/"), address(Entry, "delete/", entry.pk)):
        assert reader.post(path, {"post": "yes"}).status_code == 403
    assert reader.post(address(Entry, "change/", entry.pk), {"purpose": "none"}).status_code == 403


def test_the_audit_is_searched_for_a_participant_or_a_member_of_staff(staff: Client, phones: list[Phone]) -> None:
    for phone in phones:
        staff.get(address(DietLog, ""), {"q": phone.user.email})
    admin_id = User.objects.get(email="staff@example.org").pk

    def found(term: object) -> list[int]:
        page = staff.get(address(Entry, ""), {"q": str(term)}).content.decode()
        return [int(number) for number in re.findall(r'href="/admin/audit/entry/(\d+)/change/', page)]

    first, second = Entry.objects.filter(model="tracker.dietlog").order_by("id").values_list("id", flat=True)
    assert first in found(phones[0].user.email)
    assert second not in found(phones[0].user.pk)
    assert found("nobody@example.org") == []
    searched = Entry.objects.filter(model="audit.entry").order_by("id")[0]
    assert concerned(searched) == marks(phones[0])
    for term in (admin_id, "STAFF@example.org"):
        assert {first, second} <= set(found(term))


def test_signing_in_is_in_the_audit() -> None:
    user = make_staff(superuser=True)
    signed_in(user)
    entry = Entry.objects.get(action=Action.SIGN_IN)
    assert (entry.actor, entry.model) == (user.pk, "accounts.user")
    signed_in(make_phone().user, factor=False)
    assert Entry.objects.filter(action=Action.SIGN_IN).count() == 1
    assert Authenticator.objects.filter(user=user).count() == 1
