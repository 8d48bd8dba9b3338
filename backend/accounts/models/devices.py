"""Signed-in apps, the tokens that they show, and where their push notifications go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now

from backend.accounts.models.user import User, new_id

NAME_LENGTH = 80
PLATFORM_LENGTH = 40
PUSH_TOKEN_LENGTH = 4096


class DeviceQuerySet(models.QuerySet["Device"]):
    def signed_in(self, *, now: datetime) -> DeviceQuerySet:
        """Devices that can still call: not revoked, seen lately, with a token that has not ended."""
        live = DeviceToken.objects.filter(device=models.OuterRef("pk"), expires_at__gt=now)
        seen_after = now - timedelta(days=settings.DEVICE_TOKEN_IDLE_DAYS)
        return self.filter(models.Exists(live), revoked_at=None, last_seen_at__gt=seen_after)

    @transaction.atomic
    def revoke(self, *, now: datetime) -> int:
        """Sign these devices out: their next request is refused, and nothing is pushed to them. Returns how many were
        signed in."""
        devices = list(self.filter(revoked_at=None).values_list("pk", flat=True))
        revoked = Device.objects.filter(pk__in=devices, revoked_at=None).update(revoked_at=now)
        PushToken.objects.filter(device__in=devices).delete()
        return revoked


class Device(models.Model):
    """One signed-in app, by its own description. Revoking it ends all its tokens, those still to come included."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    platform = models.CharField(max_length=PLATFORM_LENGTH, blank=True, default="")
    app_version = models.CharField(max_length=PLATFORM_LENGTH, blank=True, default="")
    # allauth's session of this app. It may go at any time: the next sign-in request gets a new one.
    session_key = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(help_text="To the hour.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        indexes = [
            # A participant's devices, newest first.
            models.Index(fields=["user", "-created_at"], name="accounts_device_user")
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class DeviceToken(models.Model):
    """A token of a device: its SHA-256, and how long it holds. Whoever reads this table can sign in as nobody.

    A device has one, and two while it changes over: the old one holds until the new one is first used, and a little more.
    `seed` decides, together with the token itself, which token renewing gives: always the same, however often it is asked.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="tokens")
    token_hash = models.BinaryField(max_length=32)
    seed = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[DeviceToken]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="accounts_devicetoken_hash")]

    def __str__(self) -> str:
        return f"Token {self.pk} of {self.device_id}"

    @property
    def renew_after(self) -> datetime:
        """Half of its life: from then on an app that is about to call should renew it first."""
        return self.created_at + (self.expires_at - self.created_at) / 2


class PushProvider(models.TextChoices):
    FCM = "fcm", "Firebase Cloud Messaging"


class PushToken(models.Model):
    """The address of one device at a push service. It goes when the device is signed out, when it registers another one, when
    another device registers this one, and when the service says that there is no such device."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    device = models.OneToOneField(Device, models.CASCADE, related_name="push_token")
    provider = models.CharField(max_length=8, choices=PushProvider)
    token = models.CharField(max_length=PUSH_TOKEN_LENGTH)
    token_hash = models.BinaryField(max_length=32, help_text="SHA-256: a token may be longer than an index takes.")
    registered_at = models.DateTimeField()

    objects: ClassVar[models.Manager[PushToken]] = models.Manager()

    class Meta:
        indexes = [
            # Who gets a push: the tokens of a batch of participants.
            models.Index(fields=["user"], name="accounts_pushtoken_user")
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "token_hash"], name="accounts_pushtoken_token"),
            models.CheckConstraint(
                condition=models.Q(provider__in=PushProvider.values), name="accounts_pushtoken_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.device_id}"
