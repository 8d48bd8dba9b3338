"""The close tells each registered device that the week is ready: once, at the hour of the mail, and nothing that is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from backend.accounts.models import Device
from backend.accounts.push_tokens import register_push_token
from backend.outbox.models import MailState, OutgoingMail, OutgoingPush
from backend.sync.epochs import begin_epoch
from tests.conftest import Phone, exercise, utc
from tests.outbox.push_service import PRIVATE_KEY
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks, spread

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    names = ("project_id", "client_email", "private_key_id", "token_uri")
    settings.FCM_SERVICE_ACCOUNT = dict.fromkeys(names, "x") | {"private_key": PRIVATE_KEY}


@pytest.fixture
def hour(phone: Phone, last_week: Week) -> datetime:
    """The hour that closes the week in which this participant has logged; their phone is registered."""
    phone.post("/v1/exercise-logs", exercise(last_week.first_day))
    register(phone)
    return utc(f"{last_week.next().monday}T08:00:00Z")


def register(phone: Phone) -> None:
    phone.put("/v1/devices/current/push-token", {"provider": "fcm", "token": f"token-of-{phone.user.pk}"})


def test_a_closed_week_is_told_once_to_each_device(phone: Phone, hour: datetime, last_week: Week) -> None:
    now = timezone.now()
    second = Device.objects.create(user=phone.user, last_seen_at=now)
    register_push_token(second, provider="fcm", token="another", now=now)
    assert close_weeks(now=hour) == 1
    (push,) = OutgoingPush.objects.all()  # the second has no token to call with: it is as good as signed out
    assert push.data == {"type": "week_ready", "week": str(last_week)}
    assert (push.kind, push.device_id) == ("week_ready", Device.objects.get(user=phone.user, tokens__isnull=False).pk)
    assert (push.next_attempt_at, push.expires_at) == (hour + spread(phone.user.pk), hour + timedelta(days=1))
    assert push.dedupe_key == f"week_ready:{phone.user.pk}:{last_week}:{push.device_id}"
    phone.patch("/v1/me", {"weekly_email": {"hour": 12}})
    assert close_weeks(now=hour + timedelta(hours=4)) == 0
    assert OutgoingPush.objects.count() == 1


def test_a_device_that_comes_after_the_close_is_not_told(phone: Phone, hour: datetime) -> None:
    phone.delete("/v1/devices/current/push-token")
    assert close_weeks(now=hour) == 1
    register(phone)
    phone.patch("/v1/me", {"weekly_email": {"hour": 12}})
    close_weeks(now=hour + timedelta(hours=4))
    assert not OutgoingPush.objects.exists()


@pytest.mark.parametrize(("mail", "push"), [(True, False), (False, True)])
def test_mail_and_push_are_chosen_apart(phone: Phone, hour: datetime, mail: bool, push: bool) -> None:
    phone.patch("/v1/me", {"weekly_email": {"enabled": mail}, "push_week_ready": push})
    close_weeks(now=hour)
    assert (OutgoingMail.objects.exists(), OutgoingPush.objects.exists()) == (mail, push)


def test_nothing_is_told_a_day_later(phone: Phone, hour: datetime) -> None:
    assert close_weeks(now=hour - timedelta(minutes=1)) == 0
    assert close_weeks(now=hour + timedelta(days=1)) == 1
    assert (OutgoingMail.objects.count(), OutgoingPush.objects.count()) == (1, 0)


def test_without_an_account_to_push_with_nothing_is_written(phone: Phone, hour: datetime, settings: Any) -> None:
    settings.FCM_SERVICE_ACCOUNT = None
    assert close_weeks(now=hour) == 1
    assert not OutgoingPush.objects.exists()


def test_what_may_have_been_told_before_a_restore_is_unknown(phone: Phone, hour: datetime) -> None:
    begin_epoch(now=hour + timedelta(minutes=1))
    close_weeks(now=hour + timedelta(minutes=2))
    assert OutgoingPush.objects.get().state == MailState.UNKNOWN
