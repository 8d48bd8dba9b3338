"""What participants keep to log quickly: foods and activities of their own, what they starred, meals to be had again.

Nothing here happened at a time, and nothing here is scored: a log says for itself what it was. Pages of each go by id, by the
unique index on (user, uid).
"""

from __future__ import annotations

from django.db import models

from backend.sync.models import SyncedRecord
from tracker.models.activity import AT_MOST_A_DAY, INTENSITY_CHOICES, MEALS, one_of
from tracker.scoring.protocol import INTENSITIES

OWN_DOMAINS = ("exercise", "cognitive")
FAVOURITE_LISTS = (
    "exercise_activities",
    "cognitive_activities",
    "foods",
    "own_foods",
    "own_activities",
    "meal_templates",
)
DELETED = models.Q(deleted_at__isnull=False)


class OwnFood(SyncedRecord):
    """A food or dish of the participant's own. Meals that name it keep what it gave when they were logged."""

    name = models.CharField(max_length=120, null=True)
    household_measure = models.CharField(max_length=120, blank=True, default="", help_text="Such as: a small bowl.")
    gives = models.JSONField(blank=True, default=dict, help_text="Servings of each food group in one measure.")
    note = models.TextField(blank=True, default="", max_length=2000)

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(
                name="ownfood_complete", condition=DELETED | models.Q(name__isnull=False, gives__isnull=False)
            ),
        ]


class OwnActivity(SyncedRecord):
    """A name of the participant's own for an activity of the catalogue, with the values that it usually has."""

    domain = models.CharField(max_length=12, null=True, choices=[(code, code.capitalize()) for code in OWN_DOMAINS])
    name = models.CharField(max_length=120, null=True)
    activity = models.CharField(max_length=80, null=True)
    effort = models.CharField(max_length=10, null=True, blank=True, choices=INTENSITY_CHOICES)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    social = models.BooleanField(null=True, blank=True)

    class Meta(SyncedRecord.Meta):
        verbose_name_plural = "own activities"
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(
                name="ownactivity_complete",
                condition=DELETED | models.Q(domain__isnull=False, name__isnull=False, activity__isnull=False),
            ),
            models.CheckConstraint(condition=AT_MOST_A_DAY, name="ownactivity_at_most_a_day"),
            one_of("ownactivity_codes", domain=OWN_DOMAINS, effort=INTENSITIES),
        ]


class Favourite(SyncedRecord):
    """Something that the participant starred. Two phones may star the same: apps show it once."""

    list = models.CharField(
        max_length=24, null=True, choices=[(name, name.replace("_", " ").capitalize()) for name in FAVOURITE_LISTS]
    )
    entry = models.CharField(max_length=80, null=True, help_text="A code of the catalogue, or the id of a record.")

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(
                name="favourite_complete", condition=DELETED | models.Q(list__isnull=False, entry__isnull=False)
            ),
            one_of("favourite_codes", list=FAVOURITE_LISTS),
        ]


class MealTemplate(SyncedRecord):
    """A meal that the participant has again and again. What it counts for is worked out when it is logged."""

    name = models.CharField(max_length=120, null=True)
    meal = models.CharField(max_length=10, null=True, blank=True, choices=[(code, code.capitalize()) for code in MEALS])
    items = models.JSONField(null=True, help_text="As in diet logs.")

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(
                name="mealtemplate_complete", condition=DELETED | models.Q(name__isnull=False, items__isnull=False)
            ),
            one_of("mealtemplate_codes", meal=MEALS),
        ]
