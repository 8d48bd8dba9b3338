"""Pushes over a real HTTP server that answers as FCM does: at most once, and what each answer means for the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from backend.accounts.models import Device, PushToken
from backend.accounts.push_tokens import register_push_token
from backend.outbox import claims
from backend.outbox.fcm import FCM, SCOPE, Answer, Verdict, judged
from backend.outbox.models import MailState, OutgoingPush
from backend.outbox.pushing import NOWHERE, NewPush, enqueue_pushes, send_pushes
from tests.conftest import Phone
from tests.outbox.push_service import EMAIL, HANG, HANG_UP, PushService, Scripted, error

pytestmark = pytest.mark.django_db

UNREGISTERED = error(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED")


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with PushService() as service:
        settings.FCM_SERVICE_ACCOUNT = service.account
        settings.FCM_BASE_URL = service.address
        settings.FCM_TIMEOUT = 1
        yield service


def device_of(phone: Phone) -> Device:
    return Device.objects.get(user=phone.user)


def register(phone: Phone, token: str = "token") -> None:
    register_push_token(device_of(phone), provider="fcm", token=token, now=timezone.now())


def enqueue(phone: Phone, key: str = "ready:1", *, registered: bool = True) -> OutgoingPush:
    if registered:
        register(phone, f"token-of-{phone.user.pk}")
    now = timezone.now()
    data = {"type": "week_ready", "week": "2026-W48"}
    times = (now - timedelta(minutes=1), now + timedelta(hours=1))
    enqueue_pushes([NewPush(phone.user.pk, device_of(phone).pk, "week_ready", key, data, *times)])
    return OutgoingPush.objects.get(dedupe_key=key)


def due_again() -> None:
    OutgoingPush.objects.update(next_attempt_at=Now())


def row() -> tuple[str, int, str]:
    push = OutgoingPush.objects.get()
    return push.state, push.attempts, push.last_reply


def test_a_push_is_sent_once_and_says_nothing_but_ids(phone: Phone, service: PushService) -> None:
    push = enqueue(phone)
    enqueue(phone)
    assert send_pushes() == 1
    due_again()
    assert send_pushes() == 0
    assert row() == (MailState.SENT, 1, "200 projects/study/messages/1")
    (message,) = service.accepted
    assert 3500 <= int(message["android"].pop("ttl").removesuffix("s")) <= 3600
    assert push.expires_at is not None
    assert message == {
        "token": f"token-of-{phone.user.pk}",
        "data": {"type": "week_ready", "week": "2026-W48"},
        "android": {"collapse_key": "week_ready", "notification": {"title_loc_key": "week_ready", "tag": "week_ready"}},
        "apns": {
            "headers": {
                "apns-collapse-id": "week_ready",
                "apns-expiration": str(int(push.expires_at.timestamp())),
            },
            "payload": {"aps": {"alert": {"title-loc-key": "week_ready"}}},
        },
    }


def test_one_access_token_does_for_many(phone: Phone, other_phone: Phone, service: PushService) -> None:
    enqueue(phone, "ready:1")
    enqueue(other_phone, "ready:2")
    assert send_pushes() == 2
    (statement,) = service.assertions
    assert (statement["iss"], statement["scope"]) == (EMAIL, SCOPE)
    assert statement["exp"] - statement["iat"] == 3600


def test_the_step_before_it_is_committed_first(phone: Phone, service: PushService) -> None:
    """Seen from within the request, by the row's own state."""
    states: list[str] = []
    started = claims.start

    def start(push: OutgoingPush) -> bool:
        ours = started(push)
        states.append(OutgoingPush.objects.get().state)
        assert service.requests == 0
        return ours

    enqueue(phone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "start", start)
        assert send_pushes() == 1
    assert states == [MailState.DATA_STARTED]


