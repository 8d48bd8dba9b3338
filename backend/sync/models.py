"""What every synced record has, the counter that orders a participant's changes, and what the server knows of devices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from backend.accounts.models import Device


class SyncCounter(models.Model):
    """The last change number given out to a participant.

    A writer holds this row's lock until its commit, so numbers become visible in order and a reader that follows them can
    never skip a change that commits late. Workers that derive scores never take it.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    epoch_seq = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="Its value when the epoch that lasts began: what has a higher one was written since.",
    )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.seq}"


class ServerEpoch(models.Model):
    """An era of the server's memory: it begins when the database has been restored from a backup. None: the first, number 0.

    Numbers are the Unix time of their beginning, so that restoring the same backup twice doesn't give the same number twice.
    """

    number = models.BigIntegerField(primary_key=True)
    started_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.number)


class SyncedRecord(models.Model):
    """One thing that a participant's app made. The app chooses `uid`; ids are per participant, so nobody can probe or
    squat on another's. Deleting keeps the row as a tombstone, which is final."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    uid = models.UUIDField("id in the API")
    version = models.PositiveBigIntegerField()
    content_hash = models.BinaryField(max_length=16, help_text="BLAKE2b-128 of the content as the app sent it.")
    seq = models.BigIntegerField(help_text="The participant's change number of the last change.")
    origin_platform = models.CharField(max_length=40, null=True, blank=True)
    origin_app_id = models.CharField(max_length=200, null=True, blank=True)
    origin_external_id = models.CharField(max_length=200, null=True, blank=True)
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["user", "uid"], name="%(class)s_user_uid"),
            models.UniqueConstraint(
                fields=["user", "origin_platform", "origin_external_id"],
                name="%(class)s_user_origin",
                condition=models.Q(origin_external_id__isnull=False),
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="%(class)s_version"),
        ]
        indexes = [
            # Following a participant's changes in order.
            models.Index(fields=["user", "seq"], name="%(class)s_user_seq")
        ]

    def __str__(self) -> str:
        return str(self.uid)


class RemovedOrigin(models.Model):
    """What a platform reported as deleted, whether a record of it had come or not: one that comes later is not stored."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    platform = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    removed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            # Also what every push with origins looks up.
            models.UniqueConstraint(fields=["user", "platform", "external_id"], name="removedorigin_user_origin")
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.external_id}"


class DeviceSync(models.Model):
    """How a device's synchronisation stands."""

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_push_at = models.DateTimeField(null=True, blank=True)
    last_pull_at = models.DateTimeField(null=True, blank=True, help_text="When it last had everything, to the minute.")
    pulled_seq = models.BigIntegerField(
        default=0, db_default=0, help_text="The change number up to which it has pulled."
    )
    clock_skew_seconds = models.IntegerField(null=True, blank=True, help_text="How far its clock is ahead of ours.")

    class Meta:
        verbose_name_plural = "device syncs"

    def __str__(self) -> str:
        return str(self.device_id)


class RefusedChange(models.Model):
    """A pushed change that was not acceptable: which and why, never what it said. Kept for 30 days."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=40, blank=True)
    uid = models.UUIDField("id in the API", null=True, blank=True)
    code = models.CharField(max_length=60)
    pointer = models.CharField(max_length=200, blank=True)
    refused_at = models.DateTimeField(help_text="The last time.")

    class Meta:
        constraints = [
            # A phone that sends the same again and again fills one row.
            models.UniqueConstraint(
                fields=["user", "device", "record_type", "uid", "code", "pointer"],
                name="refusedchange_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            # A participant's latest, and what is too old to keep.
            models.Index(fields=["user", "-refused_at"], name="refusedchange_user"),
            models.Index(fields=["refused_at"], name="refusedchange_age"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.uid}: {self.code}"
