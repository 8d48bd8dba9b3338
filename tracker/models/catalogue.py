"""What can be logged. Entries retire, they never vanish; a change never touches what was logged before."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from tracker.models.activity import CATEGORY_CHOICES, INTENSITY_CHOICES


class CatalogueVersion(models.Model):
    """How often the catalogue has changed: one row. Whoever changes entries holds its lock until the commit, so that a reader
    who asks for changes since a version misses none."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="catalogueversion_one_row")]

    def __str__(self) -> str:
        return str(self.number)


class CatalogueEntry(models.Model):
    """Labels and synonyms are per language: `{"en": "Brisk walk"}`, `{"en": ["power walk"]}`."""

    history = HistoricalRecords(inherit=True, excluded_fields=["changed_in"])

    code = models.CharField(max_length=80, primary_key=True)
    labels = models.JSONField(default=dict)
    synonyms = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=200, blank=True, default="")
    retired_at = models.DateTimeField(null=True, blank=True)
    changed_in = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        db_index=True,
        help_text="The catalogue's version that changed it last.",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.labels.get("en", self.code))

    @classmethod
    def content_columns(cls) -> tuple[str, ...]:
        """What an entry says, beside its code: the rest tells how it stands in the catalogue."""
        kept = ("code", "retired_at", "changed_in")
        return tuple(field.name for field in cls._meta.concrete_fields if field.name not in kept)

    def say_as(self, other: Self) -> None:
        """Say what another entry does, under its code."""
        for column in ("code", *self.content_columns()):
            setattr(self, column, getattr(other, column))


class ExerciseActivity(CatalogueEntry):
    met = models.DecimalField(
        "MET", max_digits=4, decimal_places=1, null=True, blank=True, help_text="Compendium 2024; empty if uncertain."
    )
    compendium_code = models.CharField(max_length=5, null=True, blank=True)
    intensity = models.CharField(max_length=10, null=True, blank=True, choices=INTENSITY_CHOICES)
    strength = models.BooleanField(default=False)
    balance = models.BooleanField(default=False)
    category = models.CharField(max_length=40)
    platform_names = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta:
        verbose_name_plural = "exercise activities"
        indexes = [
            # Which activity a HealthKit or Health Connect name stands for.
            GinIndex(fields=["platform_names"], name="exerciseactivity_platform")
        ]


class CognitiveActivity(CatalogueEntry):
    category = models.CharField(max_length=12, choices=CATEGORY_CHOICES)
    usually_social = models.BooleanField(default=False)
    examples = models.JSONField(default=dict, blank=True, help_text="Per language, as synonyms are.")

    class Meta:
        verbose_name_plural = "cognitive activities"


class Food(CatalogueEntry):
    """Its group follows from what a household measure of it gives: of several groups for a dish, of none for a food that is
    kept and doesn't count for a practice."""

    category = models.CharField(max_length=40, default="other")
    gives = models.JSONField(
        default=dict,
        blank=True,
        help_text='Servings of each food group in one household measure: {"beans": 1}. Empty: counts for no practice.',
    )
    household_measures = models.JSONField(default=dict)
    common = models.BooleanField(default=False, help_text="Among what people log most: found first.")
