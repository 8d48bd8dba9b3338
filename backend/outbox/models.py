"""Outgoing mail and pushes as rows with a state. The outbox knows neither weeks nor scores: a row has a kind, and what that
kind is filled with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

AT_WORK = ("pending", "connecting", "data_started")


class MailState(models.TextChoices):
    PENDING = "pending", "Pending"
    CONNECTING = "connecting", "Connecting"
    DATA_STARTED = "data_started", "Data started"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"


class Outgoing(models.Model):
    """What a mail and a push have in common: something that leaves once. `dedupe_key` is what makes it the only one of its
    kind; `data_started` is committed before it is handed over, so a crash after that can leave one `unknown`, and never two
    sent. The verbs are in `claims.py`."""

    UNCLAIMED: ClassVar[dict[str, Any]] = {"claim_token": None, "claimed_until": None}
    """The fields of one that nobody is sending."""

    AT_REST: ClassVar[dict[str, Any]] = UNCLAIMED
    """The fields of one that nothing more is done with."""

    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=MailState, default=MailState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Not sent after this.")
    transactional = models.BooleanField(
        db_default=False, help_text="Goes before all others, and again if nobody can say whether it went."
    )
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_reply = models.TextField(blank=True, default="", help_text="What the server that takes it last said.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            # A participant's, newest first.
            models.Index(fields=["user", "-created_at"], name="%(class)s_user"),
            # What to send next.
            models.Index(
                fields=["next_attempt_at"],
                name="%(class)s_pending",
                condition=models.Q(state__in=AT_WORK),
            ),
            models.Index(
                fields=["next_attempt_at"],
                name="%(class)s_urgent",
                condition=models.Q(state__in=AT_WORK, transactional=True),
            ),
            # The dashboard: lately made, and those that need a person, whatever their age.
            models.Index(fields=["created_at", "state"], name="%(class)s_recent"),
            models.Index(
                fields=["state"],
                name="%(class)s_unresolved",
                condition=models.Q(state__in=["unknown", "failed"]),
            ),
        ]
        constraints = [
            # Not by the fields' own `unique`, which makes a second index each, for searches by a beginning.
            models.UniqueConstraint(fields=["dedupe_key"], name="%(class)s_dedupe_key"),
            models.CheckConstraint(condition=models.Q(state__in=MailState.values), name="%(class)s_state"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="%(class)s_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}: {self.state}"


class OutgoingMail(Outgoing):
    """One mail. What holds a code, or goes to an address that is no account's, is sealed for as long as it is to be sent."""

    AT_REST: ClassVar[dict[str, Any]] = {**Outgoing.UNCLAIMED, "sealed": b""}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Nobody: to an address that has no account, and gone once it is sent.",
    )
    sealed = models.BinaryField(blank=True, default=b"", db_default=b"", editable=False)
    context = models.JSONField(default=dict, help_text="What the kind's templates are filled with.")
    message_id = models.CharField(max_length=120)
    provider_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="What the provider calls it."
    )
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="The recipient's server took it.")
    bounced_at = models.DateTimeField(null=True, blank=True, help_text="It came back for good.")
    complained_at = models.DateTimeField(null=True, blank=True, help_text="Its recipient called it spam.")
    delays = ArrayField(
        models.CharField(max_length=100),
        default=list,
        db_default=[],
        blank=True,
        help_text="The provider's ids of what told that the recipient's server did not take it yet.",
    )

    class Meta(Outgoing.Meta):
        verbose_name_plural = "outgoing mail"
        indexes = [
            *Outgoing.Meta.indexes,
            # A provider tells what became of a mail.
            models.Index(fields=["provider_id"], name="outgoingmail_provider_id", condition=~models.Q(provider_id="")),
        ]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["message_id"], name="outgoingmail_message_id"),
            models.CheckConstraint(
                condition=models.Q(sealed=b"") | models.Q(state__in=AT_WORK), name="outgoingmail_unsealed_at_rest"
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(transactional=True), name="outgoingmail_bulk_user"
            ),
        ]


class OutgoingPush(Outgoing):
    """One push to one device. Where that device is reached is looked up when it is sent."""

    device_id = models.UUIDField()
    data = models.JSONField(default=dict, help_text="All that it says: ids, and nothing else.")

    class Meta(Outgoing.Meta):
        verbose_name_plural = "outgoing pushes"


class SuppressionReason(models.TextChoices):
    BOUNCED = "bounced", "Came back for good"
    COMPLAINED = "complained", "Called spam"


class SuppressedAddress(models.Model):
    """An address that gets no bulk mail, as a keyed hash. Nobody's row, on purpose: it outlives the account."""

    address_hash = models.BinaryField(unique=True, editable=False)
    reason = models.CharField(max_length=10, choices=SuppressionReason)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "suppressed addresses"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=SuppressionReason.values), name="suppressedaddress_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.since:%Y-%m-%d}"


class MailKey(models.Model):
    """A random secret of this installation, for one use of `backend.outbox.keys`. Nobody's data, and shown to nobody."""

    use = models.CharField(max_length=20, primary_key=True)
    key = models.BinaryField()

    def __str__(self) -> str:
        return self.use
