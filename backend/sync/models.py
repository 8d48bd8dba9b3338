"""What every synced record has, and the counter that orders a participant's changes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class SyncCounter(models.Model):
    """The last change number given out to a participant.

    A writer holds this row's lock until its commit, so numbers become visible in order and a reader that follows them can
    never skip a change that commits late. Workers that derive scores never take it.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.seq}"


class SyncedRecord(models.Model):
    """One thing that a participant's app made. The app chooses `uid`; ids are per participant, so nobody can probe or
    squat on another's. Deleting keeps the row as a tombstone, which is final."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    uid = models.UUIDField("id in the API")
    version = models.PositiveIntegerField()
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
