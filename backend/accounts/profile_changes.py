"""The history of a participant's profile: every change, kept with what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.models import ProfileChange, User


def record_changes(
    user: User, before: Mapping[str, Any], after: Mapping[str, Any], *, device_id: UUID | None, now: datetime
) -> int:
    """Write down what differs between two plain documents of the profile, in the caller's transaction; returns how much."""
    changes = [
        ProfileChange(
            user=user, changed_at=now, field=field, before=before.get(field), after=value, device_id=device_id
        )
        for field, value in after.items()
        if value != before.get(field)
    ]
    return len(ProfileChange.objects.bulk_create(changes))
