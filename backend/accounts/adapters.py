"""What Engram asks of django-allauth beyond its settings."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.internal.httpkit import is_headless_request
from django.http import HttpRequest

from backend.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Participants have no user name: the address is who they are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """In apps, which sign participants up; not in the browser."""
        return is_headless_request(request) is not None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just given their password needs not give it again to set up a second factor."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        user = self.request.user if self.request.user.is_authenticated else None
        given = [record["at"] for record in get_authentication_records(self.request, user)]
        return required and not (given and time.time() - max(given) < account_settings.REAUTHENTICATION_TIMEOUT)
