"""What providers tell of mails: each event counts once, in any order, and only from who knows the secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailKey, MailState, OutgoingMail, SuppressedAddress, SuppressionReason
from backend.outbox.sending import send_mail
from backend.outbox.suppression import lift, suppress, suppression_of
from backend.privacy.erasing import erase_rows
from tests.conftest import Mailbox, Phone, make_phone
from tests.outbox.bulk import BULK

pytestmark = pytest.mark.django_db

SECRET = "engram:webhook-secret"
AT = 1_795_000_000  # 2026-11-18
PROVIDERS = ["ses", "postmark", "mailgun", "sendgrid"]


@pytest.fixture(autouse=True)
def kinds() -> None:
    def render(context: dict[str, Any]) -> RenderedMail:
        return RenderedMail("Subject", "Text", "<p>HTML</p>")

    register_kind("notice", render)
    register_kind("bulk", render, subscription=BULK)


def use(settings: Any, provider: str) -> None:
    settings.EMAIL_PROVIDER = provider
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "signing-key"}


def told(
    provider: str, event: str, address: str, *, number: str = "1", mail: str = "", known_as: str = "<id-1>"
) -> Any:
    """What the provider posts of one mail: `event` is delivered, bounced, complained or delayed."""
    meta = {"mail": mail} if mail else {}
    match provider:
        case "postmark":
            kinds: dict[str, dict[str, str]] = {
                "delivered": {"RecordType": "Delivery", "DeliveredAt": "2026-11-18T11:06:40Z", "Recipient": address},
                "bounced": {"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-11-18T11:06:40Z"},
                "complained": {
                    "RecordType": "SpamComplaint",
                    "Type": "SpamComplaint",
                    "BouncedAt": "2026-11-18T11:06:40Z",
                },
                "delayed": {"RecordType": "Bounce", "Type": "SoftBounce", "BouncedAt": "2026-11-18T11:06:40Z"},
            }
            return {"MessageID": known_as, "Metadata": meta, "ID": number, "Email": address, **kinds[event]}
        case "mailgun":
            signature = hmac.new(b"signing-key", f"{AT}{number}".encode(), hashlib.sha256).hexdigest()
            data = {
                "event": "failed" if event in ("bounced", "delayed") else event,
                "severity": "temporary" if event == "delayed" else "permanent",
                "timestamp": AT,
                "recipient": address,
                "message": {"headers": {"message-id": known_as.strip("<>")}},
                "user-variables": meta,
            }
            return {"signature": {"timestamp": str(AT), "token": number, "signature": signature}, "event-data": data}
        case "sendgrid":
            name = {"bounced": "bounce", "complained": "spamreport", "delayed": "deferred"}.get(event, event)
            return [
                {
                    "event": name,
                    "email": address,
                    "timestamp": AT,
                    "sg_event_id": number,
                    "anymail_id": known_as,
                    **meta,
                }
            ]
    return amazons(event, address, number=number, mail=mail, known_as=known_as)


def amazons(event: str, address: str, *, number: str, mail: str, known_as: str) -> dict[str, Any]:
    headers = [{"name": "X-Metadata", "value": json.dumps({"mail": mail})}] if mail else []
    recipients = [{"emailAddress": address}]
    kinds: dict[str, dict[str, Any]] = {
        "delivered": {"eventType": "Delivery", "delivery": {"recipients": [address]}},
        "complained": {"eventType": "Complaint", "complaint": {"complainedRecipients": recipients}},
    } | {
        name: {
            "eventType": "Bounce",
            "bounce": {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients},
        }
        for name, kind in (("bounced", "Permanent"), ("delayed", "Transient"))
    }
    message = {"mail": {"messageId": known_as, "destination": [address], "headers": headers}, **kinds[event]}
    return {
        "Type": "Notification",
        "MessageId": number,
        "Timestamp": "2026-11-18T11:06:40.000Z",
        "Message": json.dumps(message),
    }


def post(provider: str, body: Any, *, secret: str | None = SECRET) -> HttpResponse:
    headers = {} if secret is None else {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    if isinstance(body, dict) and "Type" in body:
        headers |= {"x-amz-sns-message-type": body["Type"], "x-amz-sns-message-id": body.get("MessageId", "")}
    text = body if isinstance(body, str) else json.dumps(body)
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/webhooks/email/{provider}", text, content_type="application/json", headers=headers)  # type: ignore[return-value]


def a_mail(
    phone: Phone, *, kind: str = "bulk", state: MailState = MailState.SENT, known_as: str = "<id-1>"
) -> OutgoingMail:
    enqueue([NewMail(phone.user.pk, kind, f"{kind}:{phone.user.pk}", {}, timezone.now() - timedelta(minutes=1))])
    mail = OutgoingMail.objects.get(user=phone.user, kind=kind)
    sent_at = timezone.now() if state == MailState.SENT else None
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, sent_at=sent_at, provider_id=known_as)
    mail.refresh_from_db()
    return mail


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("event", ["delivered", "bounced", "complained"])
def test_what_became_of_a_mail_is_kept(phone: Phone, settings: Any, provider: str, event: str) -> None:
    use(settings, provider)
    mail = a_mail(phone)
    assert post(provider, told(provider, event, phone.user.email)).status_code == 200
    mail.refresh_from_db()
    times = {"delivered": mail.delivered_at, "bounced": mail.bounced_at, "complained": mail.complained_at}
    assert {name for name, at in times.items() if at} == {event}
    at = times[event]
    assert at is not None
    assert int(at.timestamp()) == AT
    stopped = suppression_of(phone.user.email)
    assert (stopped.reason if stopped else "delivered") == event


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_delay_is_counted_once_and_stops_nothing(phone: Phone, settings: Any, provider: str) -> None:
    use(settings, provider)
    mail = a_mail(phone)
    for number in ("1", "2", "1"):
        assert post(provider, told(provider, "delayed", phone.user.email, number=number)).status_code == 200
    mail.refresh_from_db()
    assert mail.delays == ["1", "2"]
    assert mail.bounced_at is None
    assert suppression_of(phone.user.email) is None


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("event", ["delivered", "bounced", "complained", "delayed"])
@pytest.mark.parametrize("state", [MailState.UNKNOWN, MailState.PENDING, MailState.FAILED])
def test_a_mail_that_nobody_knew_the_end_of_was_sent(
    phone: Phone, settings: Any, mailbox: Mailbox, provider: str, event: str, state: MailState
) -> None:
    """Its answer was lost, so the provider's id too: the Message-ID tells which it was. Nobody sends it again."""
    mail = a_mail(phone, state=state, known_as="")
    use(settings, provider)
    assert post(provider, told(provider, event, phone.user.email, mail=mail.message_id)).status_code == 200
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert mail.sent_at is not None
    assert mail.provider_id == "<id-1>"
    use(settings, "smtp")
    assert send_mail() == 0
    assert mailbox.messages == []


