"""The kept history of profiles."""

from __future__ import annotations

from django.db import models

from backend.accounts.models.user import User


class ProfileChange(models.Model):
    """One field of a participant's profile, facts or choices, and when it was changed from what to what."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    field = models.CharField(max_length=40, help_text="As `/v1/me` names it; a dot leads into an object.")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    device_id = models.UUIDField(null=True, blank=True, help_text="The device that changed it.")

    class Meta:
        indexes = [
            # A participant's history, newest first.
            models.Index(fields=["user", "-id"], name="accounts_profilechange_user")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.field}"
