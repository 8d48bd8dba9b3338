"""What Engram asks of django-allauth beyond its settings."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from backend.accounts.models import User

MAX_ADDRESS_LENGTH = 254  # of `User.email`


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Participants have no user name: the address is who they are."""

    def clean_email(self, email: str) -> str:
        """Refuses an address that doesn't fit its column; allauth would cut it off, which makes another address of it."""
        cleaned: str = super().clean_email(email)
        if len(cleaned) > MAX_ADDRESS_LENGTH:
            raise ValidationError(f"An address has {MAX_ADDRESS_LENGTH} characters at most.", code="max_length")
        return cleaned