@pytest.mark.parametrize(
    ("answer", "state", "reply"),
    [
        (
            error(400, "INVALID_ARGUMENT", "The registration token is not valid.", "INVALID_ARGUMENT"),
            MailState.FAILED,
            "400 INVALID_ARGUMENT: The registration token is not valid.",
        ),
        (
            error(403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH"),
            MailState.FAILED,
            "403 SENDER_ID_MISMATCH: SenderId mismatch",
        ),
        (UNREGISTERED, MailState.CANCELLED, "404 UNREGISTERED: Requested entity was not found."),
        (
            error(500, "INTERNAL", "Internal error encountered.", "INTERNAL"),
            MailState.UNKNOWN,
            "500 INTERNAL: Internal error encountered.",
        ),
        ((502, {}, {}), MailState.UNKNOWN, "502 {}"),
        (HANG_UP, MailState.UNKNOWN, "ProtocolError"),
        (HANG, MailState.UNKNOWN, "ReadTimeoutError"),
    ],
)
def test_what_ends_a_push(phone: Phone, service: PushService, answer: Scripted, state: str, reply: str) -> None:
    service.script = [answer]
    enqueue(phone)
    assert send_pushes() == 0
    assert row()[:2] == (state, 1)
    assert row()[2].startswith(reply)
    due_again()
    assert send_pushes() == 0
    assert (service.requests, service.accepted) == (1, [])
    assert PushToken.objects.exists() == (answer != UNREGISTERED)


def test_a_token_that_was_replaced_meanwhile_stays(
    phone: Phone, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over = FCM.hand_over

    def and_register(fcm: FCM, message: dict[str, Any]) -> Answer:
        register(phone, "a new one")
        return hand_over(fcm, message)

    monkeypatch.setattr(FCM, "hand_over", and_register)
    service.script = [UNREGISTERED]
    enqueue(phone)
    assert send_pushes() == 0
    assert PushToken.objects.get().token == "a new one"


@pytest.mark.parametrize(
    ("answer", "at_least", "at_most"),
    [
        (error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED", Retry_After="600"), 590, 610),
        (error(503, "UNAVAILABLE", "Overloaded.", "UNAVAILABLE", Retry_After="120"), 110, 130),
        (error(503, "UNAVAILABLE", "Overloaded.", "UNAVAILABLE", Retry_After="5"), 50, 70),
        (error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED"), 50, 70),
        (error(503, "UNAVAILABLE", "Overloaded.", Retry_After="99999999"), 21500, 21700),
        (error(503, "UNAVAILABLE", "Overloaded.", Retry_After="Fri, 31 Dec 2027 23:59:59 GMT"), 50, 70),
    ],
)
def test_what_is_sent_later(phone: Phone, service: PushService, answer: Scripted, at_least: int, at_most: int) -> None:
    service.script = [answer]
    enqueue(phone)
    assert send_pushes() == 0
    push = OutgoingPush.objects.get()
    assert (push.state, push.attempts) == (MailState.PENDING, 1)
    assert at_least <= (push.next_attempt_at - timezone.now()).total_seconds() <= at_most
    assert send_pushes() == 0
    due_again()
    assert send_pushes() == 1
    assert len(service.accepted) == 1


def test_an_access_token_that_is_refused_is_renewed_once(
    phone: Phone, other_phone: Phone, service: PushService
) -> None:
    unauthenticated = error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    service.script = [unauthenticated]
    enqueue(phone, "ready:1")
    assert send_pushes() == 1
    assert (len(service.assertions), service.requests) == (2, 2)
    service.script = [unauthenticated, unauthenticated]
    enqueue(other_phone, "ready:2")
    assert send_pushes() == 0
    push = OutgoingPush.objects.get(dedupe_key="ready:2")
    assert (push.state, push.attempts) == (MailState.PENDING, 0)
    assert push.last_reply.startswith("401 UNAUTHENTICATED")


@pytest.mark.parametrize(
    "answer",
    [
        error(403, "PERMISSION_DENIED", "Firebase Cloud Messaging API has not been used in project study."),
        error(404, "NOT_FOUND", "There is no such project."),
    ],
)
def test_what_is_about_us_costs_no_push_an_attempt(
    phone: Phone, other_phone: Phone, service: PushService, answer: Scripted
) -> None:
    service.script = [answer]
    enqueue(phone, "ready:1")
    enqueue(other_phone, "ready:2")
    assert send_pushes() == 0
    assert service.requests == 1
    for push in OutgoingPush.objects.all():
        assert (push.state, push.attempts, push.claim_token) == (MailState.PENDING, 0, None)
    assert PushToken.objects.count() == 2
    due_again()
    assert send_pushes() == 2


@pytest.mark.parametrize(
    "answer",
    [
        (400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, {}),
        (200, {"token": "?"}, {}),
        (500, {}, {}),
        HANG_UP,
    ],
)
def test_without_an_access_token_nothing_is_begun(phone: Phone, service: PushService, answer: Scripted) -> None:
    service.tokens = [answer]
    enqueue(phone)
    assert send_pushes() == 0
    assert row()[:2] == (MailState.PENDING, 0)
    assert row()[2].startswith("No access token")
    assert service.requests == 0
    due_again()
    assert send_pushes() == 1


def test_a_service_that_is_not_there_costs_no_attempt(phone: Phone, service: PushService, settings: Any) -> None:
    settings.FCM_BASE_URL = "http://127.0.0.1:1"
    enqueue(phone)
    assert send_pushes() == 0
    assert row()[:2] == (MailState.PENDING, 0)
    settings.FCM_BASE_URL = service.address
    due_again()
    assert send_pushes() == 1


def test_who_has_signed_out_gets_nothing(phone: Phone, service: PushService) -> None:
    enqueue(phone)
    Device.objects.filter(user=phone.user).revoke(now=timezone.now())
    assert send_pushes() == 0
    assert row() == (MailState.CANCELLED, 1, NOWHERE)
    assert service.requests == 0


def test_a_token_that_has_moved_to_somebody_else_gets_nothing_of_the_first(
    phone: Phone, other_phone: Phone, service: PushService
) -> None:
    enqueue(phone)
    register(other_phone, f"token-of-{phone.user.pk}")
    assert send_pushes() == 0
    assert row()[0] == MailState.CANCELLED
    assert service.requests == 0


def test_switching_it_off_cancels_what_waits(phone: Phone, service: PushService) -> None:
    enqueue(phone)
    phone.patch("/v1/me", {"push_week_ready": False})
    assert send_pushes() == 0
    assert row() == (MailState.CANCELLED, 0, "Switched off.")


def test_a_push_past_its_time_is_cancelled(phone: Phone, service: PushService) -> None:
    enqueue(phone)
    OutgoingPush.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert send_pushes() == 0
    assert row()[0] == MailState.CANCELLED
    assert service.requests == 0


def test_a_sender_that_died_after_it_began_leaves_it_unknown(phone: Phone, service: PushService) -> None:
    enqueue(phone)
    (push,) = claims.claim(OutgoingPush)
    assert claims.start(push)
    OutgoingPush.objects.update(claimed_until=Now() - timedelta(seconds=1))
    assert send_pushes() == 0
    assert row()[0] == MailState.UNKNOWN
    assert service.requests == 0


def test_without_an_account_nothing_is_sent(phone: Phone, service: PushService, settings: Any) -> None:
    settings.FCM_SERVICE_ACCOUNT = None
    enqueue(phone)
    assert send_pushes() == 0
    assert row()[0] == MailState.PENDING


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": []}', b'{"error": {"details": [1]}}', b"\xff" * 900]
)
@pytest.mark.parametrize("status", [200, 301, 400, 404, 500])
def test_nonsense_is_understood_by_its_status(status: int, body: bytes) -> None:
    verdicts = {200: Verdict.ACCEPTED, 400: Verdict.REFUSED, 404: Verdict.NOT_US}
    answer = judged(status, body, None)
    assert answer.verdict is verdicts.get(status, Verdict.UNKNOWN)
    assert len(answer.reply) <= 500
