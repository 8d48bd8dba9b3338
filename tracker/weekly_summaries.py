"""The weekly close: when a participant's chosen hour has come, the week before gets its final score and its summary mail.

Both are written in one transaction. Later changes revise the score and send nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from backend.accounts.addresses import with_confirmed_address
from backend.accounts.models import User
from backend.outbox.kinds import register_kind
from backend.outbox.sending import NewMail, enqueue
from backend.sync.models import SyncCounter
from backend.wake import wake
from tracker.guidance import choose_guidance, guidance_document
from tracker.scoring.records import WeekRecords
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.summary_mail import render_summary
from tracker.week_documents import domain_document, score_document
from tracker.week_records import StoredWeek, read_weeks
from tracker.weekly_scores import close_scores

KIND = "weekly_summary"
BATCH_SIZE = 500
# A summary is for the morning that it was asked for; nothing older than this is sent.
SENDABLE_FOR = timedelta(days=3)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One coming of a participant's chosen weekday and hour, and the week that is then over at home."""

    at: datetime
    week: Week


def occurrence_after(user: User, moment: datetime) -> Occurrence:
    """The first occurrence later than `moment`."""
    zone = ZoneInfo(user.home_time_zone)
    today = moment.astimezone(zone).date()
    days_ahead = (user.weekly_email_weekday - today.weekday()) % 7
    for day in (today + timedelta(days=days_ahead), today + timedelta(days=days_ahead + 7)):
        at = datetime.combine(day, time(user.weekly_email_hour), tzinfo=zone).astimezone(UTC)
        if at > moment:
            break
    return Occurrence(at, Week.of(day).previous())


def close_weeks(*, now: datetime) -> int:
    """Close the week of everybody whose hour has come, in batches; returns how many weeks. Any number may run at once."""
    closed = 0
    while True:
        with transaction.atomic():
            users = _whose_hour_has_come(now)
            if not users:
                return closed
            closed += _close(users, now)


def _whose_hour_has_come(now: datetime) -> list[User]:
    """Everybody whose hour has come and who has ever logged something: nobody else has weeks."""
    due = Q(next_weekly_email_at__isnull=True) | Q(next_weekly_email_at__lte=now)
    takes_part = Exists(SyncCounter.objects.filter(user=OuterRef("pk")))
    return list(
        User.objects.filter(due, takes_part, is_active=True)
        .order_by(F("next_weekly_email_at").asc(nulls_first=True))
        .select_for_update(skip_locked=True, no_key=True)[:BATCH_SIZE]
    )


def _close(users: list[User], now: datetime) -> int:
    come: list[tuple[User, Occurrence]] = []
    for user in users:
        occurrence = _current_occurrence(user, now)
        if occurrence.at <= now:
            come.append((user, occurrence))
            occurrence = occurrence_after(user, occurrence.at)
        user.next_weekly_email_at = occurrence.at
    if come:
        close_scores([(user.pk, occurrence.week.monday) for user, occurrence in come], now=now)
        stored = read_weeks([(user.pk, occurrence.week) for user, occurrence in come])
        enqueue(_mails(come, stored, now))
        transaction.on_commit(lambda: wake("tracker.tasks.send_mail"))
    User.objects.bulk_update(users, ["next_weekly_email_at"])
    return len(come)


def _current_occurrence(user: User, now: datetime) -> Occurrence:
    """What `next_weekly_email_at` stands for; worked out anew when it is empty. An hour that has begun has come."""
    planned = user.next_weekly_email_at
    return occurrence_after(user, (planned or now) - (timedelta(microseconds=1) if planned else HOUR))


def _mails(come: Sequence[tuple[User, Occurrence]], stored: dict[Any, StoredWeek], now: datetime) -> Iterable[NewMail]:
    """For those who want one, at an address that they have confirmed: a slip at sign-up must not reach a stranger."""
    confirmed = with_confirmed_address(user.pk for user, _ in come)
    for user, occurrence in come:
        expires_at = occurrence.at + SENDABLE_FOR
        week = stored[user.pk, occurrence.week]
        if user.weekly_email and user.pk in confirmed and expires_at > now and _took_part(user, week.records):
            yield NewMail(
                user_id=user.pk,
                kind=KIND,
                dedupe_key=f"{KIND}:{user.pk}:{occurrence.week}",
                context=summary_context(user, week),
                not_before=occurrence.at,
                expires_at=expires_at,
            )


def _took_part(user: User, records: WeekRecords) -> bool:
    """Was there an account in that week, or has something been logged for it since?"""
    joined = user.date_joined.astimezone(ZoneInfo(user.home_time_zone)).date()
    return joined <= records.week.last_day or bool(records.exercise or records.cognitive or records.diet)


def summary_context(user: User, stored: StoredWeek) -> dict[str, Any]:
    """What the summary is filled with, frozen in its row: plain JSON."""
    score = score_week(stored.records, stored.facts)
    guidance = choose_guidance(stored.records, score, stored.facts)
    head = score_document(score)
    return {
        "name": user.display_name,
        "language": user.language,
        "hide_numbers": user.hide_numbers,
        **head,
        "from": head["from"].isoformat(),
        "to": head["to"].isoformat(),
        "domains": [domain_document(domain) for domain in score.domains],
        "guidance": guidance_document(guidance, hide_numbers=user.hide_numbers),
    }


def register_mail_kind() -> None:
    register_kind(KIND, render_summary)
