"""The outbox over a real SMTP server: at most once, whatever the server or a sender's death does."""

from __future__ import annotations

import email
import email.policy
import socket
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from backend.outbox import claims, sending
from backend.outbox.claims import MAX_ATTEMPTS
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.recipients import Recipients
from backend.outbox.sending import send_mail
from backend.outbox.smtp import SMTPTransport
from backend.outbox.transports import Reply
from tests.conftest import Mailbox, Phone
from tests.outbox.bulk import BULK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def greeting() -> None:
    def render(context: dict[str, Any]) -> RenderedMail:
        return RenderedMail(f"Hello {context['name']}", "Text", "<p>HTML</p>")

    register_kind("greeting", render, subscription=BULK)


def enqueue_greeting(phone: Phone, key: str = "greeting:1", name: str = "Rosa") -> int:
    now = timezone.now() - timedelta(minutes=1)
    return enqueue([NewMail(phone.user.pk, "greeting", key, {"name": name}, now)])


def due_again() -> None:
    OutgoingMail.objects.update(next_attempt_at=Now())


def test_a_mail_is_sent_once(phone: Phone, mailbox: Mailbox) -> None:
    assert enqueue_greeting(phone) == 1
    assert enqueue_greeting(phone) == 0
    assert send_mail() == 1
    assert send_mail() == 0
    assert mailbox.recipients == [phone.user.email]
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts, mail.last_reply) == (MailState.SENT, 1, "250 Accepted")
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    assert message["Message-ID"] == mail.message_id
    assert message["Subject"] == "Hello Rosa"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_temporary_refusal_is_tried_again_and_a_final_one_is_not(phone: Phone, mailbox: Mailbox) -> None:
    mailbox.replies = ["451 Later", "554 Never"]
    enqueue_greeting(phone)
    assert send_mail() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.last_reply) == (MailState.PENDING, "451 Later")
    assert mail.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert send_mail() == 0
    due_again()
    assert send_mail() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_reply) == (MailState.FAILED, 2, "554 Never")
    due_again()
    assert send_mail() == 0
    assert mailbox.messages == []


