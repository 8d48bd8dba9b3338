"""The texts of guidance as staff write them: a text and its versions, of which one at most is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Now

TURN_CHOICES = [(turn, f"{name} of every four weeks") for turn, name in enumerate(("First", "Second", "Third", "Last"))]


class GuidanceKind(models.TextChoices):
    SUGGESTION = "suggestion", "Suggestion"
    ENCOURAGEMENT = "encouragement", "Encouragement"


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    REVIEWED = "reviewed", "Reviewed"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


OPEN = (VersionState.DRAFT, VersionState.REVIEWED)


class GuidanceLibraryState(models.Model):
    """How often the published texts have changed: one row. Whoever changes a text holds its lock until the commit."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="guidancelibrarystate_one_row")]

    def __str__(self) -> str:
        return str(self.number)


class GuidanceTexts(models.Manager["GuidanceText"]):
    def lock_library(self) -> None:
        """Take the library's lock until the commit, before reading what is to be changed."""
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO tracker_guidancelibrarystate (id, number) VALUES (1, 0) ON CONFLICT DO NOTHING")
            cursor.execute("SELECT number FROM tracker_guidancelibrarystate FOR UPDATE")

    def next_library_number(self, *, now: datetime) -> None:
        """What is published has changed. Runs in the transaction of the change, under the lock."""
        GuidanceLibraryState.objects.update(number=models.F("number") + 1, changed_at=now)


class GuidanceText(models.Model):
    """What stays of a text while its versions come and go. Participants' opinions of suggestions name its code."""

    code = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=13, choices=GuidanceKind)
    practice = models.CharField(max_length=40, help_text="Of an encouragement also logging or rest.")
    turn = models.PositiveSmallIntegerField(choices=TURN_CHOICES)

    objects = GuidanceTexts()

    class Meta:
        verbose_name = "guidance text"
        permissions = [("review_guidancetext", "Can review, publish and retire guidance texts")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=GuidanceKind.values), name="guidancetext_kind"),
            models.CheckConstraint(condition=models.Q(turn__lt=4), name="guidancetext_turn"),
        ]

    def __str__(self) -> str:
        return self.code

    def document(self, content: dict[str, Any]) -> dict[str, Any]:
        """A version's content in the form of the project's own files."""
        return {"id": self.code, "practice": self.practice, "turn": self.turn, **content}


class GuidanceVersion(models.Model):
    """One wording of a text, with what it asks for and whom it fits. A new one begins as a draft; what was published once
    stays as it was.

    Whose accounts wrote and reviewed it stays when the accounts go, as in the audit.
    """

    text = models.ForeignKey(GuidanceText, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(help_text="1, 2, 3 … of each text.")
    state = models.CharField(max_length=9, choices=VersionState, default=VersionState.DRAFT)
    content = models.JSONField(help_text="As in tracker/data/suggestions, less id, practice and turn.")
    from_release = models.BooleanField(default=False, help_text="Brought by a release, where it was reviewed.")
    author = models.UUIDField(null=True, help_text="Whose account began it.")
    writers = ArrayField(models.UUIDField(), default=list, help_text="Everybody who changed it, the author first.")
    reviewer = models.UUIDField(null=True)
    publisher = models.UUIDField(null=True)
    retired_by = models.UUIDField(null=True)
    note = models.CharField(max_length=200, blank=True, default="", help_text="What changed, and why.")
    checked_by = models.CharField(
        max_length=32, blank=True, default="", help_text="Digest of the wellness rules that it passed last."
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="guidanceversion_number"),
            models.UniqueConstraint(
                fields=["text"], condition=models.Q(state=VersionState.PUBLISHED), name="guidanceversion_one_published"
            ),
            models.UniqueConstraint(
                fields=["text"], condition=models.Q(state__in=OPEN), name="guidanceversion_one_open"
            ),
            models.CheckConstraint(condition=models.Q(state__in=VersionState.values), name="guidanceversion_state"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[VersionState.REVIEWED, VersionState.PUBLISHED])
                | models.Q(from_release=True)
                | models.Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="guidanceversion_reviewed",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewer__isnull=True)
                | ~models.Q(reviewer=models.F("author"))
                & ~models.Q(
                    writers__contains=models.Func(
                        models.F("reviewer"),
                        function="ARRAY",
                        template="%(function)s[%(expressions)s]",
                        output_field=ArrayField(models.UUIDField()),
                    )
                ),
                name="guidanceversion_other_reviewer",
            ),
            models.CheckConstraint(
                condition=models.Q(from_release=True, author__isnull=True, reviewer__isnull=True)
                | models.Q(from_release=False, author__isnull=False),
                name="guidanceversion_author",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=VersionState.PUBLISHED) | models.Q(published_at__isnull=False),
                name="guidanceversion_published_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text_id}, version {self.number}"

    @property
    def is_open(self) -> bool:
        """Still being written: a draft, or reviewed and not published."""
        return self.state in OPEN
