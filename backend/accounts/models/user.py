"""Participants and staff."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from uuid_utils.compat import uuid7

from backend.accounts.passwords import same_on_every_phone

WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]


def new_id() -> UUID:
    """A UUID of version 7: unique without asking anybody, and in order of creation."""
    return uuid7()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Raises `ValidationError` on a password that is too weak for staff: the command does not know whom it asks for."""
        staff = {**fields, "is_staff": True, "is_superuser": True}
        if password is not None:
            validate_password(password, self.model(email=email, **staff))
        return self.create_user(email, password, **staff)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """One person: a participant, a member of staff, or both. The home zone only decides what has no zone of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=80, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    second_factor_changes = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Browser sessions hold on to it: a change ends the others.",
    )
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    home_time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en")
    preferred_origins = ArrayField(
        models.CharField(max_length=250),
        default=list,
        db_default=[],
        blank=True,
        help_text="Platforms, or platform/app, whose record of a session is the one to keep; manual: typed in.",
    )
    hide_numbers = models.BooleanField(default=False, help_text="Words instead of numbers, everywhere.")

    weekly_email = models.BooleanField(default=True)
    weekly_email_weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS, default=0)
    weekly_email_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    next_weekly_email_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Empty: to be worked out from the choices above."
    )

    push_week_ready = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Told by a push when a week is ready, on devices that registered for it.",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email"),
            models.CheckConstraint(
                condition=models.Q(weekly_email_hour__lte=23, weekly_email_weekday__lte=6),
                name="accounts_user_weekly_email_time",
            ),
        ]
        indexes = [
            # Closing weeks: who is next, those not yet worked out first.
            models.Index(
                models.F("next_weekly_email_at").asc(nulls_first=True),
                name="accounts_user_next_email",
                condition=models.Q(is_active=True),
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password if raw_password is None else same_on_every_phone(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password if raw_password is None else same_on_every_phone(raw_password))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password and the sign-outs that follow from it are stored together, or neither."""
        with transaction.atomic():
            super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What Django compares at each request of a browser: the password, and also the second factors."""
        value = f"{self.password}:{self.second_factor_changes}"
        return salted_hmac("backend.accounts.session_auth_hash", value, secret=secret, algorithm="sha256").hexdigest()
