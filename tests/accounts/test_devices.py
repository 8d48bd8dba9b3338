"""Devices: listed, renamed, revoked; and a 401 that says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import Device, DeviceToken, User
from backend.accounts.tokens import recognise
from tests.accounts.app import App, api
from tests.conftest import Phone, make_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> Phone:
    return make_phone()


@pytest.fixture
def other_phone() -> Phone:
    return make_phone()


def device_of(phone: Phone) -> Device:
    return Device.objects.get(user=phone.user)


def test_an_app_describes_itself_when_it_signs_in(app: App) -> None:
    headers = {
        "Engram-Device-Name": "Rosa%E2%80%99s%20phone",
        "Engram-Platform": "iOS 19.1",
        "Engram-App-Version": "2.4.0 (118)",
    }
    second = App(headers=headers)
    assert second.sign_in().status_code == 200
    newest, oldest = app.api("get", "/v1/devices").json()["results"]
    assert {key: newest[key] for key in ("name", "platform", "app_version", "current")} == {
        "name": "Rosa\N{RIGHT SINGLE QUOTATION MARK}s phone",
        "platform": "iOS 19.1",
        "app_version": "2.4.0 (118)",
        "current": False,
    }
    assert oldest["current"] is True
    assert newest.keys() == {"id", "name", "platform", "app_version", "created_at", "last_seen_at", "current"}
    assert newest["id"] == second.api("get", "/v1/devices/current").json()["id"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("x" * 300, "x" * 80),
        ("two%0D%0Alines", "two lines"),
        ("  a   b ", "a b"),
        ("%E2%80%AEecrof", "ecrof"),
        ("nul%00byte", "nul byte"),
        ("100%", "100%"),
        ("%FF", "\N{REPLACEMENT CHARACTER}"),
        ("Zoë", "Zoë"),
    ],
)
def test_whatever_a_name_is_signing_in_works_and_the_list_stays_legible(app: App, header: str, name: str) -> None:
    second = App(headers={"Engram-Device-Name": header.encode().decode("latin-1")})
    assert second.sign_in().status_code == 200
    assert second.api("get", "/v1/devices/current").json()["name"] == name


def test_without_a_name_the_user_agent_stands_for_it(app: App) -> None:
    second = App(headers={"User-Agent": "Engram/2.4 okhttp/5.0"})
    second.sign_in()
    assert second.api("get", "/v1/devices/current").json()["name"] == "Engram/2.4 okhttp/5.0"


def test_a_device_can_be_read_edited_and_sent_back(phone: Phone) -> None:
    document = phone.get("/v1/devices/current").json()
    path = f"/v1/devices/{document['id']}"
    document |= {"name": "Kitchen tablet", "platform": "Android 17", "app_version": "2.5.0"}
    assert phone.patch("/v1/devices/current", document).json() == document
    document.pop("token")
    document["name"] = "Tablet"
    assert phone.patch(path, document).json() == phone.get(path).json() == document
    assert phone.get("/v1/devices").json() == {"results": [document]}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"name": "x" * 81}, "/name", "max_length"),
        ({"name": "a\r\nb"}, "/name", "characters"),
        ({"name": "a\u202eb"}, "/name", "characters"),
        ({"platform": "x" * 41}, "/platform", "max_length"),
        ({"app_version": ["2"]}, "/app_version", "invalid"),
        ({"user": str(uuid4())}, "/user", "unknown_field"),
        ({"revoked_at": None}, "/revoked_at", "unknown_field"),
    ],
)
@pytest.mark.parametrize("which", ["current", "by its id"])
def test_refused_changes_name_the_field_and_change_nothing(
    phone: Phone, changes: dict[str, Any], pointer: str, code: str, which: str
) -> None:
    path = "/v1/devices/current" if which == "current" else f"/v1/devices/{device_of(phone).pk}"
    before = phone.get(path).json()
    answer = phone.patch(path, {"platform": "Never", **changes})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert phone.get(path).json() == before


def test_revoking_one_holds_from_the_next_request(app: App) -> None:
    second = App()
    second.sign_in()
    path = f"/v1/devices/{second.api('get', '/v1/devices/current').json()['id']}"
    assert app.api("delete", path).status_code == 204
    assert not second.is_signed_in()
    assert app.is_signed_in()
    assert len(app.api("get", "/v1/devices").json()["results"]) == 1
    # The lost answer's retry is no error; the device is gone for everything else.
    assert app.api("delete", path).status_code == 204
    assert app.api("get", path).status_code == app.api("patch", path, {"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "still"),
    [("", [False, False]), ("?except_current=false", [False, False]), ("?except_current=true", [True, False])],
)
def test_revoking_all_or_all_others(app: App, query: str, still: list[bool]) -> None:
    second = App()
    second.sign_in()
    stranger = make_phone()
    assert app.api("delete", f"/v1/devices{query}").status_code == 204
    assert [app.is_signed_in(), second.is_signed_in()] == still
    assert stranger.get("/v1/me").status_code == 200


def test_a_malformed_choice_revokes_nothing(app: App) -> None:
    answer = app.api("delete", "/v1/devices?except_current=yes")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?except_current")
    assert app.is_signed_in()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_anybody_elses_device_answers_like_none(phone: Phone, other_phone: Phone, method: str) -> None:
    theirs = device_of(other_phone)
    answers = []
    for device_id in (theirs.pk, uuid4()):
        call = getattr(phone, method)
        path = f"/v1/devices/{device_id}"
        answer = call(path, {"name": "mine"}) if method == "patch" else call(path)
        answer.headers.pop("RateLimit", None)  # how much is left says how often one has asked, whatever for
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    theirs.refresh_from_db()
    assert (theirs.name, theirs.revoked_at) == ("", None)
    assert other_phone.get("/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("model", "fields", "code"),
    [
        (Device, {"revoked_at": timezone.now()}, "device_revoked"),
        (Device, {"last_seen_at": timezone.now() - timedelta(days=31)}, "token_expired"),
        (DeviceToken, {"expires_at": timezone.now() - timedelta(seconds=1)}, "token_expired"),
        (DeviceToken, {"token_hash": b"another"}, "authentication_failed"),
        (User, {"is_active": False}, "account_inactive"),
    ],
)
def test_a_refused_token_hears_why(app: App, model: Any, fields: dict[str, Any], code: str) -> None:
    model.objects.update(**fields)
    answer = app.api("get", "/v1/me")
    assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]) == (401, code, "Bearer")
    assert api(app.token, "post", "/v1/devices/current/token").json()["code"] == code
    if model is not User:
        assert not app.is_signed_in()


def test_devices_that_can_call_no_more_are_not_listed(app: App) -> None:
    for fields, table in (
        ({"last_seen_at": timezone.now() - timedelta(days=31)}, Device),
        ({"expires_at": timezone.now()}, DeviceToken),
    ):
        gone = App()
        gone.sign_in()
        device_id = gone.api("get", "/v1/devices/current").json()["id"]
        key = "pk" if table is Device else "device_id"
        table._default_manager.filter(**{key: device_id}).update(**fields)
    assert [entry["current"] for entry in app.api("get", "/v1/devices").json()["results"]] == [True]


def test_authenticating_is_one_query_and_writes_once_an_hour(phone: Phone) -> None:
    with CaptureQueriesContext(connection) as queries:
        phone.get("/v1/devices/current")
    assert len(queries) == 1
    Device.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
    with CaptureQueriesContext(connection) as queries:
        phone.get("/v1/devices/current")
        phone.get("/v1/devices/current")
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "UPDATE", "SELECT"]


def test_what_is_recognised_is_what_is_stored(phone: Phone) -> None:
    """Down to the last column: the statement goes past Django's own reading."""
    User.objects.update(preferred_origins=["healthkit", "health_connect/gym"], next_weekly_email_at=timezone.now())
    stored = DeviceToken.objects.select_related("device__user").get(device__user=phone.user)
    found = recognise(phone.token, now=timezone.now())
    assert comparable(found) == comparable(stored)
    assert comparable(found.device) == comparable(stored.device)
    assert comparable(found.device.user) == comparable(stored.device.user)
    found.device.user.display_name = "Rosa"
    found.device.user.save()  # changes that row, and adds none
    assert User.objects.get(pk=phone.user.pk).display_name == "Rosa"


def comparable(instance: Model) -> dict[str, object]:
    values = {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


def test_blanks_at_the_ends_count_for_the_length(phone: Phone) -> None:
    """As the document has it: a version of 40 characters and a blank is none."""
    answer = phone.patch("/v1/devices/current", {"app_version": "\u0085" + "1" * 40})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/app_version")
    assert phone.patch("/v1/devices/current", {"app_version": " 2.0 "}).json()["app_version"] == "2.0"