def test_events_say_the_same_in_any_order_and_number(phone: Phone, settings: Any) -> None:
    use(settings, "postmark")
    mail = a_mail(phone, state=MailState.UNKNOWN)
    seen = set()
    for order in itertools.permutations(["delivered", "bounced", "complained", "bounced"]):
        OutgoingMail.objects.update(
            state="unknown", sent_at=None, delivered_at=None, bounced_at=None, complained_at=None
        )
        SuppressedAddress.objects.all().delete()
        for event in order:
            assert post("postmark", told("postmark", event, phone.user.email)).status_code == 200
        mail.refresh_from_db()
        stopped = SuppressedAddress.objects.get()
        seen.add((mail.state, mail.delivered_at, mail.bounced_at, mail.complained_at, stopped.reason, stopped.since))
    assert len(seen) == 1
    assert next(iter(seen))[4] == SuppressionReason.COMPLAINED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_about_no_mail_of_ours_is_ignored(phone: Phone, settings: Any, provider: str) -> None:
    use(settings, provider)
    a_mail(phone, known_as="")  # one without an id is not meant by an event without one
    for known_as in ("<other>", ""):
        assert post(provider, told(provider, "bounced", phone.user.email, known_as=known_as)).status_code == 200
    assert not SuppressedAddress.objects.exists()
    assert not OutgoingMail.objects.exclude(bounced_at=None).exists()


