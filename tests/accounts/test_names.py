"""What people and their devices can be called is one question with one answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from backend.accounts.models import Device
from tests.accounts.app import PASSWORD, App
from tests.conftest import Phone

pytestmark = pytest.mark.django_db

PLACES = [("/v1/me", "display_name"), ("/v1/devices/current", "name")]
UNFIT = {
    "a line break": "Rosa\r\nBcc: everybody@example.org",
    "an escape": "Rosa\x1b[31m",
    "another control character": "Ro\x85sa",
    "a line separator": "Rosa\u2028Luz",
    "a paragraph separator": "Rosa\u2029Luz",
    "the other direction": "Rosa \u202egnp.exe",
    "an isolate": "Rosa\u2066\u2067",
    "nothing to be seen": "Ro\u200bsa",
    "a byte order mark": "\ufeffRosa",
    "a private character": "Rosa \uf8ff",
}
# The third and fourth join letters by an invisible character: Alireza in Persian, and half a letter of Hindi.
FIT = ["Rosa Luz", "Zoë O'Neill-Smith", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "क्\u200dष", "👩\u200d💻 Rosa's"]


@pytest.mark.parametrize(("path", "field"), PLACES)
@pytest.mark.parametrize("name", UNFIT.values(), ids=UNFIT)
def test_a_name_is_one_visible_line(phone: Phone, path: str, field: str, name: str) -> None:
    before = phone.get(path).json()
    answer = phone.patch(path, {field: name})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/{field}", "characters")]
    assert phone.get(path).json() == before


@pytest.mark.parametrize(("path", "field"), PLACES)
@pytest.mark.parametrize("name", FIT)
def test_names_of_all_languages_fit(phone: Phone, path: str, field: str, name: str) -> None:
    assert phone.patch(path, {field: name}).json()[field] == name


@pytest.mark.parametrize("name", [*UNFIT.values(), *FIT])
def test_what_a_device_calls_itself_can_always_be_sent_back(app: App, name: str) -> None:
    tablet = App(headers={"Engram-Device-Name": quote(name)})
    assert tablet.sign_in(password=PASSWORD).status_code == 200
    kept = Device.objects.latest("pk").name
    assert kept == name if name in FIT else kept != name
    document: Any = tablet.api("patch", "/v1/devices/current", {"name": kept}).json()
    assert document["name"] == kept
