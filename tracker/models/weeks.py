"""Weeks: the facts they are scored by, which are due for scoring, and what came out. A week is stored as its Monday."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tracker.scoring.protocol import DOMAINS, STATUSES, WES_1_0_0, Practice
from tracker.scoring.sensitivity import EqualWeights, with_equal_weights
from tracker.scoring.weeks import Week

STATUS_CHOICES = [(code, code.replace("_", " ").capitalize()) for code in STATUSES]
MONDAY = models.Q(week__iso_week_day=1)


class ParticipantFacts(models.Model):
    """What a participant's weeks are scored by, from `from_week` on, until a later row takes over. Null: never stated."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    from_week = models.DateField(help_text="The Monday of the first week that it holds for.")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    not_applicable = ArrayField(models.CharField(max_length=40), null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    seq = models.BigIntegerField(
        db_default=0, editable=False, help_text="The participant's change number of the change."
    )

    class Meta:
        verbose_name_plural = "participant facts"
        constraints = [
            models.UniqueConstraint(fields=["user", "from_week"], name="participantfacts_user_week"),
            models.CheckConstraint(condition=models.Q(from_week__iso_week_day=1), name="participantfacts_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} from {Week(self.from_week)}"


class DueWeek(models.Model):
    """A week whose records have changed since it was last scored: PostgreSQL's own queue.

    `version` is the change number of the write that made it due. A worker leases rows by `claim_token`, and what it scored
    counts only for the rows that still carry its token and the version it claimed. No column that marking or claiming changes
    is indexed, and pages keep half their space free, so that both update rows in place (PostgreSQL's heap-only tuples).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    version = models.BigIntegerField()
    due_at = models.DateTimeField(db_default=Now(), editable=False)
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    quarantined_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "week"], name="dueweek_user_week"),
            models.CheckConstraint(condition=MONDAY, name="dueweek_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {Week(self.week)}"


@dataclass(frozen=True, slots=True)
class StoredPractice:
    """`amount` and `target` in the practice's unit, `weight` of the domain, `points` of its 100 (None: no number)."""

    practice: Practice
    amount: float
    target: float
    weight: float
    points: float | None


class ScoreOfWeek(models.Model):
    """One result: what a participant's week came to, and the facts that it was made from.

    The four arrays run in the order of the protocol's practices, null where a practice did not apply: `amounts` in base
    units (seconds, hundredths of a serving, days), the others in hundredths of the unit, the whole weight and a point.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    protocol = models.CharField(max_length=20)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    status = models.CharField(max_length=20, choices=STATUS_CHOICES)
    exercise_score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    exercise_status = models.CharField(max_length=20, choices=STATUS_CHOICES)
    cognitive_score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    cognitive_status = models.CharField(max_length=20, choices=STATUS_CHOICES)
    diet_score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    diet_status = models.CharField(max_length=20, choices=STATUS_CHOICES)
    open_days = models.PositiveSmallIntegerField(help_text="Days that are not excused.")
    logged_days = ArrayField(models.PositiveSmallIntegerField(), size=len(DOMAINS))
    amounts = ArrayField(models.IntegerField(null=True))
    targets = ArrayField(models.IntegerField(null=True))
    weights = ArrayField(models.IntegerField(null=True))
    points = ArrayField(models.IntegerField(null=True))
    birth_year = models.PositiveSmallIntegerField(null=True)
    not_applicable = ArrayField(models.CharField(max_length=40), default=list)
    revision = models.PositiveIntegerField(help_text="Grows only when the result has changed.")
    seq = models.BigIntegerField(
        db_default=0, editable=False, help_text="The newest of the participant's changes that it takes into account."
    )
    scored_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.user_id} {Week(self.week)}: {self.score}"

    def practices(self) -> list[StoredPractice]:
        """The practices that applied, in the protocol's order."""
        columns = zip(WES_1_0_0.practices, self.amounts, self.targets, self.weights, self.points, strict=True)
        return [
            StoredPractice(
                practice=practice,
                amount=amount / practice.base_per_unit,
                target=target / 100,
                weight=weight / 100,
                points=None if points is None else points / 100,
            )
            for practice, amount, target, weight, points in columns
            if amount is not None and target is not None and weight is not None
        ]


class WeeklyScore(ScoreOfWeek):
    """The score of one participant's week as it stands."""

    input_hash = models.BinaryField(max_length=16)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When the week's summary was made.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "week"], name="weeklyscore_user_week"),
            models.CheckConstraint(condition=MONDAY, name="weeklyscore_monday"),
            models.CheckConstraint(
                name="weeklyscore_bounded",
                condition=models.Q(score__isnull=True) | models.Q(score__gte=0, score__lte=100),
            ),
            models.CheckConstraint(
                name="weeklyscore_domains_bounded",
                condition=(models.Q(exercise_score__isnull=True) | models.Q(exercise_score__range=(0, 100)))
                & (models.Q(cognitive_score__isnull=True) | models.Q(cognitive_score__range=(0, 100)))
                & (models.Q(diet_score__isnull=True) | models.Q(diet_score__range=(0, 100))),
            ),
        ]
        indexes = [
            # The dashboard: one week over all participants.
            models.Index(fields=["week", "score"], name="weeklyscore_week_score")
        ]

    def equal_weights(self) -> EqualWeights:
        """The score if all weights were equal: exact, from base units and open days, and not from the stored targets, which
        are rounded."""
        done: dict[str, list[tuple[int, int]]] = {domain: [] for domain in DOMAINS}
        for practice, amount in zip(WES_1_0_0.practices, self.amounts, strict=True):
            if amount is not None:
                days = self.open_days if practice.scales_with_days else 7
                done[practice.domain].append((7 * amount, practice.target * days))
        numbers = {
            domain: None if getattr(self, f"{domain}_score") is None else pairs for domain, pairs in done.items()
        }
        return with_equal_weights(numbers, scored=self.score is not None)


class EarlierScore(ScoreOfWeek):
    """The result that a week had before the one it has: kept when a revision replaces it, one for each week."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "week"], name="earlierscore_user_week"),
            models.CheckConstraint(condition=MONDAY, name="earlierscore_monday"),
        ]


class DepartedRecord(models.Model):
    """That a record which a stored score may have counted has left its week: deleted, or moved to another one.

    A tombstone says nothing about its date, so that without this nobody could say why the score has changed. Forgotten when the
    result that the record was part of is no longer kept.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    seq = models.BigIntegerField(help_text="The participant's change number of its leaving.")
    record_type = models.CharField(max_length=40)
    uid = models.UUIDField("id in the API")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "week", "record_type", "uid"], name="departedrecord_user_week"),
            models.CheckConstraint(condition=MONDAY, name="departedrecord_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {Week(self.week)}: {self.record_type} {self.uid}"
