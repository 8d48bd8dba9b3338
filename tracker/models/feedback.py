"""What participants think of suggestions."""

from __future__ import annotations

from django.db import models

from backend.sync.models import SyncedRecord
from tracker.models.activity import one_of

VERDICTS = ("useful", "not_for_me")


class SuggestionFeedback(SyncedRecord):
    """Whether a suggestion was useful, or is not for this participant. Its uid is made from the suggestion; no verdict: taken
    back. A participant's are read by the unique index on (user, uid)."""

    suggestion = models.CharField(max_length=80, null=True, help_text="Its code; texts come and go.")
    verdict = models.CharField(
        max_length=12, null=True, blank=True, choices=[(code, code.replace("_", " ").capitalize()) for code in VERDICTS]
    )

    class Meta(SyncedRecord.Meta):
        verbose_name_plural = "suggestion feedback"
        constraints = [
            *SyncedRecord.Meta.constraints,
            models.CheckConstraint(name="suggestionfeedback_complete", condition=models.Q(suggestion__isnull=False)),
            one_of("suggestionfeedback_codes", verdict=VERDICTS),
        ]
