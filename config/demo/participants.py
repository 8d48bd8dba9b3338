"""Participants whose mails go to a server of your own (EMAIL_URL): the demo can't read the code that confirms their address."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from backend.accounts.models import User
from config.demo.phone import PASSWORD


@transaction.atomic
def with_confirmed_account(email: str) -> None:
    """Make sure that there is an account that can sign in."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
