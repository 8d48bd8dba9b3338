"""Addresses that are not plain ASCII, and mails that can't be begun: one mail's trouble, and never the others'."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox import claims
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from config.demo.processes import free_port
from tests.conftest import Mailbox, Phone
from tests.outbox.bulk import BULK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain() -> None:
    register_kind("plain", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"), subscription=BULK)


@pytest.fixture
def narrow_mailbox(settings: Any) -> Iterator[Mailbox]:
    """A server that does not offer SMTPUTF8."""
    handler = Mailbox()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port("127.0.0.1", preferred=0)
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT, enable_SMTPUTF8=False)
    controller.start()
    yield handler
    controller.stop()


def enqueue_for(user: User, address: str, key: str) -> None:
    """Mails are due in the order of these calls."""
    User.objects.filter(pk=user.pk).update(email=address)
    due = timezone.now() - timedelta(minutes=30 - OutgoingMail.objects.count())
    enqueue([NewMail(user.pk, "plain", key, {}, due)])


def states() -> dict[str, str]:
    return dict(OutgoingMail.objects.values_list("dedupe_key", "state"))


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("a@exämple.com", "a@xn--exmple-cua.com"),
        ("a@παράδειγμα.example", "a@xn--hxajbheg2az3al.example"),
        ("a@example.com", "a@example.com"),
    ],
)
def test_a_domain_goes_over_the_wire_in_ascii(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, address: str, on_the_wire: str
) -> None:
    enqueue_for(phone.user, address, "first")
    enqueue_for(other_phone.user, "plain@example.org", "second")
    assert send_mail() == 2
    assert mailbox.recipients == [on_the_wire, "plain@example.org"]


def test_a_local_part_beyond_ascii_uses_smtputf8(phone: Phone, other_phone: Phone, mailbox: Mailbox) -> None:
    enqueue_for(phone.user, "jürgen@exämple.com", "first")
    enqueue_for(other_phone.user, "plain@example.org", "second")
    assert send_mail() == 2
    assert mailbox.recipients == ["jürgen@xn--exmple-cua.com", "plain@example.org"]


def test_without_smtputf8_that_mail_alone_fails(phone: Phone, other_phone: Phone, narrow_mailbox: Mailbox) -> None:
    enqueue_for(phone.user, "jürgen@example.com", "first")
    enqueue_for(other_phone.user, "plain@example.org", "second")
    assert send_mail() == 1
    assert states() == {"first": MailState.FAILED, "second": MailState.SENT}
    assert "SMTPUTF8" in OutgoingMail.objects.get(dedupe_key="first").last_reply
    assert narrow_mailbox.recipients == ["plain@example.org"]


@pytest.mark.parametrize("address", ["a@" + "ä" * 70 + ".com", "a@b..com", "no address", "a\nb@example.com"])
def test_an_address_that_can_not_be_written_fails_its_mail_alone(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, address: str
) -> None:
    enqueue_for(phone.user, address, "first")
    enqueue_for(other_phone.user, "plain@example.org", "second")
    assert send_mail() == 1
    assert states() == {"first": MailState.FAILED, "second": MailState.SENT}
    assert OutgoingMail.objects.filter(claim_token=None).count() == 2


def test_who_is_erased_meanwhile_stops_nobody(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue_for(phone.user, "a@example.org", "first")
    enqueue_for(other_phone.user, "plain@example.org", "second")
    claim = claims.claim

    def claim_and_erase(model: type[OutgoingMail]) -> list[OutgoingMail]:
        mails = claim(model)
        User.objects.filter(pk=phone.user.pk).delete()
        return mails

    monkeypatch.setattr(claims, "claim", claim_and_erase)
    assert send_mail() == 1
    assert states() == {"second": MailState.SENT}


@pytest.mark.parametrize("sender", ["jürgen@example.com", "no address", "a@b..com", "a@b..ä"])
def test_a_sender_that_is_none_costs_no_mail_an_attempt(
    phone: Phone, mailbox: Mailbox, settings: Any, sender: str
) -> None:
    enqueue_for(phone.user, "a@example.org", "first")
    settings.DEFAULT_FROM_EMAIL = sender
    assert send_mail() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.PENDING, 0)
    assert "DEFAULT_FROM_EMAIL" in mail.last_reply
