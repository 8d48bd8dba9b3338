"""The choices about the weekly summary as the links in its mails open them: whether, on which day, at which hour. No more."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import dateformat, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy

from backend.accounts.models import User
from backend.outbox.kinds import Subscription
from backend.outbox.linked_pages import LinkedPage, Opened
from backend.outbox.unsubscribing import preferences_url
from tracker.profiles import change_profile


def is_on(user_id: UUID) -> bool:
    return User.objects.filter(pk=user_id, weekly_email=True).exists()


def turn(user_id: UUID, on: bool, now: datetime) -> None:
    """As in the app: the change is kept in the profile's history, and what is queued is cancelled."""
    change_profile(User.objects.get(pk=user_id), {"weekly_email": on}, now=now)


SUBSCRIPTION = Subscription(gettext_lazy("Your weekly summary"), "summary_choices", is_on, turn)


class SummaryChoicesPage(LinkedPage):
    def get(self, request: HttpRequest, opened: Opened) -> HttpResponse:
        return self.show(request, opened)

    def post(self, request: HttpRequest, opened: Opened) -> HttpResponse:
        weekday, hour = _number(request, "weekday", 6), _number(request, "hour", 23)
        if weekday is None or hour is None:
            return self.show(request, opened, status=422)
        choices: dict[str, Any] = {
            "weekly_email": "enabled" in request.POST,
            "weekly_email_weekday": weekday,
            "weekly_email_hour": hour,
        }
        change_profile(opened.user, choices, now=timezone.now())
        opened.user.refresh_from_db()
        return self.show(request, opened, saved=True)

    def show(self, request: HttpRequest, opened: Opened, *, saved: bool = False, status: int = 200) -> HttpResponse:
        user = opened.user
        context = {
            "name": opened.subscription.name,
            "saved": saved,
            "not_valid": status == 422,
            "enabled": user.weekly_email,
            "weekday": user.weekly_email_weekday,
            "hour": user.weekly_email_hour,
            "weekdays": sorted(WEEKDAYS.items()),
            "hours": [(hour, dateformat.time_format(time(hour), "H:i")) for hour in range(24)],
            "time_zone": user.home_time_zone,
            "here": preferences_url(user.pk, opened.kind),
        }
        return render(request, "tracker/summary_choices.html", context, status=status)


def _number(request: HttpRequest, field: str, most: int) -> int | None:
    """A whole number from 0 to `most`, or None."""
    given = request.POST.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 2 and int(given) <= most else None