def test_what_people_do_with_a_mail_is_not_kept(phone: Phone, settings: Any) -> None:
    use(settings, "sendgrid")
    mail = a_mail(phone)
    before = OutgoingMail.objects.filter(pk=mail.pk).values().get()
    for event in ("open", "click", "processed"):
        (body,) = told("sendgrid", "delivered", phone.user.email)
        assert post("sendgrid", [{**body, "event": event}]).status_code == 200
    assert OutgoingMail.objects.filter(pk=mail.pk).values().get() == before


# --- who may tell


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("secret", [None, "", "engram:wrong", SECRET + "x", SECRET[:-1]])
def test_who_does_not_know_the_secret_tells_nothing(
    phone: Phone, settings: Any, provider: str, secret: str | None
) -> None:
    use(settings, provider)
    a_mail(phone)
    answer = post(provider, told(provider, "complained", phone.user.email), secret=secret)
    assert answer.status_code == (401 if secret is None else 400)
    assert not SuppressedAddress.objects.exists()


def test_mailguns_signature_is_checked_too(phone: Phone, settings: Any) -> None:
    use(settings, "mailgun")
    a_mail(phone)
    body = told("mailgun", "complained", phone.user.email)
    body["signature"]["signature"] = "0" * 64
    assert post("mailgun", body).status_code == 400
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "secret", "asked"),
    [("postmark", "", "postmark"), ("postmark", SECRET, "mailgun"), ("smtp", SECRET, "smtp")],
)
def test_there_is_nothing_without_a_secret_or_for_another_provider(
    phone: Phone, settings: Any, chosen: str, secret: str, asked: str
) -> None:
    use(settings, chosen)
    settings.ANYMAIL = {"WEBHOOK_SECRET": secret}
    assert post(asked, told("postmark", "bounced", phone.user.email)).status_code == 404


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("body", ["", "{", "null", "[]", "[1]", "{}", '{"RecordType": []}', '"ä"'])
def test_what_can_not_be_read_is_refused(db: None, settings: Any, provider: str, body: str) -> None:
    use(settings, provider)
    assert post(provider, body).status_code in (200, 400)


def test_trying_is_counted(db: None, settings: Any) -> None:
    use(settings, "postmark")
    settings.RATE_LIMITS = ["anonymous=2/3600"]
    assert [post("postmark", {}, secret="a:b").status_code for _ in range(3)] == [400, 400, 429]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://sns.eu-north-1.amazonaws.com/?Action=ConfirmSubscription&Token=x", True),
        ("http://sns.eu-north-1.amazonaws.com/", False),
        ("https://sns.eu-north-1.amazonaws.com.example.org/", False),
        ("https://example.org/?https://sns.eu-north-1.amazonaws.com/", False),
        ("https://169.254.169.254/", False),
    ],
)
def test_a_subscription_of_amazons_alone_is_confirmed(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, url: str, asked: bool
) -> None:
    calls: list[str] = []

    def get(url: str, **more: Any) -> requests.Response:
        calls.append(url)
        response = requests.Response()
        response.status_code = 200
        return response

    monkeypatch.setattr(requests, "get", get)
    use(settings, "ses")
    body = {"Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": "arn", "Token": "x", "SubscribeURL": url}
    assert post("ses", body, secret="a:b").status_code == 400
    assert calls == []
    assert post("ses", body).status_code == (200 if asked else 400)
    assert calls == [url] * asked


# --- what is stopped, and how it goes on


