"""Renewing a token: a lost answer, two at once, or a revocation in between never signs a phone out, nor lets one stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from backend.accounts.models import Device, DeviceToken
from backend.accounts.tokens import recognise, renew
from tests.accounts.app import api
from tests.conftest import make_phone, utc


def renewed(token: str) -> Any:
    answer = api(token, "post", "/v1/devices/current/token")
    assert answer.status_code == 201, answer.content
    return answer.json()


def works(token: str) -> bool:
    return bool(api(token, "get", "/v1/me").status_code == 200)


def passes(time: timedelta) -> None:
    """As if that much time went by."""
    for token in DeviceToken.objects.all():
        token.created_at -= time
        token.expires_at -= time
        token.save()


@pytest.mark.django_db
def test_the_old_token_holds_until_the_new_one_was_used_and_an_hour_more() -> None:
    old = make_phone().token
    new = renewed(old)["token"]
    assert new != old
    assert len(new) == 43
    passes(timedelta(hours=2))
    assert works(old)
    assert works(new)
    assert works(old)
    passes(timedelta(minutes=59))
    assert works(old)
    passes(timedelta(minutes=2))
    assert api(old, "get", "/v1/me").json()["code"] == "token_expired"
    assert works(new)


@pytest.mark.django_db
def test_a_lost_answer_is_asked_for_again_and_brings_the_same_token() -> None:
    old = make_phone().token
    answers = [renewed(old)["token"] for _ in range(4)]
    assert len(set(answers)) == 1
    assert DeviceToken.objects.count() == 2
    assert works(old)
    assert works(answers[0])
    # Even after its first use, as long as the old one holds.
    assert renewed(old)["token"] == answers[0]


@pytest.mark.django_db
def test_a_device_never_has_more_than_two_tokens_and_none_is_cut_short() -> None:
    tokens = [make_phone().token]
    for _ in range(3):
        tokens.append(renewed(tokens[-1])["token"])
        assert works(tokens[-1])
        assert DeviceToken.objects.count() <= 2
        assert works(tokens[0])
    # While the first is winding down, the second is its own renewal.
    assert tokens[1] == tokens[2] == tokens[3]
    passes(timedelta(hours=2))
    third = renewed(tokens[1])["token"]
    assert third not in tokens
    assert works(third)
    assert DeviceToken.objects.count() == 2
    assert api(tokens[0], "get", "/v1/me").json()["code"] == "authentication_failed"


@pytest.mark.django_db
def test_the_overlap_never_makes_a_token_last_longer() -> None:
    old = make_phone().token
    end = timezone.now() + timedelta(minutes=10)
    DeviceToken.objects.update(expires_at=end)
    assert works(renewed(old)["token"])
    assert DeviceToken.objects.order_by("pk")[0].expires_at == end


@pytest.mark.django_db
def test_without_an_overlap_the_old_token_ends_with_the_first_use_of_the_new(settings: Any) -> None:
    settings.DEVICE_TOKEN_OVERLAP_MINUTES = 0
    old = make_phone().token
    new = renewed(old)["token"]
    assert works(old)
    assert works(new)
    assert not works(old)


@pytest.mark.django_db
def test_a_renewed_token_has_a_whole_life_and_says_when_to_renew_it_next() -> None:
    old = make_phone().token
    passes(timedelta(days=100))
    before = api(old, "get", "/v1/devices/current")
    assert before["Engram-Token"] == "renew"
    assert days_until(before.json()["token"]["expires_at"]) == 80
    document = renewed(old)
    new = document.pop("token")
    assert document.keys() == {"expires_at", "idle_days", "renew_after"}
    assert (days_until(document["expires_at"]), days_until(document["renew_after"])) == (180, 90)
    assert document["idle_days"] == 30
    after = api(new, "get", "/v1/devices/current")
    assert "Engram-Token" not in after
    assert after.json()["token"] == document


@pytest.mark.django_db
def test_a_token_not_fetched_for_long_is_as_good_as_new_when_it_is() -> None:
    old = make_phone().token
    renewed(old)
    passes(timedelta(days=100))
    assert days_until(renewed(old)["expires_at"]) == 180


@pytest.mark.django_db
def test_the_answer_with_a_token_is_not_kept_by_anything_on_the_way() -> None:
    assert api(make_phone().token, "post", "/v1/devices/current/token")["Cache-Control"] == "no-store"


def days_until(text: str) -> int:
    return round((utc(text) - timezone.now()) / timedelta(days=1))


def at_once(*calls: Any) -> list[Any]:
    """What each returns or raises, started at the same moment on connections of their own."""
    barrier = Barrier(len(calls))

    def run(call: Any) -> Any:
        try:
            barrier.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_many_renewals_at_once_agree_on_one_token() -> None:
    for _ in range(10):
        token = make_phone().token
        answers = at_once(*[partial(renewed, token)] * 4)
        assert len({answer["token"] for answer in answers}) == 1, answers
        assert works(answers[0]["token"])
    assert DeviceToken.objects.count() == 10 * 2


@pytest.mark.django_db(transaction=True)
def test_renewing_while_the_new_token_is_first_used_signs_nobody_out() -> None:
    for _ in range(10):
        old = make_phone().token
        new = renewed(old)["token"]
        first, *others = at_once(partial(renewed, old), partial(works, new), partial(works, old), partial(works, new))
        assert [first["token"], *others] == [new, True, True, True]
        assert works(new)


@pytest.mark.django_db(transaction=True)
def test_no_renewal_outlives_a_revocation() -> None:
    for _ in range(20):
        phone = make_phone()
        revoke = partial(Device.objects.filter(user=phone.user).revoke, now=timezone.now())
        answer, revoked = at_once(partial(api, phone.token, "post", "/v1/devices/current/token"), revoke)
        assert revoked == 1
        assert not works(phone.token)
        if answer.status_code == 201:
            assert not works(answer.json()["token"])
        else:
            assert answer.json()["code"] == "device_revoked"


@pytest.mark.django_db
def test_a_revocation_between_recognising_and_renewing_wins() -> None:
    phone = make_phone()
    now: datetime = timezone.now()
    row = recognise(phone.token, now=now)
    Device.objects.all().revoke(now=now)
    with pytest.raises(Exception, match="signed out"):
        renew(row, phone.token, now=now)
    assert DeviceToken.objects.count() == 1
