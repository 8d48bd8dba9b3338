"""What a mail server's answers mean for a mail: refused, unreachable, accepted, or nobody can know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backend.outbox.claims import MAX_ATTEMPTS
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from tests.conftest import Phone
from tests.outbox.bulk import BULK
from tests.outbox.scripted_server import HANG_UP, ScriptedServer

pytestmark = pytest.mark.django_db

Serve = Callable[..., ScriptedServer]


@contextmanager
def serving(settings: Any, script: dict[str, list[str]], *, pipelining: bool) -> Iterator[ScriptedServer]:
    register_kind("plain", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"), subscription=BULK)
    with ScriptedServer(script, pipelining=pipelining) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield server


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def serve(settings: Any, request: pytest.FixtureRequest) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda **script: stack.enter_context(serving(settings, script, pipelining=request.param))


def enqueue_two(phone: Phone) -> None:
    """`first` is due before `second`."""
    now = timezone.now() - timedelta(minutes=5)
    enqueue([NewMail(phone.user.pk, "plain", "first", {}, now)])
    enqueue([NewMail(phone.user.pk, "plain", "second", {}, now + timedelta(minutes=1))])


def states() -> dict[str, tuple[str, int]]:
    """State and attempts of each mail."""
    return {mail.dedupe_key: (mail.state, mail.attempts) for mail in OutgoingMail.objects.all()}


WAITING = {"first": (MailState.PENDING, 0), "second": (MailState.PENDING, 0)}


@pytest.mark.parametrize(
    "script",
    [
        {"CONNECT": ["554 No service here" + HANG_UP]},
        {"CONNECT": ["421 Too busy" + HANG_UP]},
        {"CONNECT": ["hello?"]},
        {"EHLO": ["550 I do not know you"], "HELO": ["550 I do not know you"]},
        {"AUTH": ["535 5.7.8 Wrong password"]},
        {"MAIL": ["530 5.7.0 Authentication required"]},
        {"MAIL": ["550 5.7.1 This sender may not send here"]},
        {"MAIL": ["451 Later"]},
        {"RCPT": ["421 Closing down" + HANG_UP]},
        {"RCPT": ["530 5.7.0 Authentication required"]},
        {"RCPT": ["nonsense"]},
        {"RCPT": [HANG_UP]},
    ],
    ids=str,
)
def test_what_concerns_no_recipient_costs_no_mail_an_attempt(
    phone: Phone, serve: Serve, settings: Any, script: dict[str, list[str]]
) -> None:
    server = serve(**script)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "engram", "wrong"
    enqueue_two(phone)
    assert send_mail() == 0
    assert states() == WAITING
    assert not OutgoingMail.objects.filter(next_attempt_at__lte=timezone.now()).exists()
    assert OutgoingMail.objects.filter(claim_token=None).count() == 2
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert send_mail() == 2
    assert len(server.messages) == 2


def test_a_password_that_is_wrong_for_hours_costs_no_mail_anything(phone: Phone, serve: Serve, settings: Any) -> None:
    serve(AUTH=["535 5.7.8 Wrong password"] * (MAX_ATTEMPTS + 2))
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "engram", "wrong"
    enqueue_two(phone)
    for _ in range(MAX_ATTEMPTS + 2):
        assert send_mail() == 0
        assert states() == WAITING
        OutgoingMail.objects.update(next_attempt_at=timezone.now())


def test_a_mail_that_breaks_the_connection_lets_the_others_pass(phone: Phone, serve: Serve) -> None:
    serve(RCPT=[HANG_UP, "250 OK", HANG_UP, HANG_UP])
    enqueue_two(phone)
    assert send_mail() == 0
    assert states() == WAITING
    second, first = OutgoingMail.objects.order_by("next_attempt_at")
    assert (second.dedupe_key, first.dedupe_key) == ("second", "first")
    OutgoingMail.objects.filter(dedupe_key="second").update(next_attempt_at=timezone.now())
    OutgoingMail.objects.filter(dedupe_key="first").update(next_attempt_at=timezone.now())
    assert send_mail() == 1
    assert states() == {"first": (MailState.PENDING, 0), "second": (MailState.SENT, 1)}


@pytest.mark.parametrize(
    ("script", "first"),
    [
        ({"RCPT": ["550 5.1.1 No such person"]}, (MailState.FAILED, 1)),
        ({"RCPT": ["450 4.2.1 Not now"]}, (MailState.PENDING, 1)),
        ({"DATA": ["554 5.7.1 Not this"]}, (MailState.FAILED, 1)),
        ({"DATA": ["451 Later"]}, (MailState.PENDING, 1)),
        ({"MESSAGE": ["552 Too large"]}, (MailState.FAILED, 1)),
        ({"MESSAGE": ["451 Later"]}, (MailState.PENDING, 1)),
    ],
    ids=str,
)
def test_a_refusal_concerns_its_mail_alone(
    phone: Phone, serve: Serve, script: dict[str, list[str]], first: tuple[str, int]
) -> None:
    said = next(iter(script.values()))[0]
    serve(**script)
    enqueue_two(phone)
    assert send_mail() == 1
    assert states() == {"first": first, "second": (MailState.SENT, 1)}
    assert OutgoingMail.objects.get(dedupe_key="first").last_reply == said


@pytest.mark.parametrize("goodbye", ["RCPT", "RSET"])
def test_a_refusal_before_a_lost_connection_is_kept(phone: Phone, serve: Serve, goodbye: str) -> None:
    script = {"RCPT": ["550 5.1.1 No such person"]}
    if goodbye == "RCPT":
        script["RCPT"][0] += HANG_UP
    else:
        script["RSET"] = [HANG_UP]
    serve(**script)
    enqueue_two(phone)
    assert send_mail() == 1
    assert states() == {"first": (MailState.FAILED, 1), "second": (MailState.SENT, 1)}
    assert OutgoingMail.objects.get(dedupe_key="first").last_reply == "550 5.1.1 No such person"


@pytest.mark.parametrize("answer", ["421 Closing down" + HANG_UP, "452 4.5.3 Enough for one connection", HANG_UP])
def test_a_connection_that_has_taken_its_fill_is_replaced(phone: Phone, serve: Serve, answer: str) -> None:
    server = serve(MAIL=["250 OK", answer])
    enqueue_two(phone)
    assert send_mail() == 2
    assert states() == {"first": (MailState.SENT, 1), "second": (MailState.SENT, 1)}
    assert len([command for command in server.commands if command.upper().startswith("EHLO")]) == 2


def test_a_server_that_takes_commands_together_gets_them_together(phone: Phone, settings: Any) -> None:
    """It says nothing before it has both."""
    with serving(settings, {"MAIL": [""], "RCPT": ["250 OK\r\n250 OK"]}, pipelining=True):
        enqueue_two(phone)
        assert send_mail() == 2


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("250 Accepted", MailState.SENT),
        ("251 Will forward", MailState.SENT),
        ("200 Fine", MailState.SENT),
        ("451 Later", MailState.PENDING),
        ("554 Never", MailState.FAILED),
        ("354 Go on", MailState.UNKNOWN),
        ("600 What is this", MailState.UNKNOWN),
        ("what?", MailState.UNKNOWN),
        ("what?\r\n250 Accepted", MailState.UNKNOWN),
        ("250" + HANG_UP, MailState.SENT),
        (HANG_UP, MailState.UNKNOWN),
    ],
)
def test_only_a_clear_no_after_the_message_is_tried_again(
    phone: Phone, serve: Serve, answer: str, state: MailState
) -> None:
    """Whatever may have been an acceptance is never sent a second time."""
    server = serve(MESSAGE=[answer])
    enqueue_two(phone)
    assert send_mail() == (
        2 if state == MailState.SENT else 1
    )  # the next mail goes its way, over a new connection if need be
    assert states() == {"first": (state, 1), "second": (MailState.SENT, 1)}
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    again = state == MailState.PENDING
    assert send_mail() == again
    assert len(server.messages) == 2 + again


@pytest.mark.parametrize("answer", ["what?", "250 Taken", "-1"])
def test_nonsense_in_answer_to_data_is_no_refusal(phone: Phone, serve: Serve, answer: str) -> None:
    server = serve(DATA=[answer])
    enqueue_two(phone)
    assert send_mail() == 1
    assert states() == {"first": (MailState.UNKNOWN, 1), "second": (MailState.SENT, 1)}
    assert len(server.messages) == 1
