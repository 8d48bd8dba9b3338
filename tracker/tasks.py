"""Celery wake-ups: each makes one call, takes nothing but what PostgreSQL holds, and is safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from backend.outbox import pushing, sending
from tracker import weekly_scores, weekly_summaries


@shared_task
def score_due_weeks() -> None:
    weekly_scores.score_due_weeks()


@shared_task
def close_weeks() -> None:
    weekly_summaries.close_weeks(now=timezone.now())


@shared_task
def send_mail() -> None:
    sending.send_mail()


@shared_task
def send_pushes() -> None:
    pushing.send_pushes()
