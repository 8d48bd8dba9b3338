"""What participants are asked to agree to, word for word, and what each of them decided, and when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Kind(models.TextChoices):
    TERMS = "terms", "Terms of use"
    PRIVACY = "privacy", "Privacy notice"
    RESEARCH = "research", "Use in research"


class ConsentDocumentQuerySet(models.QuerySet["ConsentDocument"]):
    def published(self) -> ConsentDocumentQuerySet:
        return self.filter(published_at__isnull=False)

    def current(self) -> ConsentDocumentQuerySet:
        """The newest published version of each kind."""
        return self.published().order_by("kind", "-version").distinct("kind")


class ConsentDocument(models.Model):
    """One version of a document. A draft can be edited; what is published never changes, which a trigger sees to."""

    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveIntegerField(help_text="1, 2, 3 …, for each kind.")
    texts = models.JSONField(help_text='By language: {"en": {"title": …, "body": …}}, the body as Markdown.')
    content_hash = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256 of the published texts.")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ConsentDocumentQuerySet] = ConsentDocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # Also what finds the current version of each kind.
            models.UniqueConstraint(fields=["kind", "version"], name="consentdocument_kind_version"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="consentdocument_kind"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="consentdocument_version"),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | models.Q(content_hash__regex=r"^[0-9a-f]{64}$"),
                name="consentdocument_hashed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class Decision(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ConsentDecision(models.Model):
    """Somebody's decision about a version. Rows are added and never changed, which a trigger sees to: the newest of a kind
    holds, and all of them together are the history."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    document = models.ForeignKey(ConsentDocument, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, help_text="The document's.")
    decision = models.CharField(max_length=10, choices=Decision)
    decided_at = models.DateTimeField(db_default=Now(), editable=False)
    device_id = models.UUIDField(null=True, blank=True, help_text="The device that sent it.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="consentdecision_kind"),
            models.CheckConstraint(condition=models.Q(decision__in=Decision.values), name="consentdecision_decision"),
        ]
        indexes = [
            # A participant's newest decision of a kind, and the history.
            models.Index(fields=["user", "kind", "-id"], name="consentdecision_user_kind")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.decision}"
