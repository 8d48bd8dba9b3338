"""What participants log. Each log freezes, when recorded, what scoring needs of the catalogue: scoring joins none, and a
corrected catalogue rewrites no history. A tombstone keeps none of it, which is why content may be null."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.sync.models import SyncedRecord
from tracker.scoring.protocol import COGNITIVE_CATEGORIES, DOMAINS, FOOD_GROUPS, INTENSITIES

INTENSITY_CHOICES = [(code, code.capitalize()) for code in INTENSITIES]
CATEGORY_CHOICES = [(code, code.capitalize()) for code in COGNITIVE_CATEGORIES]
MEALS = ("breakfast", "lunch", "dinner", "snack")
LIVE = models.Q(deleted_at__isnull=True)
AT_MOST_A_DAY = models.Q(duration_seconds__isnull=True) | models.Q(duration_seconds__lte=24 * 60 * 60)


def one_of(name: str, **codes: Collection[str]) -> models.CheckConstraint:
    """Columns that hold one of these codes, or nothing: scoring has a place for no other."""
    condition = models.Q()
    for column, allowed in codes.items():
        condition &= models.Q(**{f"{column}__isnull": True}) | models.Q(**{f"{column}__in": list(allowed)})
    return models.CheckConstraint(condition=condition, name=name)


class Log(SyncedRecord):
    """A log happened at an instant, and on the local date where the participant then was, frozen when it is recorded."""

    utc_offset = models.IntegerField(null=True, help_text="Seconds east of UTC at the start.")
    time_zone = models.CharField(max_length=64, null=True, blank=True, help_text="As the app gave it.")
    local_date = models.DateField(null=True)
    note = models.TextField(blank=True, default="", max_length=2000)

    class Meta(SyncedRecord.Meta):
        abstract = True


class TimedLog(Log):
    activity = models.CharField(max_length=80, null=True)
    activity_name = models.CharField(max_length=120, null=True, blank=True, help_text="The app's own name for it.")
    started_at = models.DateTimeField(null=True)
    duration_seconds = models.PositiveIntegerField(null=True, help_text="Active time, pauses left out.")

    class Meta(Log.Meta):
        abstract = True


class ExerciseLog(TimedLog):
    ended_at = models.DateTimeField(null=True, blank=True)
    effort = models.CharField(max_length=10, null=True, blank=True, choices=INTENSITY_CHOICES)
    distance_m = models.DecimalField(max_digits=9, decimal_places=1, null=True, blank=True)
    separate_session = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Real, says the participant, though another source has a session at the same time.",
    )
    duplicate_of = models.UUIDField(null=True, blank=True, help_text="The log of another source that this one repeats.")
    # Frozen from the catalogue and the effort.
    intensity = models.CharField(max_length=10, null=True, blank=True, choices=INTENSITY_CHOICES)
    strength = models.BooleanField(default=False)
    balance = models.BooleanField(default=False)

    class Meta(TimedLog.Meta):
        constraints = [
            *TimedLog.Meta.constraints,
            models.CheckConstraint(
                name="exerciselog_complete",
                condition=models.Q(deleted_at__isnull=False)
                | models.Q(
                    activity__isnull=False,
                    started_at__isnull=False,
                    utc_offset__isnull=False,
                    local_date__isnull=False,
                    duration_seconds__gt=0,
                ),
            ),
            models.CheckConstraint(condition=AT_MOST_A_DAY, name="exerciselog_at_most_a_day"),
            one_of("exerciselog_codes", intensity=INTENSITIES, effort=INTENSITIES),
        ]
        indexes = [
            *TimedLog.Meta.indexes,
            # Scoring a week, and a page of logs by local date.
            models.Index(fields=["user", "local_date"], name="exerciselog_user_date", condition=LIVE),
        ]


class CognitiveLog(TimedLog):
    social = models.BooleanField(default=False)
    # Frozen from the catalogue.
    category = models.CharField(max_length=12, null=True, choices=CATEGORY_CHOICES)

    class Meta(TimedLog.Meta):
        constraints = [
            *TimedLog.Meta.constraints,
            models.CheckConstraint(
                name="cognitivelog_complete",
                condition=models.Q(deleted_at__isnull=False)
                | models.Q(
                    activity__isnull=False,
                    started_at__isnull=False,
                    utc_offset__isnull=False,
                    local_date__isnull=False,
                    duration_seconds__gt=0,
                    category__isnull=False,
                ),
            ),
            models.CheckConstraint(condition=AT_MOST_A_DAY, name="cognitivelog_at_most_a_day"),
            one_of("cognitivelog_codes", category=COGNITIVE_CATEGORIES),
        ]
        indexes = [
            *TimedLog.Meta.indexes,
            # Scoring a week, and a page of logs by local date.
            models.Index(fields=["user", "local_date"], name="cognitivelog_user_date", condition=LIVE),
        ]


class DietLog(Log):
    """A meal. Its items are written and read whole, so they live in its row; the servings that scoring adds up stand beside
    them in hundredths, in the order of `FOOD_GROUPS`."""

    eaten_at = models.DateTimeField(null=True)
    meal = models.CharField(max_length=10, null=True, choices=[(code, code.capitalize()) for code in MEALS])
    items = models.JSONField(null=True, help_text="[{food, food_group, servings}]")
    servings = ArrayField(models.IntegerField(), size=len(FOOD_GROUPS), null=True)

    class Meta(Log.Meta):
        constraints = [
            *Log.Meta.constraints,
            models.CheckConstraint(
                name="dietlog_complete",
                condition=models.Q(deleted_at__isnull=False)
                | models.Q(
                    eaten_at__isnull=False,
                    utc_offset__isnull=False,
                    local_date__isnull=False,
                    meal__isnull=False,
                    items__isnull=False,
                    servings__len=len(FOOD_GROUPS),
                ),
            ),
            one_of("dietlog_codes", meal=MEALS),
        ]
        indexes = [
            *Log.Meta.indexes,
            # Scoring a week, and a page of logs by local date.
            models.Index(fields=["user", "local_date"], name="dietlog_user_date", condition=LIVE),
        ]


class DayMark(SyncedRecord):
    """For one local date: excused or not, and the domains in which there was nothing to log. Its uid is made from the date."""

    local_date = models.DateField(null=True)
    excused = models.BooleanField(default=False)
    nothing = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            # One a date; also what scoring a week reads.
            models.UniqueConstraint(fields=["user", "local_date"], name="daymark_user_date"),
            models.CheckConstraint(condition=models.Q(nothing__contained_by=list(DOMAINS)), name="daymark_domains"),
        ]


class WeekConfirmation(SyncedRecord):
    """ "Everything is logged", for some domains of one week. Its uid is made from the week."""

    week = models.DateField(null=True, help_text="The week's Monday.")
    domains = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            # One a week; also what scoring a week reads.
            models.UniqueConstraint(fields=["user", "week"], name="weekconfirmation_user_week"),
            models.CheckConstraint(
                condition=models.Q(domains__contained_by=list(DOMAINS)), name="weekconfirmation_domains"
            ),
            models.CheckConstraint(
                condition=models.Q(week__isnull=True) | models.Q(week__iso_week_day=1),
                name="weekconfirmation_monday",
            ),
        ]
