"""Whether a session of the admin has passed a second factor, by what django-allauth noted of how somebody signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

MAIN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Standing(Enum):
    NONE = auto()
    """The account has no second factor."""
    WANTED = auto()
    """It has one, and this session has not shown it since it was set up."""
    PASSED = auto()


def standing(request: HttpRequest) -> Standing:
    """Where this session stands. One query."""
    factors = list(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", "type", "created_at"))
    main = [created_at for _, kind, created_at in factors if kind in MAIN]
    if not main:
        return Standing.NONE
    newest = max(main).timestamp()
    known = {key for key, _, _ in factors}
    passed = [record for record in _records(request, "mfa") if record.get("id") in known and record["at"] >= newest]
    return Standing.PASSED if passed else Standing.WANTED


def wanting(request: HttpRequest, *, now: datetime, within: timedelta) -> str | None:
    """The first of `password` and `mfa` that was not given within this time; None if both were."""
    since = (now - within).timestamp()
    for method in ("password", "mfa"):
        if not any(record["at"] >= since for record in _records(request, method)):
            return method
    return None


def passed_by_setting_it_up(
    sender: object, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Signal `authenticator_added`: whoever sets a factor up has just used it, and need not do so again at once."""
    signed_in: UUID | None = getattr(request.user, "pk", None)
    if authenticator.type in MAIN and signed_in == user.pk:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def _records(request: HttpRequest, method: str) -> list[dict[str, Any]]:
    user = request.user if request.user.is_authenticated else None
    return [record for record in get_authentication_records(request, user) if record["method"] == method]
