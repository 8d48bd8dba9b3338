"""Celery wake-ups: each makes one call, takes nothing but what PostgreSQL holds, and is safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.privacy import erasing, exporting


@shared_task
def make_exports() -> None:
    exporting.make_exports(now=timezone.now())


@shared_task
def erase_accounts() -> None:
    erasing.erase_due_accounts(now=timezone.now())
