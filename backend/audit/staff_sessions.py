"""How long a member of staff stays signed in: an hour without a request, half a day in all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from backend.audit.models import Action
from backend.audit.recording import current_request_id, record

SINCE, SEEN = "staff_since", "staff_seen"
SEEN_EVERY = timedelta(minutes=1)


def begin_session(sender: object, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Signal `user_logged_in`: from now on the session's time runs, and the audit knows of it."""
    if not user.is_staff:
        return
    now = timezone.now().timestamp()
    request.session[SINCE] = request.session[SEEN] = now
    methods = [record.get("type", record["method"]) for record in get_authentication_records(request, user)]
    record(
        Action.SIGN_IN,
        user._meta.label_lower,
        actor=user.pk,
        what={"methods": methods},
        request_id=current_request_id(),
    )


def is_alive(session: SessionBase, *, now: datetime) -> bool:
    """Whether neither time is over. A session from before its owner became staff has none."""
    since, seen = session.get(SINCE), session.get(SEEN)
    if since is None or seen is None:
        return False
    idle, total = timedelta(minutes=settings.STAFF_IDLE_MINUTES), timedelta(hours=settings.STAFF_SESSION_HOURS)
    ends: float = min(seen + idle.total_seconds(), since + total.total_seconds())
    return now.timestamp() < ends


def keep_alive(session: SessionBase, *, now: datetime) -> None:
    """Note a request, and let the session itself end when the first of the two times is over."""
    if now.timestamp() - session[SEEN] < SEEN_EVERY.total_seconds():
        return
    session[SEEN] = now.timestamp()
    rest = session[SINCE] + settings.STAFF_SESSION_HOURS * 3600 - now.timestamp()
    session.set_expiry(int(min(settings.STAFF_IDLE_MINUTES * 60, rest)))