def test_only_bulk_mail_to_a_stopped_address_is_not_sent(phone: Phone, other_phone: Phone, mailbox: Mailbox) -> None:
    suppress(phone.user.email.upper(), SuppressionReason.BOUNCED, at=timezone.now())
    for each, kind in ((phone, "bulk"), (phone, "notice"), (other_phone, "bulk")):
        a_mail(each, kind=kind, state=MailState.PENDING)
    assert send_mail() == 2
    assert sorted(mailbox.recipients) == sorted([phone.user.email, other_phone.user.email])
    mail = OutgoingMail.objects.get(user=phone.user, kind="bulk")
    assert mail.state == MailState.CANCELLED
    assert mail.last_reply.startswith("The address is stopped: Came back for good")


def test_a_stop_outlives_the_account_and_names_nobody(phone: Phone, settings: Any, mailbox: Mailbox) -> None:
    address = phone.user.email
    a_mail(phone)
    use(settings, "postmark")
    post("postmark", told("postmark", "complained", address))
    use(settings, "smtp")
    erase_rows(phone.user)
    row = SuppressedAddress.objects.get()
    assert row.reason == SuppressionReason.COMPLAINED
    assert len(row.address_hash) == 32
    assert bytes(row.address_hash) != hashlib.sha256(address.encode()).digest()
    again = make_phone(address)
    a_mail(again, state=MailState.PENDING)
    assert send_mail() == 0
    assert mailbox.messages == []


@pytest.mark.parametrize("how", ["email_confirmed", "password_reset"])
def test_an_address_that_was_confirmed_anew_is_written_to(
    phone: Phone, other_phone: Phone, settings: Any, mailbox: Mailbox, how: str
) -> None:
    for each in (phone, other_phone):
        suppress(each.user.email, SuppressionReason.BOUNCED, at=timezone.now())
    address = EmailAddress.objects.get(user=phone.user)
    if how == "email_confirmed":
        email_confirmed.send(EmailAddress, request=None, email_address=address)
    else:
        password_reset.send(type(phone.user), request=None, user=phone.user)
    assert suppression_of(phone.user.email) is None
    assert suppression_of(other_phone.user.email) is not None


def test_an_event_told_again_stops_nothing_anew(phone: Phone, settings: Any) -> None:
    use(settings, "postmark")
    a_mail(phone)
    body = told("postmark", "bounced", phone.user.email)
    post("postmark", body)
    assert lift(phone.user.email) == 1
    post("postmark", body)
    assert suppression_of(phone.user.email) is None


def test_a_participant_reads_that_it_is_stopped_why_and_what_to_do(phone: Phone, settings: Any) -> None:
    assert phone.get("/v1/me").json()["mail_stopped"] is None
    before = phone.get("/v1/me")["ETag"]
    suppress(phone.user.email, SuppressionReason.COMPLAINED, at=timezone.now())
    phone.patch("/v1/me", {"language": "es"})
    answer = phone.get("/v1/me")
    stopped = answer.json()["mail_stopped"]
    assert stopped["reason"] == "complained"
    assert "código" in stopped["message"]
    assert answer["ETag"] != before
    fields = [change["field"] for change in phone.get("/v1/me/changes").json()["results"]]
    assert fields == ["language"]


@pytest.mark.parametrize("stored", ["rosa@example.org", "Jürgen@exämple.org"])
@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda text: f" {text} ", lambda text: text.replace("exämple", "xn--exmple-cua")]
)
def test_an_address_is_the_same_however_it_is_written(db: None, stored: str, change: Any) -> None:
    suppress(stored, SuppressionReason.BOUNCED, at=timezone.now())
    assert suppression_of(change(stored)) is not None
    assert suppression_of("x" + change(stored).strip()) is None


def test_a_key_of_ones_own_finds_what_was_stopped_before(phone: Phone, settings: Any) -> None:
    suppress("a@example.org", SuppressionReason.BOUNCED, at=timezone.now())
    settings.SUPPRESSION_KEY = "own" * 20
    suppress("b@example.org", SuppressionReason.BOUNCED, at=timezone.now())
    assert suppression_of("a@example.org") is not None
    assert suppression_of("b@example.org") is not None
    MailKey.objects.all().delete()
    assert suppression_of("a@example.org") is None
    assert suppression_of("b@example.org") is not None
