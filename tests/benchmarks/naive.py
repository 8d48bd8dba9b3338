"""What Engram is compared with: one Celery task per participant, everything through the ORM."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from tracker.models import (
    CognitiveLog,
    DayMark,
    DietLog,
    ExerciseLog,
    ParticipantFacts,
    WeekConfirmation,
    WeeklyScore,
)
from tracker.scoring import records
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week

BENCH_QUEUE = "bench"


@shared_task
def score_participant(user_id: str, week_text: str) -> None:
    week = Week.parse(week_text)
    mine = {"user_id": user_id, "deleted_at": None, "local_date__range": (week.first_day, week.last_day)}
    confirmed = WeekConfirmation.objects.filter(user_id=user_id, week=week.monday).first()
    facts = ParticipantFacts.objects.filter(user_id=user_id, from_week__lte=week.monday).order_by("-from_week").first()
    score = score_week(
        records.WeekRecords(
            week=week,
            exercise=tuple(
                records.ExerciseRecord(
                    str(log.uid), log.local_date, log.duration_seconds, log.intensity, log.strength, log.balance
                )
                for log in ExerciseLog.objects.filter(**mine)
            ),
            cognitive=tuple(
                records.CognitiveRecord(str(log.uid), log.local_date, log.duration_seconds, log.category, log.social)
                for log in CognitiveLog.objects.filter(**mine)
            ),
            diet=tuple(
                records.DietRecord(str(log.uid), log.local_date, tuple(log.servings))
                for log in DietLog.objects.filter(**mine)
            ),
            marks=tuple(
                records.DayMark(mark.local_date, mark.excused, frozenset(mark.nothing))
                for mark in DayMark.objects.filter(**mine)
            ),
            confirmed=frozenset(confirmed.domains if confirmed else ()),
        ),
        records.ParticipantFacts(facts.birth_year, frozenset(facts.not_applicable or ()))
        if facts
        else records.ParticipantFacts(),
    )
    by_domain = {domain.domain: domain for domain in score.domains}
    defaults = {
        "protocol": score.protocol,
        "score": None if score.score is None else score.score / 10,
        "status": score.status,
        "open_days": score.open_days,
        "logged_days": [by_domain[domain].logged_days for domain in DOMAINS],
        "amounts": [int(item.amount * 100) for domain in score.domains for item in domain.practices],
        "targets": [int(item.target * 100) for domain in score.domains for item in domain.practices],
        "weights": [int(item.weight * 100) for domain in score.domains for item in domain.practices],
        "points": [int((item.points or 0) * 100) for domain in score.domains for item in domain.practices],
        "input_hash": b"",
        "revision": 1,
        "scored_at": timezone.now(),
    }
    for name, domain in by_domain.items():
        defaults[f"{name}_score"] = None if domain.score is None else domain.score / 10
        defaults[f"{name}_status"] = domain.status
    WeeklyScore.objects.update_or_create(user_id=user_id, week=week.monday, defaults=defaults)
