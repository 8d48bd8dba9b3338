"""Providers' HTTP APIs: what each answer means for a mail. Servers are real and on this machine; none is the provider's."""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import redis
from django.utils import timezone

from backend.limits import redis_counters
from backend.outbox import claims, messages
from backend.outbox.claims import MAX_ATTEMPTS
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.http_api import HTTPTransport
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.pace import wait_for_turn
from backend.outbox.sending import send_mail
from backend.outbox.transports import Reply
from config.demo.processes import free_port
from tests.conftest import Mailbox, Phone
from tests.outbox.bulk import BULK
from tests.outbox.scripted_api import NOTHING, Answer, ScriptedAPI
from tests.outbox.test_encryption import certificate

pytestmark = pytest.mark.django_db

PROVIDERS = ["postmark", "mailgun", "sendgrid"]
Serve = Callable[..., ScriptedAPI]


def yes(provider: str) -> Answer:
    return {
        "postmark": Answer(
            200,
            {
                "To": "a@example.org",
                "SubmittedAt": "2026-11-30T08:00:00Z",
                "MessageID": "id-1",
                "ErrorCode": 0,
                "Message": "OK",
            },
        ),
        "mailgun": Answer(200, {"id": "<id-1@example.org>", "message": "Queued. Thank you."}),
        "sendgrid": Answer(202, ""),
    }[provider]


def use(settings: Any, provider: str, url: str) -> None:
    settings.EMAIL_PROVIDER = provider
    settings.EMAIL_TIMEOUT = 1
    settings.ANYMAIL = {
        "IDNA_ENCODER": "idna2003",
        "POSTMARK_SERVER_TOKEN": "token",
        "MAILGUN_API_KEY": "token",
        "SENDGRID_API_KEY": "token",
        f"{provider.upper()}_API_URL": url,
    }


