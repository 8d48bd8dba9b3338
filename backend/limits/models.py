"""The counters that stand in for Redis while it is away."""

from __future__ import annotations

from django.db import models


class Counter(models.Model):
    """How far somebody has used up one limit. The table is UNLOGGED: after a crash of PostgreSQL all limits are fresh."""

    key = models.CharField(max_length=120, primary_key=True)
    free_at = models.DateTimeField(help_text="When nothing of the limit is used any more.")

    class Meta:
        indexes = [
            # Removing the counters that are free again.
            models.Index(fields=["free_at"], name="limits_counter_free_at")
        ]

    def __str__(self) -> str:
        return self.key
