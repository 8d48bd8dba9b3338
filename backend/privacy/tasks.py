"""Celery wake-ups: each makes one call, takes nothing but what PostgreSQL holds, and is safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.privacy import erasing


@shared_task
def erase_accounts() -> None:
    erasing.erase_due_accounts(now=timezone.now())