@pytest.fixture
def serve(settings: Any) -> Iterator[Serve]:
    register_kind("plain", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"), subscription=BULK)
    settings.DEFAULT_FROM_EMAIL = "Engram <weekly@engram.example>"
    with ExitStack() as stack:

        def start(provider: str, *answers: Answer) -> ScriptedAPI:
            api = stack.enter_context(ScriptedAPI(*answers))
            use(settings, provider, api.url)
            return api

        yield start


def enqueue_two(phone: Phone) -> None:
    """`first` is due before `second`, to an address that the answers above name."""
    phone.user.email = "a@example.org"
    phone.user.save()
    now = timezone.now() - timedelta(minutes=5)
    enqueue([NewMail(phone.user.pk, "plain", "first", {}, now)])
    enqueue([NewMail(phone.user.pk, "plain", "second", {}, now + timedelta(minutes=1))])


def states() -> dict[str, tuple[str, int]]:
    return {mail.dedupe_key: (mail.state, mail.attempts) for mail in OutgoingMail.objects.all()}


def due_again() -> None:
    OutgoingMail.objects.update(next_attempt_at=timezone.now())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_mail_is_sent_once_and_known_by_the_providers_id(phone: Phone, serve: Serve, provider: str) -> None:
    api = serve(provider, yes(provider))
    enqueue_two(phone)
    assert send_mail() == 2
    due_again()
    assert send_mail() == 0
    assert states() == {"first": (MailState.SENT, 1), "second": (MailState.SENT, 1)}
    mail = OutgoingMail.objects.get(dedupe_key="first")
    expected = {"postmark": "id-1", "mailgun": "<id-1@example.org>"}.get(provider, r"[0-9a-f-]{36}")
    assert re.fullmatch(expected, mail.provider_id)
    assert len(api.received) == 2
    assert len({request.connection for request in api.received}) == 1
    request = api.received[0]
    assert (
        request.path
        == {"postmark": "/email", "mailgun": "/engram.example/messages", "sendgrid": "/mail/send"}[provider]
    )
    assert "a@example.org" in unquote_plus(request.body.decode())
    assert mail.message_id.strip("<>") in unquote_plus(request.body.decode())
    secret = {"postmark": "token", "mailgun": "Basic " + base64.b64encode(b"api:token").decode()}
    assert request.headers["x-postmark-server-token" if provider == "postmark" else "authorization"] == secret.get(
        provider, "Bearer token"
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_provider_is_told_to_watch_nobody(phone: Phone, serve: Serve, provider: str) -> None:
    api = serve(provider, yes(provider))
    enqueue_two(phone)
    send_mail()
    match provider:
        case "postmark":
            assert (api.received[0].json["TrackOpens"], api.received[0].json["TrackLinks"]) == (False, "None")
        case "sendgrid":
            tracking = api.received[0].json["tracking_settings"]
            assert not tracking["open_tracking"]["enable"]
            assert not tracking["click_tracking"]["enable"]
        case "mailgun":
            assert b"o%3Atracking-opens=no" in api.received[0].body
            assert b"o%3Atracking-clicks=no" in api.received[0].body


def test_stopping_mail_is_offered_through_an_api_too(
    phone: Phone, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serve("postmark", yes("postmark"))
    monkeypatch.setattr(messages, "bulk_headers", lambda kind, links: {"List-Unsubscribe": "<https://x>"})
    enqueue_two(phone)
    send_mail()
    assert {"Name": "List-Unsubscribe", "Value": "<https://x>"} in api.received[0].json["Headers"]


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("postmark", Answer(401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."})),
        ("postmark", Answer(422, {"ErrorCode": 400, "Message": "The sender signature was not found."})),
        ("postmark", Answer(422, {"ErrorCode": 405, "Message": "You ran out of credits."})),
        ("postmark", Answer(429, {"ErrorCode": 429, "Message": "Rate limit exceeded."})),
        ("postmark", Answer(503, "Planned outage")),
        ("mailgun", Answer(401, "Forbidden")),
        ("mailgun", Answer(404, {"message": "Domain not found: engram.example"})),
        ("mailgun", Answer(429, {"message": "Too many requests"})),
        ("sendgrid", Answer(401, {"errors": [{"message": "authorization required"}]})),
        ("sendgrid", Answer(403, {"errors": [{"message": "The from address does not match"}]})),
        ("sendgrid", Answer(429, {"errors": [{"message": "too many requests"}]}, {"X-RateLimit-Reset": "1"})),
    ],
    ids=str,
)
def test_what_concerns_us_costs_no_mail_an_attempt(phone: Phone, serve: Serve, provider: str, answer: Answer) -> None:
    api = serve(provider, *[answer] * (MAX_ATTEMPTS + 1), yes(provider))
    enqueue_two(phone)
    for number in range(MAX_ATTEMPTS + 1):
        assert send_mail() == 0
        assert states() == {"first": (MailState.PENDING, 0), "second": (MailState.PENDING, 0)}
        assert len(api.received) == number + 1  # one for each run, not one for each mail
        assert not OutgoingMail.objects.filter(next_attempt_at__lte=timezone.now()).exists()
        assert OutgoingMail.objects.filter(claim_token=None).count() == 2
        due_again()
    assert send_mail() == 2


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("postmark", Answer(422, {"ErrorCode": 406, "Message": "Found inactive addresses: a@example.org. Inactive …"})),
        ("postmark", Answer(422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'a@example.org'."})),
        ("postmark", Answer(422, {"ErrorCode": 300, "Message": "Invalid metadata content."})),
        ("postmark", Answer(413, "")),
        (
            "postmark",
            Answer(
                200,
                {
                    "To": "a@example.org",
                    "MessageID": "1",
                    "ErrorCode": 0,
                    "Message": "Message OK, but will not deliver to these inactive addresses: a@example.org."
                    " Inactive recipients are ones that have generated a hard bounce.",
                },
            ),
        ),
        ("mailgun", Answer(400, {"message": "'to' parameter is not a valid address."})),
        ("sendgrid", Answer(400, {"errors": [{"message": "Does not contain a valid address."}]})),
        ("sendgrid", Answer(413, {"errors": [{"message": "Too large"}]})),
    ],
    ids=str,
)
def test_a_clear_no_concerns_its_mail_alone(phone: Phone, serve: Serve, provider: str, answer: Answer) -> None:
    serve(provider, answer, yes(provider))
    enqueue_two(phone)
    assert send_mail() == 1
    assert states() == {"first": (MailState.FAILED, 1), "second": (MailState.SENT, 1)}
    assert str(answer.status) in OutgoingMail.objects.get(dedupe_key="first").last_reply


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, "Oops"),
        Answer(502, "Bad gateway"),
        Answer(504, "Late"),
        Answer(408, "Late"),
        Answer(302, "", {"Location": "/elsewhere"}),
        Answer(200, "{"),
        Answer(200, "[]"),
        Answer(200, "null"),
        Answer(200, {"hello": "world"}),
        Answer(200, "x" * 100, cut=10),
        Answer(400, "x" * 100, cut=10),
        Answer(200, "", hang=3),
        NOTHING,
    ],
    ids=str,
)
def test_what_may_have_been_a_yes_is_never_sent_again(
    phone: Phone, serve: Serve, provider: str, answer: Answer
) -> None:
    if provider == "sendgrid" and answer.status == 200 and not answer.hang and answer.cut is None:
        pytest.skip("A 2xx of SendGrid is a yes, and its body says nothing.")
    api = serve(provider, answer, yes(provider))
    enqueue_two(phone)
    assert send_mail() == 1
    assert states() == {"first": (MailState.UNKNOWN, 1), "second": (MailState.SENT, 1)}
    due_again()
    assert send_mail() == 0
    assert len(api.received) == 2


