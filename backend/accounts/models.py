"""Participants and staff, and the devices that they sign in with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower, Now
from uuid_utils.compat import uuid7

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
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """One person: a participant, a member of staff, or both. The home zone only decides what has no zone of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=80, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    home_time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en")
    hide_numbers = models.BooleanField(default=False, help_text="Words instead of numbers, everywhere.")

    weekly_email = models.BooleanField(default=True)
    weekly_email_weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS, default=0)
    weekly_email_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    next_weekly_email_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Empty: to be worked out from the choices above."
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


class DeviceQuerySet(models.QuerySet["Device"]):
    def usable(self, *, now: datetime) -> DeviceQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=now)


class Device(models.Model):
    """One signed-in app. Only the SHA-256 of its token is stored; whoever reads this table can sign in as nobody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="devices", db_index=False)
    token_hash = models.BinaryField(max_length=32, unique=True)
    session_key = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        indexes = [
            # A participant's devices, newest first.
            models.Index(fields=["user", "-created_at"], name="accounts_device_user")
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class ProfileChange(models.Model):
    """One field of a participant's profile, facts or choices, and when it was changed from what to what."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    field = models.CharField(max_length=40, help_text="As `/v1/me` names it; a dot leads into an object.")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    device_id = models.UUIDField(null=True, blank=True, help_text="The device that changed it.")

    class Meta:
        indexes = [
            # A participant's history, newest first.
            models.Index(fields=["user", "-id"], name="accounts_profilechange_user")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.field}"
