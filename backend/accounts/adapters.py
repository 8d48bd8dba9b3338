"""What Engram asks of django-allauth beyond its settings."""

from __future__ import annotations

import secrets
import time
from typing import Any, ClassVar

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.headless.internal.restkit.response import ErrorResponse
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.models import User
from backend.accounts.page_language import accepted_language
from backend.accounts.passwords import STAFF_MINIMUM, is_long_enough, is_staff, same_on_every_phone

MAX_ADDRESS_LENGTH = 254  # of `User.email`


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "staff_password_too_short": f"Staff need a password of at least {STAFF_MINIMUM} characters: ask for a new one.",
    }

    def new_user(self, request: HttpRequest) -> User:
        """In the phone's language, and with its date: between two steps of signing up, a user who is not stored yet is kept
        in the session."""
        return User(date_joined=timezone.now(), language=accepted_language(request))

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Participants have no user name: the address is who they are."""

    def clean_email(self, email: str) -> str:
        """Refuses an address that doesn't fit its column; allauth would cut it off, which makes another address of it."""
        cleaned: str = super().clean_email(email)
        if len(cleaned) > MAX_ADDRESS_LENGTH:
            raise ValidationError(f"An address has {MAX_ADDRESS_LENGTH} characters at most.", code="max_length")
        return cleaned

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Not one that somebody else signed up with, confirmed or not: an address is one person's."""
        others = User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            taken = ErrorResponse(request, exception=self.validation_error("email_taken"))
            raise ImmediateHttpResponse(taken)
        return bool(super().confirm_email(request, email_address))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Hashes a password as well, as signing up with a free address does: both take about as long."""
        User().set_password(secrets.token_urlsafe())
        super().send_account_already_exists_mail(email)

    def clean_password(self, password: str, user: User | None = None) -> str:
        super().clean_password(password, user)
        return same_on_every_phone(password)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who became staff with a shorter password sets another before signing in: only now can its length be seen."""
        user: User | None = super().authenticate(request, **credentials)
        password = credentials.get("password", "")
        if user is not None and is_staff(user) and not is_long_enough(password, for_staff=True):
            raise self.validation_error("staff_password_too_short")
        return user

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """In apps, which sign participants up; not in the browser."""
        return is_headless_request(request) is not None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just given their password needs not give it again to set up a second factor."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        user = self.request.user if self.request.user.is_authenticated else None
        given = [record["at"] for record in get_authentication_records(self.request, user)]
        return required and not (given and time.time() - max(given) < account_settings.REAUTHENTICATION_TIMEOUT)
