"""Staff in tests: signed in with a second factor and a stated purpose, unless a test wants less."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.purposes import SESSION_KEY

PASSWORD = "a long enough password for staff"


def make_staff(email: str = "staff@example.org", *permissions: str, superuser: bool = False, **fields: Any) -> User:
    user = User.objects.create_user(email, PASSWORD, is_staff=True, is_superuser=superuser, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def with_totp(user: User) -> str:
    """Give somebody an authenticator app; returns its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str) -> str:
    digits: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return digits


def signed_in(user: User, *, factor: bool = True, purpose: str | None = "data_quality") -> Client:
    """A browser of theirs, as after signing in this moment."""
    if factor and not Authenticator.objects.filter(user=user).exists():
        with_totp(user)
    client = Client()
    user.refresh_from_db()  # a session holds on to how often its second factors changed
    client.force_login(user)
    session = client.session
    records: list[dict[str, Any]] = [{"method": "password", "at": time.time()}]
    if factor:
        authenticator = Authenticator.objects.get(user=user, type="totp")
        records.append({"method": "mfa", "type": "totp", "id": authenticator.pk, "at": time.time()})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    if purpose is not None:
        until = timezone.now() + timedelta(hours=8)
        session[SESSION_KEY] = {"purpose": purpose, "note": "", "until": until.isoformat()}
    session.save()
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD, **data: str) -> Any:
    """The first of the two pages: the answer leads on, or shows the page again."""
    return client.post("/account/login/", {"login": email, "password": password, **data})
