"""Goals of the participant's own for a practice, from a week on."""

from __future__ import annotations

from django.db import models

from backend.sync.models import SyncedRecord
from tracker.models.activity import one_of
from tracker.models.quick_logging import DELETED
from tracker.scoring.protocol import PRACTICES

PRACTICE_CODES = tuple(PRACTICES)


class PracticeGoal(SyncedRecord):
    """What a practice should come to in a week, in its unit. It steers guidance and displays; nothing is scored by it.

    A participant's goals are read by the unique index on (user, uid): there are few.
    """

    practice = models.CharField(max_length=40, null=True, choices=[(code, code) for code in PRACTICE_CODES])
    from_week = models.DateField(null=True, help_text="The Monday of the first week that it holds for.")
    amount = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    weekly_step = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Added in each week that follows."
    )
    until_amount = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Where the steps end."
    )

    class Meta(SyncedRecord.Meta):
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(
                name="practicegoal_complete",
                condition=DELETED | models.Q(practice__isnull=False, from_week__isnull=False, amount__isnull=False),
            ),
            models.CheckConstraint(
                name="practicegoal_monday",
                condition=models.Q(from_week__isnull=True) | models.Q(from_week__iso_week_day=1),
            ),
            models.CheckConstraint(
                name="practicegoal_positive",
                condition=(models.Q(amount__isnull=True) | models.Q(amount__gt=0))
                & (models.Q(until_amount__isnull=True) | models.Q(until_amount__gt=0)),
            ),
            one_of("practicegoal_codes", practice=PRACTICE_CODES),
        ]
