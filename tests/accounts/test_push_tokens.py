"""Where pushes go: one device for each token, one token for each device, and none for a device that is signed out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backend.accounts.models import Device, PushToken
from backend.accounts.push_tokens import reachable, register_push_token
from tests.conftest import Phone, make_phone

pytestmark = pytest.mark.django_db

PATH = "/v1/devices/current/push-token"


@pytest.fixture
def phone() -> Phone:
    return make_phone()


@pytest.fixture
def other_phone() -> Phone:
    return make_phone()


def register(phone: Phone, token: str = "token-of-the-app") -> int:
    status: int = phone.put(PATH, {"provider": "fcm", "token": token}).status_code
    return status


def registered() -> list[tuple[Any, str]]:
    return sorted(PushToken.objects.values_list("device", "token"))


def device_of(phone: Phone) -> Device:
    return Device.objects.get(user=phone.user)


def test_a_device_registers_and_takes_it_back(phone: Phone) -> None:
    assert register(phone) == 204
    assert register(phone) == 204
    (token,) = PushToken.objects.all()
    assert (token.user_id, token.device, token.provider) == (phone.user.pk, device_of(phone), "fcm")
    assert phone.delete(PATH).status_code == 204
    assert phone.delete(PATH).status_code == 204
    assert registered() == []


def test_another_token_takes_the_place_of_the_first(phone: Phone) -> None:
    register(phone, "first")
    register(phone, "second")
    assert registered() == [(device_of(phone).pk, "second")]


def test_a_token_that_moves_is_taken_from_the_other_device(phone: Phone, other_phone: Phone) -> None:
    register(phone, "first")
    register(other_phone, "second")
    register(other_phone, "first")
    assert registered() == [(device_of(other_phone).pk, "first")]
    assert PushToken.objects.get().user_id == other_phone.user.pk


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"token": "a"}, "/provider"),
        ({"provider": "fcm"}, "/token"),
        ({"provider": "pigeon", "token": "a"}, "/provider"),
        ({"provider": "fcm", "token": ""}, "/token"),
        ({"provider": "fcm", "token": "two words"}, "/token"),
        ({"provider": "fcm", "token": "ä"}, "/token"),
        ({"provider": "fcm", "token": "line\n"}, "/token"),
        ({"provider": "fcm", "token": "a" * 4097}, "/token"),
        ({"provider": "fcm", "token": "a", "device": "another"}, "/device"),
    ],
)
def test_what_is_no_token_is_refused(phone: Phone, body: dict[str, Any], pointer: str) -> None:
    register(phone, "first")
    answer = phone.put(PATH, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert registered() == [(device_of(phone).pk, "first")]


def test_a_long_token_fits(phone: Phone) -> None:
    assert register(phone, "a" * 4096) == 204


@pytest.mark.parametrize("path", ["/v1/devices", "/v1/devices/{device}"])
def test_signing_out_takes_the_token_along(phone: Phone, other_phone: Phone, path: str) -> None:
    register(phone, "first")
    register(other_phone, "second")
    assert phone.delete(path.format(device=device_of(phone).pk)).status_code == 204
    assert registered() == [(device_of(other_phone).pk, "second")]


def test_a_device_that_was_signed_out_meanwhile_registers_nothing(phone: Phone) -> None:
    device = device_of(phone)
    Device.objects.filter(pk=device.pk).revoke(now=timezone.now())
    register_push_token(device, provider="fcm", token="first", now=timezone.now())
    assert registered() == []


def test_nothing_is_pushed_to_a_device_that_could_not_call_any_more(phone: Phone, other_phone: Phone) -> None:
    now = timezone.now()
    register(phone, "first")
    register(other_phone, "second")
    assert reachable(now=now).count() == 2
    assert reachable(now=now + timedelta(days=31)).count() == 0
    other_phone.user.is_active = False
    other_phone.user.save()
    assert [token.token for token in reachable(now=now)] == ["first"]


def test_the_choice_is_in_the_profile_and_its_history(phone: Phone) -> None:
    assert phone.get("/v1/me").json()["push_week_ready"] is True
    assert phone.patch("/v1/me", {"push_week_ready": False}).json()["push_week_ready"] is False
    (change,) = phone.get("/v1/me/changes").json()["results"]
    assert (change["field"], change["before"], change["after"]) == ("push_week_ready", True, False)