@pytest.mark.parametrize("provider", ["mailgun", "sendgrid"])
def test_an_outage_that_nobody_promised_to_be_one_is_unknown(phone: Phone, serve: Serve, provider: str) -> None:
    serve(provider, Answer(503, "Busy"), yes(provider))
    enqueue_two(phone)
    assert send_mail() == 1
    assert states()["first"] == (MailState.UNKNOWN, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{free}/", "http://nowhere.invalid/", "nonsense", "gopher://x/"])
def test_no_server_costs_no_mail_an_attempt(phone: Phone, serve: Serve, settings: Any, url: str) -> None:
    enqueue_two(phone)
    use(settings, "postmark", url.format(free=free_port("127.0.0.1", preferred=0)))
    assert send_mail() == 0
    assert states() == {"first": (MailState.PENDING, 0), "second": (MailState.PENDING, 0)}


@pytest.mark.parametrize(
    ("address", "trusted", "state"),
    [
        ("127.0.0.1", True, MailState.SENT),
        ("127.0.0.1", False, MailState.PENDING),
        ("127.0.0.2", True, MailState.PENDING),
    ],
)
def test_a_server_that_nobody_vouches_for_gets_nothing(
    phone: Phone,
    serve: Serve,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    trusted: bool,
    state: MailState,
) -> None:
    file = certificate(tmp_path, address)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    enqueue_two(phone)
    api = serve("postmark", yes("postmark"))
    api._server.socket = tls.wrap_socket(api._server.socket, server_side=True)
    use(settings, "postmark", api.url.replace("http:", "https:"))
    send_mail()
    assert states()["first"][0] == state
    assert bool(api.received) == (state == MailState.SENT)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_mark_is_committed_before_the_request_goes(
    phone: Phone, serve: Serve, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    serve(provider, yes(provider))
    enqueue_two(phone)
    original = HTTPTransport.hand_over
    seen: list[str] = []

    def look(self: HTTPTransport, prepared: Any) -> Reply:
        marked = OutgoingMail.objects.exclude(claim_token=None).order_by("next_attempt_at").first()
        assert marked is not None
        seen.append(marked.state)
        return original(self, prepared)

    monkeypatch.setattr(HTTPTransport, "hand_over", look)
    assert send_mail() == 2
    assert seen == [MailState.DATA_STARTED] * 2


def test_nothing_goes_before_the_mark(phone: Phone, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    api = serve("postmark", yes("postmark"))
    enqueue_two(phone)
    monkeypatch.setattr(claims, "start", lambda mail: False)
    assert send_mail() == 0
    assert api.received == []


def test_addresses_that_an_api_does_not_take_fail_alone(phone: Phone, other_phone: Phone, serve: Serve) -> None:
    api = serve("mailgun", yes("mailgun"))
    now = timezone.now() - timedelta(minutes=5)
    for each, address in ((phone, "jürgen@example.com"), (other_phone, "b@exämple.com")):
        each.user.email = address
        each.user.save()
        enqueue([NewMail(each.user.pk, "plain", address, {}, now)])
    assert send_mail() == 1
    assert states() == {"jürgen@example.com": (MailState.FAILED, 1), "b@exämple.com": (MailState.SENT, 1)}
    assert b"b%40xn--exmple-cua.com" in api.received[0].body


def test_amazon_says_by_smtp_what_it_calls_a_mail(phone: Phone, mailbox: Mailbox, serve: Serve, settings: Any) -> None:
    settings.EMAIL_PROVIDER = "ses"
    mailbox.replies = ["250 Ok 0100018b-1", "250 Accepted"]
    enqueue_two(phone)
    assert send_mail() == 2
    ids = dict(OutgoingMail.objects.values_list("dedupe_key", "provider_id"))
    assert ids == {"first": "0100018b-1", "second": ""}


# --- the pace


@pytest.mark.parametrize("with_redis", [True, False])
def test_all_senders_together_keep_to_the_pace(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, with_redis: bool
) -> None:
    """Five at once, as many as a second allows, and then one each fifth of a second: whoever asks."""
    settings.EMAIL_PER_SECOND = 5
    if not with_redis:

        def away(*args: Any) -> Any:
            raise redis.ConnectionError

        monkeypatch.setattr(redis_counters, "take", away)
    began = time.monotonic()
    for _ in range(10):
        wait_for_turn()
    assert 0.9 <= time.monotonic() - began < 3


def test_without_a_pace_nobody_waits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_PER_SECOND = 0
    monkeypatch.setattr("backend.outbox.pace.count", None)
    wait_for_turn()
