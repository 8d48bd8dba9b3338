"""Who read, changed or took away what of which participant: a chain that only grows.

PostgreSQL itself numbers, dates and chains the entries (by a trigger), refuses every change of them, and keeps
the chain's head. The application's role can insert and read, and nothing else.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Action(models.TextChoices):
    READ = "read", "Read"
    CHANGE = "change", "Change"
    EXPORT = "export", "Export"
    PURPOSE = "purpose", "Stated a purpose"
    SIGN_IN = "sign_in", "Signed in"


class Entry(models.Model):
    """One thing that somebody on the staff did. `what` says it without any text that a participant could be known by."""

    id = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 … without a gap.")
    at = models.DateTimeField()
    actor = models.UUIDField(help_text="Whose account. It stays when the account goes.")
    action = models.CharField(max_length=20, choices=Action)
    model = models.CharField(max_length=60, help_text="The table, such as tracker.dietlog.")
    what = models.JSONField()
    participants = ArrayField(models.BinaryField(), help_text="Pseudonyms of everybody it concerned.")
    purpose = models.CharField(max_length=120)
    request_id = models.CharField(max_length=40)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit"
        default_permissions = ("view",)
        permissions = [("export_participants", "Can download participants' data as CSV")]
        constraints = [models.CheckConstraint(condition=models.Q(action__in=Action.values), name="audit_entry_action")]
        indexes = [
            # The audit page: everything that concerned one participant.
            GinIndex(fields=["participants"], name="audit_entry_participants"),
            # The audit page: what one member of staff did, newest first.
            models.Index(fields=["actor", "-id"], name="audit_entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.model}"


class Head(models.Model):
    """How long the chain is and what it ends with: one row, which only the trigger writes."""

    id = models.BooleanField(primary_key=True, default=True)
    entries = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=True), name="audit_head_one_row")]

    def __str__(self) -> str:
        return f"{self.entries}:{bytes(self.hash).hex()}"


class ParticipantKey(models.Model):
    """What makes a participant's pseudonym. Erasure takes the key with the account, and entries then point at nobody."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    key = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user_id)
