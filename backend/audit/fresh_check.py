"""A fresh check, by password and second factor, before somebody takes data away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backend.audit.second_factor import wanting

View = Callable[..., HttpResponseBase]


def fresh_check(view: View) -> View:
    """Let a view of a `ModelAdmin` run only for those who gave password and factor in the last minutes; others give them first.

    What was posted is not repeated: they come back to the page that they posted from.
    """

    @wraps(view)
    def checked(admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        within = timedelta(minutes=settings.FRESH_CHECK_MINUTES)
        missing = wanting(request, now=timezone.now(), within=within)
        if missing is None:
            return view(admin, request, *args, **kwargs)
        page = "account_reauthenticate" if missing == "password" else factor_page(request)
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")

    return checked


def factor_page(request: HttpRequest) -> str:
    """Where somebody shows their second factor again: an app's or a recovery code, or a passkey if that is all they have."""
    kinds = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    passkey_first = Authenticator.Type.WEBAUTHN in kinds and Authenticator.Type.TOTP not in kinds
    return "mfa_reauthenticate_webauthn" if passkey_first else "mfa_reauthenticate"