def test_an_unreachable_server_costs_no_attempt_and_no_patience(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    tries: list[str] = []
    begin = SMTPTransport.begin

    def counted(transport: SMTPTransport, sender: str, recipient: str) -> None:
        tries.append(recipient)
        begin(transport, sender, recipient)

    monkeypatch.setattr(SMTPTransport, "begin", counted)
    enqueue_greeting(phone, "greeting:1")
    enqueue_greeting(other_phone, "greeting:2")
    for _ in range(MAX_ATTEMPTS + 1):
        assert send_mail() == 0
        for mail in OutgoingMail.objects.all():
            assert (mail.state, mail.attempts, mail.claim_token) == (MailState.PENDING, 0, None)
            assert mail.next_attempt_at > timezone.now()
            assert "refused" in mail.last_reply
        due_again()
    assert len(tries) == MAX_ATTEMPTS + 1  # one for each run, not one for each mail
    settings.EMAIL_PORT = port
    assert send_mail() == 2


def test_a_connection_lost_after_data_leaves_the_mail_unknown(
    phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = SMTPTransport.hand_over

    def hang_up(self: SMTPTransport, message: bytes) -> Reply:
        assert OutgoingMail.objects.get().state == MailState.DATA_STARTED
        assert self._smtp is not None
        assert self._smtp.sock is not None
        self._smtp.sock.shutdown(socket.SHUT_RDWR)
        return original(self, message)

    monkeypatch.setattr(SMTPTransport, "hand_over", hang_up)
    enqueue_greeting(phone)
    assert send_mail() == 0
    assert OutgoingMail.objects.get().state == MailState.UNKNOWN
    monkeypatch.undo()
    due_again()
    assert send_mail() == 0
    assert mailbox.messages == []


def test_a_sender_that_died_after_data_leaves_the_mail_unknown(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    (mail,) = claims.claim(OutgoingMail)
    OutgoingMail.objects.update(state=MailState.DATA_STARTED, claimed_until=Now() - timedelta(seconds=1))
    assert send_mail() == 0
    mail.refresh_from_db()
    assert mail.state == MailState.UNKNOWN
    assert mailbox.messages == []


def test_a_sender_that_died_before_data_is_replaced(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    claims.claim(OutgoingMail)
    assert send_mail() == 0
    OutgoingMail.objects.update(claimed_until=Now() - timedelta(seconds=1))
    assert send_mail() == 1
    assert OutgoingMail.objects.get().attempts == 2


def test_a_sender_whose_lease_was_taken_over_hands_nothing_over(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    (stale,) = claims.claim(OutgoingMail)
    OutgoingMail.objects.update(claimed_until=Now() - timedelta(seconds=1))
    (taken,) = claims.claim(OutgoingMail)
    with SMTPTransport() as transport:
        assert sending.send(stale, transport, Recipients([stale])) is False
        assert mailbox.messages == []
        assert sending.send(taken, transport, Recipients([taken])) is True
    assert len(mailbox.messages) == 1


def test_a_mail_past_its_time_is_cancelled(phone: Phone, mailbox: Mailbox) -> None:
    now = timezone.now()
    enqueue([NewMail(phone.user.pk, "greeting", "late", {"name": "Rosa"}, now - timedelta(days=4), now)])
    assert send_mail() == 0
    assert OutgoingMail.objects.get().state == MailState.CANCELLED


def test_nothing_is_sent_before_its_time(phone: Phone, mailbox: Mailbox) -> None:
    later = timezone.now() + timedelta(hours=1)
    enqueue([NewMail(phone.user.pk, "greeting", "early", {"name": "Rosa"}, later)])
    assert send_mail() == 0
    assert OutgoingMail.objects.get().state == MailState.PENDING


def test_line_breaks_in_names_stay_out_of_the_headers(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone, name="Rosa\r\nBcc: everybody@example.org")
    assert send_mail() == 1
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    assert message["Subject"] == "Hello Rosa Bcc: everybody@example.org"
    assert message["Bcc"] is None
    assert mailbox.recipients == [phone.user.email]


def test_a_mail_that_can_not_be_made_fails_alone(phone: Phone, mailbox: Mailbox) -> None:
    now = timezone.now() - timedelta(minutes=2)
    enqueue([NewMail(phone.user.pk, "greeting", "broken", {"no": "name"}, now)])
    enqueue_greeting(phone)
    assert send_mail() == 1
    broken = OutgoingMail.objects.get(dedupe_key="broken")
    assert (broken.state, broken.last_reply) == (MailState.FAILED, "Could not be made: KeyError: 'name'")


def test_a_mail_whose_recipient_was_erased_keeps_nobody_waiting(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue_greeting(phone, key="greeting:erased")
    enqueue_greeting(other_phone, key="greeting:kept")
    claimed = claims.claim

    def erase_meanwhile(model: type[OutgoingMail]) -> list[OutgoingMail]:
        mails = claimed(model)
        phone.user.delete()
        monkeypatch.undo()
        return mails

    monkeypatch.setattr(claims, "claim", erase_meanwhile)
    assert send_mail() == 1
    assert mailbox.recipients == [other_phone.user.email]


def test_many_mails_go_over_one_connection(phone: Phone, mailbox: Mailbox) -> None:
    for number in range(claims.BATCH_SIZE + 5):
        enqueue_greeting(phone, key=f"greeting:{number}")
    assert send_mail() == claims.BATCH_SIZE + 5
    assert len(mailbox.messages) == claims.BATCH_SIZE + 5


def lapse(*, expired: bool = False) -> None:
    """Let every lease, and every mail's time if asked for, be over."""
    passed: dict[str, Any] = {"claimed_until": Now() - timedelta(seconds=1)}
    if expired:
        passed["expires_at"] = Now() - timedelta(seconds=1)
    OutgoingMail.objects.update(**passed)


def test_a_mail_whose_sender_vanished_and_whose_time_has_passed_is_cancelled(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    claims.claim(OutgoingMail)
    lapse(expired=True)
    assert claims.claim(OutgoingMail) == []
    assert send_mail() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.claim_token, mail.claimed_until) == (MailState.CANCELLED, None, None)
    assert mailbox.messages == []


def test_a_mail_whose_time_passes_while_others_are_sent_is_not_begun(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    (mail,) = claims.claim(OutgoingMail)
    OutgoingMail.objects.update(expires_at=Now() - timedelta(seconds=1))
    with SMTPTransport() as transport:
        assert sending.send(mail, transport, Recipients([mail])) is False
    assert mailbox.messages == []
    lapse()
    claims.settle_abandoned(OutgoingMail)
    assert OutgoingMail.objects.get().state == MailState.CANCELLED


def test_a_mail_that_somebody_is_about_to_send_is_left_to_them(phone: Phone, mailbox: Mailbox) -> None:
    enqueue_greeting(phone)
    claims.claim(OutgoingMail)
    OutgoingMail.objects.update(expires_at=Now() - timedelta(seconds=1))
    claims.settle_abandoned(OutgoingMail)
    assert OutgoingMail.objects.get().state == MailState.CONNECTING


def test_what_the_server_accepted_is_sent_however_long_the_batch_took(
    phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease covers one mail's hand-over, not what the mails before it took; and an answer counts even after it."""
    original = SMTPTransport.hand_over

    def slowly(self: SMTPTransport, message: bytes) -> Reply:
        lease = OutgoingMail.objects.get().claimed_until
        assert lease is not None
        assert lease > timezone.now() + claims.LEASE - timedelta(seconds=10)
        OutgoingMail.objects.update(claimed_until=Now() - timedelta(seconds=1))
        return original(self, message)

    monkeypatch.setattr(SMTPTransport, "hand_over", slowly)
    enqueue_greeting(phone)
    (mail,) = claims.claim(OutgoingMail)
    OutgoingMail.objects.update(claimed_until=Now() + timedelta(seconds=5))  # what the others have left of it
    with SMTPTransport() as transport:
        assert sending.send(mail, transport, Recipients([mail])) is True
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token, mail.claimed_until) == (MailState.SENT, None, None)
    assert len(mailbox.messages) == 1


def test_an_answer_after_the_mail_was_given_up_changes_nothing(
    phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = SMTPTransport.hand_over

    def far_too_slowly(self: SMTPTransport, message: bytes) -> Reply:
        lapse()
        claims.settle_abandoned(OutgoingMail)
        return original(self, message)

    monkeypatch.setattr(SMTPTransport, "hand_over", far_too_slowly)
    enqueue_greeting(phone)
    assert send_mail() == 0
    assert OutgoingMail.objects.get().state == MailState.UNKNOWN
    monkeypatch.undo()
    due_again()
    assert send_mail() == 0
    assert len(mailbox.messages) == 1
