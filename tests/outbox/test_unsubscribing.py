"""Stopping the weekly summary from its mails: by one click (RFC 8058), on a page, and never by looking."""

from __future__ import annotations

import email
import email.policy
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import ProfileChange, User
from backend.outbox import claims, messages, sending
from backend.outbox.enqueuing import NewMail, cancel_queued, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailKey, MailState, OutgoingMail
from backend.outbox.recipients import Recipients
from backend.outbox.sending import send_mail
from backend.outbox.smtp import SMTPTransport
from backend.outbox.unsubscribing import (
    MailLink,
    bulk_headers,
    links_of,
    preferences_url,
    read_link,
    sign,
    unsubscribe_url,
)
from tests.conftest import Mailbox, Phone
from tracker.profiles import WEEKLY_SUMMARY

pytestmark = pytest.mark.django_db

KIND = WEEKLY_SUMMARY
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_URL = "https://engram.example.org"


@pytest.fixture
def strict() -> Client:
    """A mail program: no cookies, and nothing that waives CSRF."""
    return Client(enforce_csrf_checks=True)


def path(url: str) -> str:
    return url.removeprefix("https://engram.example.org")


def link(phone: Phone, kind: str = KIND) -> str:
    return path(unsubscribe_url(phone.user.pk, kind))


def choices(phone: Phone) -> str:
    return path(preferences_url(phone.user.pk, KIND))


def is_on(phone: Phone) -> bool:
    return User.objects.get(pk=phone.user.pk).weekly_email


def history(phone: Phone) -> list[tuple[str, Any, Any, Any]]:
    changes = ProfileChange.objects.filter(user=phone.user).order_by("id")
    return list(changes.values_list("field", "before", "after", "device_id"))


def test_a_click_of_a_mail_program_stops_the_mail_at_once(phone: Phone, other_phone: Phone, strict: Client) -> None:
    answer = strict.post(link(phone), ONE_CLICK)
    assert answer.status_code == 200
    assert not answer.cookies
    assert not is_on(phone)
    assert is_on(other_phone)
    assert history(phone) == [("weekly_email.enabled", True, False, None)]
    assert strict.post(link(phone), ONE_CLICK).status_code == 200
    assert len(history(phone)) == 1


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_stops_nothing(phone: Phone, strict: Client, method: str) -> None:
    """Mail scanners open every link."""
    getattr(strict, method)(link(phone))
    getattr(strict, method)(choices(phone))
    assert is_on(phone)
    assert history(phone) == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_none(phone: Phone, strict: Client, method: str) -> None:
    assert getattr(strict, method)(link(phone)).status_code == 405
    assert is_on(phone)


def test_the_page_asks_stops_and_takes_it_back(phone: Phone, strict: Client) -> None:
    page = strict.get(link(phone))
    assert not page.cookies
    assert "no-store" in page["Cache-Control"]
    assert "Stop this mail" in page.content.decode()
    assert link(phone) in page.content.decode()
    page = strict.post(link(phone), {"action": "stop"})
    assert "Undo" in page.content.decode()
    assert not is_on(phone)
    page = strict.post(link(phone), {"action": "undo"})
    assert "on again" in page.content.decode()
    assert is_on(phone)
    assert [change[1:3] for change in history(phone)] == [(True, False), (False, True)]


def test_the_page_speaks_the_participants_language(phone: Phone, strict: Client) -> None:
    User.objects.filter(pk=phone.user.pk).update(language="es-MX")
    for address in (link(phone), choices(phone)):
        page = strict.get(address, headers={"Accept-Language": "en"})
        assert page["Content-Language"] == "es"
        assert "Tu resumen semanal" in page.content.decode()


def test_a_link_names_a_participant_and_a_kind_and_nothing_else(phone: Phone) -> None:
    signed = sign(MailLink(phone.user.pk, KIND))
    assert read_link(signed) == MailLink(phone.user.pk, KIND)
    assert sign(MailLink(phone.user.pk, KIND)) == signed


def test_what_is_no_link_of_ours_opens_nothing(phone: Phone, other_phone: Phone, strict: Client) -> None:
    signed = sign(MailLink(phone.user.pk, KIND))
    foreign = sign(MailLink(other_phone.user.pk, KIND))
    wrong = [signed[:n] + ("A" if signed[n] != "A" else "B") + signed[n + 1 :] for n in range(len(signed))]
    wrong += [signed[:-1], signed + "A", signed + "=", "x", "ä", signed[:43] + foreign[43:]]
    assert [read_link(each) for each in wrong] == [None] * len(wrong)
    for each in (
        wrong[0],
        wrong[-1],
        sign(MailLink(uuid.uuid4(), KIND)),
        sign(MailLink(phone.user.pk, "no_such_kind")),
    ):
        for name in ("unsubscribe", "summary_choices"):
            for answer in (strict.get(reverse(name, args=[each])), strict.post(reverse(name, args=[each]), ONE_CLICK)):
                assert answer.status_code == 404
                assert "This link opens nothing" in answer.content.decode()
    assert is_on(phone)
    assert is_on(other_phone)


def test_no_change_of_the_secret_key_ends_a_link(phone: Phone, settings: Any) -> None:
    signed = sign(MailLink(phone.user.pk, KIND))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, []
    assert read_link(signed) is not None


def test_a_key_of_ones_own_takes_links_of_before_too(phone: Phone, settings: Any) -> None:
    before = sign(MailLink(phone.user.pk, KIND))
    settings.UNSUBSCRIBE_KEY = "own" * 20
    after = sign(MailLink(phone.user.pk, KIND))
    assert after != before
    assert read_link(before) == read_link(after) != None  # noqa: E711
    MailKey.objects.all().delete()
    assert read_link(before) is None
    assert read_link(after) is not None


