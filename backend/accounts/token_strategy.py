"""How allauth (headless, app client) makes and looks up the token of an app.

While somebody is signing in, the token stands for an allauth session. Once signed in it is a device's: the session is a
convenience that is made anew whenever it is missing, and sensitive changes then ask for the password again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.base.response import UnauthorizedResponse
from allauth.headless.internal import sessionkit
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import AuthenticationFailed

from backend.accounts.devices import StaleSignIn, described_by, sign_in_device, sign_out_token
from backend.accounts.models import Device, SignIn
from backend.accounts.tokens import new_token, note_use, recognise, token_hash

SIGN_IN_LASTS = timedelta(hours=1)
CLEARED_AT_ONCE = 10


class DeviceTokenStrategy(AbstractTokenStrategy):  # type: ignore[misc]
    def create_session_token(self, request: HttpRequest) -> str:
        """The token of the request's session: the one that was given, unless it has just come to stand for somebody.

        Then a fresh one replaces it, so that nothing handed out before signing in is worth anything after.
        """
        session = request.session
        if not session.session_key:
            session.save()
        session_key = session.session_key or ""
        given: str | None = self.get_session_token(request)
        now = timezone.now()
        if not (user_id := session.get(SESSION_KEY)):
            return sign_in_token(given, session_key, now=now)
        if given is not None and not getattr(request, "signed_out", False):
            # Also one that was revoked a moment ago: a request in flight never turns it into a new device.
            kept = Device.objects.filter(tokens__token_hash=token_hash(given), user_id=user_id)
            if kept.update(session_key=session_key):
                return given
        if given is not None:
            sign_out_token(given, now=now)
        try:
            return sign_in_device(
                UUID(user_id),
                described_by(request),
                session_key=session_key,
                proof=session.get(HASH_SESSION_KEY, ""),
                now=now,
            )
        except StaleSignIn:
            session.flush()
            raise ImmediateHttpResponse(UnauthorizedResponse(request)) from None

    def lookup_session(self, session_token: str) -> SessionBase | None:
        now = timezone.now()
        try:
            token = recognise(session_token, now=now)
        except AuthenticationFailed:
            under_way = SignIn.objects.filter(token_hash=token_hash(session_token), expires_at__gt=now).first()
            return sessionkit.lookup_session(under_way.session_key) if under_way else None
        note_use(token, now=now)
        return session_of(token.device)


def session_of(device: Device) -> SessionBase:
    """The device's session if it is still its owner's; else a new one, in which nobody has shown a password yet."""
    user = device.user
    session: SessionBase | None = sessionkit.lookup_session(device.session_key) if device.session_key else None
    if (
        session is not None
        and session.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    ):
        return session
    session = sessionkit.new_session()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    session.modified = False
    Device.objects.filter(pk=device.pk).update(session_key=session.session_key or "")
    return session


def sign_in_token(given: str | None, session_key: str, *, now: datetime) -> str:
    """The token of a sign-in under way. Each new one clears away a few that have ended, and sessions too."""
    under_way = SignIn.objects.filter(expires_at__gt=now)
    if given is not None and under_way.filter(token_hash=token_hash(given)).update(session_key=session_key):
        return given
    ended = SignIn.objects.filter(expires_at__lte=now).order_by("expires_at")
    SignIn.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:CLEARED_AT_ONCE])).delete()
    sessions = Session.objects.filter(expire_date__lt=now).order_by("expire_date")
    Session.objects.filter(pk__in=list(sessions.values_list("pk", flat=True)[:CLEARED_AT_ONCE])).delete()
    token = new_token()
    SignIn.objects.create(token_hash=token_hash(token), session_key=session_key, expires_at=now + SIGN_IN_LASTS)
    return token
