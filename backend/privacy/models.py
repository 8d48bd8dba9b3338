"""What participants ask of their own data: to be given all of it, and to have all of it erased."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from backend.accounts.models import new_id


class ErasureState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    CANCELLED = "cancelled", "Cancelled"
    ERASING = "erasing", "Erasing"


class ErasureRequest(models.Model):
    """Somebody's wish to be erased, which they can take back until `erases_at`. There is no state for done: then this row is
    gone with all others."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=ErasureState, default=ErasureState.REQUESTED)
    requested_at = models.DateTimeField()
    erases_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    device_id = models.UUIDField(null=True, blank=True, help_text="The device that asked; none for the web page.")

    class Meta:
        constraints = [
            # One at a time; also what reads a participant's own.
            models.UniqueConstraint(
                fields=["user"], name="erasurerequest_open", condition=models.Q(state__in=["requested", "erasing"])
            ),
            models.CheckConstraint(condition=models.Q(state__in=ErasureState.values), name="erasurerequest_state"),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | models.Q(cancelled_at__isnull=False),
                name="erasurerequest_cancelled_at",
            ),
        ]
        indexes = [
            # A participant's requests, newest first, for the export.
            models.Index(fields=["user", "-requested_at"], name="erasurerequest_user"),
            # Whose time has come.
            models.Index(
                fields=["erases_at"],
                name="erasurerequest_due",
                condition=models.Q(state__in=["requested", "erasing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"


class Confirmation(models.Model):
    """How somebody shows that it is really they: tries are counted here before they are judged, and the code that was
    mailed is kept as a keyed hash."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    attempts_until = models.DateTimeField(default=None, null=True)
    codes = models.PositiveIntegerField(default=0)
    codes_until = models.DateTimeField(default=None, null=True)
    code_hash = models.BinaryField(max_length=32, null=True)
    code_ends_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)


class ExportState(models.TextChoices):
    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"


class DataExport(models.Model):
    """Everything that is held about a participant, made by a worker into one zip. The row is the queue: a worker leases it by
    `claim_token`, and writes a part only while the lease is its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.PENDING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    writing = models.CharField(max_length=60, blank=True, default="", help_text="The part of the data being written.")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            # One at a time, whoever asks at once.
            models.UniqueConstraint(
                fields=["user"], name="dataexport_running", condition=models.Q(state__in=["pending", "running"])
            ),
            models.CheckConstraint(condition=models.Q(state__in=ExportState.values), name="dataexport_state"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="dataexport_progress"),
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | models.Q(size__isnull=False, finished_at__isnull=False, expires_at__isnull=False),
                name="dataexport_ready",
            ),
        ]
        indexes = [
            # A participant's exports, newest first.
            models.Index(fields=["user", "-requested_at"], name="dataexport_user"),
            # What to make next.
            models.Index(
                fields=["requested_at"],
                name="dataexport_pending",
                condition=models.Q(state__in=["pending", "running"]),
            ),
            # What to throw away next.
            models.Index(fields=["expires_at"], name="dataexport_expiry", condition=models.Q(state="ready")),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"


class DataExportPart(models.Model):
    """A piece of the zip, numbered from 0. All are of `PART_SIZE` bytes but the last, so any byte is found by its place."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    export = models.ForeignKey(DataExport, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            # Also what a download reads.
            models.UniqueConstraint(fields=["user", "export", "number"], name="dataexportpart_place"),
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.number}"
