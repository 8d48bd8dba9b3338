"""Codes and notices through the outbox: before all other mail, at least once, and read by nobody on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from anymail.signals import AnymailTrackingEvent, EventType
from cryptography.fernet import InvalidToken
from django.contrib.admin import site
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox import account_mails, claims, sending
from backend.outbox.admin import SEALED, OutgoingMailAdmin
from backend.outbox.claims import LEASE, MAX_ATTEMPTS
from backend.outbox.enqueuing import NewMail, enqueue, send_letter
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail, SuppressionReason
from backend.outbox.sealed import Letter, unseal
from backend.outbox.sending import send_mail
from backend.outbox.smtp import SMTPTransport
from backend.outbox.suppression import suppress
from backend.outbox.tracking import record_event
from backend.outbox.transports import Reply, Unknown
from backend.privacy.exporting import make_exports
from config.demo.mailbox import parse
from tests.accounts.app import PASSWORD, App, mailed_code
from tests.conftest import Mailbox, Phone
from tests.outbox.bulk import BULK

pytestmark = pytest.mark.django_db

CODE = Letter("rosa@example.org", "Engram: your code", "Enter this:\n\nBCDF-GHJK\n")
HOUR = timedelta(hours=1)
AT_REST = (MailState.SENT, MailState.FAILED, MailState.UNKNOWN, MailState.CANCELLED)


def words_of(message: bytes) -> str:
    body = parse(message).get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def send_code(phone: Phone) -> OutgoingMail:
    send_letter(phone.user.pk, "a_code", CODE, lifetime=HOUR)
    return OutgoingMail.objects.get(kind="a_code")


def bulk(phone: Phone, count: int) -> None:
    register_kind("bulk", lambda context: RenderedMail("Bulk", "Text", "<p>HTML</p>"), subscription=BULK)
    earlier = timezone.now() - HOUR
    enqueue(NewMail(phone.user.pk, "bulk", f"bulk:{number}", {}, earlier) for number in range(count))


def test_signing_up_waits_for_no_mail_server_and_the_code_comes_when_it_is_back(
    mailbox: Mailbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    app = App()
    assert app.post("auth/signup", {"email": "rosa@example.org", "password": PASSWORD}).status_code == 401
    assert send_mail() == 0
    settings.EMAIL_PORT = port
    OutgoingMail.objects.update(next_attempt_at=Now())
    assert send_mail() == 1
    assert mailbox.recipients == ["rosa@example.org"]
    code = re.search(r"^([A-Z0-9]+-?[A-Z0-9]+)\r?$", words_of(mailbox.messages[0]), re.MULTILINE)
    assert code is not None
    assert app.post("auth/email/verify", {"key": code[1]}).status_code == 200


def test_a_code_overtakes_every_summary(phone: Phone, mailbox: Mailbox) -> None:
    bulk(phone, claims.BATCH_SIZE + 10)
    send_code(phone)
    assert send_mail() == claims.BATCH_SIZE + 11
    assert mailbox.recipients[0] == CODE.recipient
    assert mailbox.recipients.count(CODE.recipient) == 1


def test_no_flood_of_codes_keeps_summaries_back(
    phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BATCH_SIZE", 5)
    for number in range(20):
        letter = Letter(f"{number}@example.net", "Subject", "Text")
        send_letter(None, "unknown_account", letter, lifetime=HOUR)
    bulk(phone, 5)
    send_letter(phone.user.pk, "a_code", CODE, lifetime=HOUR / 4)
    assert send_mail() == 26
    assert mailbox.recipients[0] == CODE.recipient  # its time ends first
    assert mailbox.recipients[5:10] == [phone.user.email] * 5


def test_no_flood_fills_the_outbox_with_what_is_nobodys(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(account_mails, "MAX_TO_NOBODY", 2)
    for number in range(4):
        answer = App().post("auth/password/request", {"email": f"nobody.{number}@example.org"})
        assert answer.status_code == 401
    assert OutgoingMail.objects.filter(user=None).count() == 2


def test_what_may_have_arrived_is_sent_again(phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over = SMTPTransport.hand_over

    def lose_the_answer(transport: SMTPTransport, message: bytes) -> Reply:
        hand_over(transport, message)
        raise Unknown("The line went dead.")

    send_code(phone)
    monkeypatch.setattr(SMTPTransport, "hand_over", lose_the_answer)
    assert send_mail() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts, mail.last_reply) == (MailState.PENDING, 1, "The line went dead.")
    monkeypatch.undo()
    OutgoingMail.objects.update(next_attempt_at=Now())
    assert send_mail() == 1
    assert mailbox.recipients == [CODE.recipient] * 2
    first, second = (parse(message)["Message-ID"] for message in mailbox.messages)
    assert first == second  # mail programs show it once


def die_after_data_started(mail: OutgoingMail) -> None:
    (claimed,) = claims.claim(OutgoingMail)
    assert claimed.pk == mail.pk
    assert claims.start(claimed)
    OutgoingMail.objects.update(claimed_until=Now() - timedelta(seconds=1))


def test_a_sender_that_died_is_replaced_whatever_it_had_done(phone: Phone, mailbox: Mailbox) -> None:
    die_after_data_started(send_code(phone))
    assert send_mail() == 1
    assert mailbox.recipients == [CODE.recipient]


def test_but_not_for_ever(phone: Phone, mailbox: Mailbox) -> None:
    mail = send_code(phone)
    OutgoingMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    die_after_data_started(mail)
    assert send_mail() == 0
    mail.refresh_from_db()
    assert (mail.state, bytes(mail.sealed)) == (MailState.UNKNOWN, b"")


def test_nobody_reads_it_in_the_database(phone: Phone) -> None:
    mail = send_code(phone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT outgoing::text, encode(sealed, 'escape') FROM outbox_outgoingmail AS outgoing")
        stored = "".join(cursor.fetchone())
    for secret in ("BCDF", "rosa", "code", "Enter"):
        assert secret not in stored.replace("a_code", "")
    assert unseal(mail.sealed) == CODE


@pytest.mark.parametrize("end", AT_REST)
def test_the_table_takes_none_that_is_done_and_still_sealed(phone: Phone, end: MailState) -> None:
    mail = send_code(phone)
    with pytest.raises(IntegrityError, match="unsealed_at_rest"), transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).update(state=end, sent_at=Now())


def test_a_provider_that_tells_of_one_whose_answer_was_lost_settles_it(phone: Phone) -> None:
    mail = send_code(phone)
    event = AnymailTrackingEvent(event_type=EventType.DELIVERED, metadata={"mail": mail.message_id})
    assert record_event(event, now=timezone.now())
    mail.refresh_from_db()
    assert (mail.state, bytes(mail.sealed)) == (MailState.SENT, b"")


def test_what_a_server_says_is_kept_without_addresses(
    phone: Phone, other_phone: Phone, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.replies = ["450 4.2.0 <rosa@example.org>: Recipient address rejected: Greylisted"]
    mail = send_code(phone)
    assert send_mail() == 0
    mail.refresh_from_db()
    assert mail.last_reply == "450 4.2.0 <\N{HORIZONTAL ELLIPSIS}>: Recipient address rejected: Greylisted"
    claims.put_off([mail], "421 rosa@example.org has had enough")
    mail.refresh_from_db()
    assert "rosa" not in mail.last_reply + caplog.text


def test_one_that_failed_needs_nobody_once_its_time_is_over(phone: Phone, mailbox: Mailbox) -> None:
    mail = send_code(phone)
    refused(mailbox)
    OutgoingMail.objects.update(expires_at=Now() - HOUR)
    send_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.last_reply) == (MailState.CANCELLED, "554 Never")


def test_a_notice_to_the_address_that_somebody_had_is_theirs(mailoutbox: list[Any]) -> None:
    app = App()
    app.sign_up(mailoutbox)
    app.reauthenticate()
    assert app.api("patch", "/v1/me", {"language": "es"}).status_code == 200
    assert app.post("account/email", {"email": "rosa@example.net"}).status_code == 200
    assert app.post("auth/email/verify", {"key": mailed_code(mailoutbox)}).status_code == 200
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == (["rosa@example.org"], "Engram: Tu dirección ha cambiado")
    assert OutgoingMail.objects.filter(user=None).count() == 0
    assert OutgoingMail.objects.latest("pk").user == User.objects.get()


def test_each_spelling_of_a_stopped_address_is_stopped(phone: Phone, other_phone: Phone, mailbox: Mailbox) -> None:
    User.objects.filter(pk=phone.user.pk).update(email="a@bücher.example")
    User.objects.filter(pk=other_phone.user.pk).update(email="a@xn--bcher-kva.example")
    suppress("a@bücher.example", SuppressionReason.COMPLAINED, at=timezone.now())
    bulk(phone, 1)
    enqueue([NewMail(other_phone.user.pk, "bulk", "bulk:other", {}, timezone.now() - HOUR)])
    assert send_mail() == 0
    assert mailbox.recipients == []
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.CANCELLED}


def sent(mailbox: Mailbox) -> None:
    assert send_mail() == 1


def refused(mailbox: Mailbox) -> None:
    mailbox.replies = ["554 Never"]
    assert send_mail() == 0


def too_late(mailbox: Mailbox) -> None:
    OutgoingMail.objects.update(expires_at=Now() - LEASE)
    assert send_mail() == 0


def cancelled(mailbox: Mailbox) -> None:
    assert claims.cancel(OutgoingMail.objects.all()) == 1


@pytest.mark.parametrize("end", [sent, refused, too_late, cancelled])
def test_however_it_ends_its_words_are_gone(phone: Phone, mailbox: Mailbox, end: Callable[[Mailbox], None]) -> None:
    mail = send_code(phone)
    end(mailbox)
    mail.refresh_from_db()
    assert mail.state in AT_REST
    assert bytes(mail.sealed) == b""


@pytest.mark.parametrize("end", [sent, refused, too_late])
def test_what_is_nobodys_leaves_no_row(mailbox: Mailbox, end: Callable[[Mailbox], None]) -> None:
    App().post("auth/password/request", {"email": "nobody@example.org"})
    assert OutgoingMail.objects.get().user is None
    end(mailbox)
    assert OutgoingMail.objects.count() == 0
    assert mailbox.recipients == (["nobody@example.org"] if end is sent else [])


def test_a_bulk_mail_is_always_somebodys(phone: Phone) -> None:
    bulk(phone, 1)
    with pytest.raises(IntegrityError, match="bulk_user"), transaction.atomic():
        OutgoingMail.objects.update(user=None)


def test_a_changed_secret_key_still_opens_it_and_a_lost_one_keeps_that_mail_alone_waiting(
    phone: Phone, mailbox: Mailbox, settings: Any
) -> None:
    mail, key = send_code(phone), settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-of-this-installation-0123456789-abcdefghij"
    with pytest.raises(InvalidToken):
        unseal(mail.sealed)
    settings.SECRET_KEY_FALLBACKS = [key]
    assert unseal(mail.sealed) == CODE
    settings.SECRET_KEY_FALLBACKS = []
    bulk(phone, 1)
    assert send_mail() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.PENDING, 1)  # another process may have the key
    assert mailbox.recipients == [phone.user.email]
    settings.SECRET_KEY = key
    OutgoingMail.objects.update(next_attempt_at=Now())
    assert send_mail() == 1


def test_after_a_restore_it_is_sent_and_summaries_are_not(phone: Phone, mailbox: Mailbox) -> None:
    bulk(phone, 2)
    send_code(phone)
    call_command("after_restore")
    assert send_mail() == 1
    assert mailbox.recipients == [CODE.recipient]


def test_staff_see_that_there_was_one_and_not_what_it_said(phone: Phone) -> None:
    mail = send_code(phone)
    shown = OutgoingMailAdmin(OutgoingMail, site)
    assert shown.preview(mail) == shown.plain_text(mail) == SEALED


def test_of_one_that_was_sealed_nothing_is_left_to_send_again(phone: Phone, mailbox: Mailbox) -> None:
    mail = send_code(phone)
    refused(mailbox)
    bulk(phone, 1)
    rows = OutgoingMailAdmin(OutgoingMail, site).that_can_go_again(OutgoingMail.objects.all())
    assert [row.kind for row in rows] == ["bulk"]
    assert mail.kind == "a_code"


def test_a_stopped_address_still_gets_codes(phone: Phone, mailbox: Mailbox) -> None:
    suppress(CODE.recipient, SuppressionReason.BOUNCED, at=timezone.now())
    send_code(phone)
    assert send_mail() == 1


def test_a_mail_says_that_an_export_is_ready_and_how_long(phone: Phone, mailbox: Mailbox) -> None:
    assert phone.post("/v1/exports", None).status_code == 202
    assert make_exports(now=timezone.now()) == 1
    assert send_mail() == 1
    assert mailbox.recipients == [phone.user.email]
    text = words_of(mailbox.messages[0])
    assert "You can download it in the app." in text
    assert "http" not in text  # there is no app here whose address could be told
    assert re.search(r"It is kept until \w+ \d+ \w+ 20\d\d, \d\d:\d\d \(UTC\)\.", text)
    assert "/v1/export" not in text
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.transactional) == ("export_ready", True)


def test_an_export_without_a_confirmed_address_is_made_and_tells_nobody(phone: Phone) -> None:
    EmailAddress.objects.update(verified=False)
    phone.post("/v1/exports", None)
    assert make_exports(now=timezone.now()) == 1
    assert OutgoingMail.objects.count() == 0


def test_a_sender_that_fails_altogether_still_forgets_what_is_nobodys(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run does it."""
    App().post("auth/password/request", {"email": "nobody@example.org"})
    assert send_mail() == 1
    OutgoingMail.objects.create(
        kind="unknown_account",
        dedupe_key="left over",
        message_id="<left@over>",
        next_attempt_at=Now(),
        transactional=True,
        state=MailState.FAILED,
    )

    def die(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "open_transport", die)
    with pytest.raises(KeyboardInterrupt):
        send_mail()
    assert OutgoingMail.objects.count() == 0