def queue(phone: Phone, kind: str = KIND) -> OutgoingMail:
    now = timezone.now() - timedelta(minutes=1)
    enqueue([NewMail(phone.user.pk, kind, f"{kind}:{phone.user.pk}", {}, now)])
    return OutgoingMail.objects.get(user=phone.user, kind=kind)


@pytest.mark.parametrize("by", ["link", "choices", "app"])
def test_what_is_queued_is_cancelled(
    phone: Phone, other_phone: Phone, strict: Client, mailbox: Mailbox, by: str
) -> None:
    queue(phone)
    queue(phone, "erasure_requested")
    queue(other_phone)
    match by:
        case "link":
            strict.post(link(phone), ONE_CLICK)
        case "choices":
            strict.post(choices(phone), {"weekday": "0", "hour": "8"})
        case "app":
            phone.patch("/v1/me", {"weekly_email": {"enabled": False}})
    states = {(mail.user_id, mail.kind): mail.state for mail in OutgoingMail.objects.all()}
    assert states == {
        (phone.user.pk, KIND): MailState.CANCELLED,
        (phone.user.pk, "erasure_requested"): MailState.PENDING,
        (other_phone.user.pk, KIND): MailState.PENDING,
    }


def test_what_a_sender_has_claimed_is_not_handed_over(phone: Phone, strict: Client, mailbox: Mailbox) -> None:
    register_kind("bulk", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"))
    queue(phone, "bulk")
    (mail,) = claims.claim(OutgoingMail)
    assert cancel_queued(phone.user.pk, "bulk") == 1
    with SMTPTransport() as transport:
        assert sending.send(mail, transport, Recipients([mail])) is False
    assert mailbox.messages == []
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token) == (MailState.CANCELLED, None)


def test_day_and_hour_are_chosen_on_a_page(phone: Phone, strict: Client) -> None:
    User.objects.filter(pk=phone.user.pk).update(home_time_zone="America/Bogota")
    page = strict.get(choices(phone)).content.decode()
    assert "America/Bogota" in page
    assert '<option value="0" selected>Monday</option>' in page
    page = strict.post(choices(phone), {"enabled": "yes", "weekday": "6", "hour": "19"}).content.decode()
    assert "Saved." in page
    user = User.objects.get(pk=phone.user.pk)
    assert (user.weekly_email, user.weekly_email_weekday, user.weekly_email_hour) == (True, 6, 19)
    assert {change[0] for change in history(phone)} == {"weekly_email.weekday", "weekly_email.hour"}


@pytest.mark.parametrize(
    "given", [{}, {"weekday": "7", "hour": "8"}, {"weekday": "1", "hour": "24"}, {"weekday": "-1", "hour": "²"}]
)
def test_a_choice_that_is_none_changes_nothing(phone: Phone, strict: Client, given: dict[str, str]) -> None:
    assert strict.post(choices(phone), given).status_code == 422
    assert is_on(phone)
    assert history(phone) == []


def test_the_page_changes_nothing_else(phone: Phone, strict: Client) -> None:
    before: dict[str, Any] = dict(User.objects.filter(pk=phone.user.pk).values().get())
    more = {"display_name": "Mallory", "email": "mallory@example.org", "language": "es", "is_staff": "1"}
    strict.post(choices(phone), {"enabled": "yes", "weekday": "2", "hour": "9", **more})
    after: dict[str, Any] = dict(User.objects.filter(pk=phone.user.pk).values().get())
    changed = {field for field in before if before[field] != after[field]}
    assert changed <= {"weekly_email_weekday", "weekly_email_hour", "next_weekly_email_at"}


def test_looking_too_often_leaves_the_way_to_stop_it(phone: Phone, strict: Client, settings: Any) -> None:
    settings.RATE_LIMITS = ["mail_choices=2/3600", "anonymous=3/3600"]
    answers = [strict.get(link(phone)).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert strict.post(link(phone), ONE_CLICK).status_code == 200
    nothing = reverse("unsubscribe", args=["nothing"])
    assert [strict.get(nothing).status_code for _ in range(4)] == [404, 404, 404, 429]


def headers_of(message: bytes) -> Any:
    return email.message_from_bytes(message, policy=email.policy.default)


def test_a_summary_says_how_to_stop_it(phone: Phone, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    register_kind("plain", lambda context: RenderedMail("Subject", "Text", "<p>HTML</p>"))
    monkeypatch.setattr(messages, "render", lambda kind, context: RenderedMail("Subject", "Text", "<p>HTML</p>"))
    queue(phone)
    queue(phone, "plain")
    assert send_mail() == 2
    plain, summary = map(headers_of, mailbox.messages)
    assert summary["List-Unsubscribe"].strip() == f"<{unsubscribe_url(phone.user.pk, KIND)}>"
    assert summary["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert summary["Precedence"] == "bulk"
    assert summary["List-Id"] == "<weekly-summary.localhost>"
    assert summary["Feedback-ID"] == "weekly_summary:localhost"
    assert summary["Auto-Submitted"] == plain["Auto-Submitted"] == "auto-generated"
    for header in ("List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "List-Id", "Feedback-ID"):
        assert plain[header] is None


def test_one_click_is_for_https_alone(phone: Phone, settings: Any) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    headers = bulk_headers(KIND, links_of(phone.user.pk, KIND))
    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/mail/unsubscribe/")
    assert "List-Unsubscribe-Post" not in headers
