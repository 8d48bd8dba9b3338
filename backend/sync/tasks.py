"""Celery wake-ups: each makes one call, takes nothing but what PostgreSQL holds, and is safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.sync import devices


@shared_task
def forget_old_refusals() -> None:
    devices.forget_old_refusals(now=timezone.now())
