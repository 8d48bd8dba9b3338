"""The weekly close: when a participant's chosen hour has come, the week before gets its final score and its summary mail.

Both are written in one transaction. Later changes revise the score and send nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from backend.accounts.addresses import with_confirmed_address
from backend.accounts.models import User
from backend.accounts.push_tokens import reachable
from backend.languages import closest_language
from backend.outbox.enqueuing import NewMail, enqueue, send_soon
from backend.outbox.kinds import register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.pushing import NewPush, enqueue_pushes, pushes_are_on
from backend.sync.epochs import latest_restore
from backend.sync.models import SyncCounter
from tracker.guidance.library import Library
from tracker.guidance.published import published_library
from tracker.models import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation, WeeklyScore
from tracker.scoring.records import WeekRecords
from tracker.scoring.weeks import Week
from tracker.summary_choices import SUBSCRIPTION
from tracker.summary_documents import is_silent, mail_context, mail_context_now
from tracker.summary_mail import render_summary
from tracker.summary_sources import KIND, Key, SummarySources, read_sources, summary_key
from tracker.week_records import read_weeks
from tracker.weekly_scores import close_scores

PUSH_KIND = "week_ready"
BATCH_SIZE = 500
# A summary is for the morning that it was asked for; nothing older than this is sent.
SENDABLE_FOR = timedelta(days=3)
# In so many weeks in a row without a log, a short note comes instead; then none, until something is logged again.
SHORT_NOTES = 3
# A push says that there is something new: a day later it isn't.
PUSHABLE_FOR = timedelta(days=1)
HOUR = timedelta(hours=1)
# Between two tries for a participant whose close fails.
SHORTEST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)

logger = structlog.get_logger(__name__)


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
        at = _at_home(user, day)
        if at > moment:
            break
    return Occurrence(at, Week.of(day).previous())


def latest_occurrence(user: User, now: datetime) -> Occurrence:
    """The last one that has come by `now`."""
    week = Week.of(now.astimezone(ZoneInfo(user.home_time_zone)).date()).previous()
    occurrence = occurrence_that_closes(user, week)
    return occurrence if occurrence.at <= now else occurrence_that_closes(user, week.previous())


def occurrence_that_closes(user: User, week: Week) -> Occurrence:
    """The chosen weekday and hour in the week after `week`."""
    day = week.next().monday + timedelta(days=user.weekly_email_weekday)
    return Occurrence(_at_home(user, day), week)


def _at_home(user: User, day: date) -> datetime:
    return datetime.combine(day, time(user.weekly_email_hour), tzinfo=ZoneInfo(user.home_time_zone)).astimezone(UTC)


def spread(user_id: UUID) -> timedelta:
    """How long after the hour this participant's mail leaves, the same every week: everybody's Monday 08:00 is spread over the
    first `MAIL_SPREAD_SECONDS`."""
    return timedelta(seconds=crc32(user_id.bytes) % max(settings.MAIL_SPREAD_SECONDS, 1))


def close_weeks(*, now: datetime) -> int:
    """Close the week of everybody whose hour has come, in batches; returns how many weeks. Any number may run at once."""
    closed = 0
    while users := _whose_hour_has_come(now):
        closed += _close_part(users, now)
    return closed


def _due(now: datetime) -> QuerySet[User]:
    """Everybody whose hour has come and who has ever logged something (nobody else has weeks), locked, if nobody else's."""
    due = Q(next_weekly_email_at__isnull=True) | Q(next_weekly_email_at__lte=now)
    takes_part = Exists(SyncCounter.objects.filter(user=OuterRef("pk")))
    return User.objects.filter(due, takes_part, is_active=True).select_for_update(skip_locked=True, no_key=True)


@transaction.atomic
def _whose_hour_has_come(now: datetime) -> list[UUID]:
    """The next batch."""
    first = F("next_weekly_email_at").asc(nulls_first=True)
    return list(_due(now).order_by(first).values_list("pk", flat=True)[:BATCH_SIZE])


def _close_part(users: Sequence[UUID], now: datetime) -> int:
    """Close these participants' weeks in one transaction; returns how many. If it fails, halve them until whoever makes it
    fail stands alone: that one is put off, and keeps nobody else from their close."""
    try:
        with transaction.atomic():
            return _close(list(_due(now).filter(pk__in=users)), now)
    except (OperationalError, InterfaceError):  # PostgreSQL's trouble, and no participant's
        raise
    except Exception:
        if len(users) == 1:
            _put_off(users[0], now)
            return 0
    half = len(users) // 2
    return _close_part(users[:half], now) + _close_part(users[half:], now)


def _put_off(pk: UUID, now: datetime) -> None:
    """Try one participant again later, from an exception handler: after a minute, and from then on whenever the time since
    the hour has doubled, at least every six hours. What is owed stays owed, and a change of choices is tried at once."""
    try:
        late = now - latest_occurrence(User.objects.get(pk=pk), now).at
    except (ZoneInfoNotFoundError, ValueError):  # the choices themselves are what fails
        late = LONGEST_PAUSE
    again = now + min(max(late, SHORTEST_PAUSE), LONGEST_PAUSE)
    logger.exception("close_failed", user=str(pk), again=again.isoformat())
    User.objects.filter(pk=pk).update(next_weekly_email_at=again)


def _close(users: list[User], now: datetime) -> int:
    come: list[tuple[User, Occurrence]] = []
    owed = _first_weeks_owed(users)
    for user in users:
        occurrence = _current_occurrence(user, owed.get(user.pk), now)
        if occurrence.at <= now:
            come.append((user, occurrence))
            occurrence = occurrence_after(user, occurrence.at)
        user.next_weekly_email_at = occurrence.at
    to_close = _not_closed_yet(come)
    if come:
        close_scores(to_close, now=now)
        keys = [(user.pk, occurrence.week) for user, occurrence in come]
        library = published_library()
        sources = read_sources(keys, library.codes)
        enqueue(_mails(come, sources, library, now))
        if pushes_are_on():
            closed_now = set(to_close)
            fresh = [(user, at) for user, at in come if (user.pk, at.week.monday) in closed_now]
            enqueue_pushes(_pushes(fresh, sources, now))
        send_soon()
    User.objects.bulk_update(users, ["next_weekly_email_at"])
    return len(to_close)


def _current_occurrence(user: User, owed: Week | None, now: datetime) -> Occurrence:
    """The first occurrence whose week is still owed, else what `next_weekly_email_at` stands for.

    That time is only a hint when to look: each change of choices empties it, and what was planned for before may have come
    and gone meanwhile. When it is empty, an hour that has begun has come.
    """
    if owed is not None and owed <= latest_occurrence(user, now).week:
        return occurrence_that_closes(user, owed)
    planned = user.next_weekly_email_at
    return occurrence_after(user, (planned or now) - (timedelta(microseconds=1) if planned else HOUR))


def _first_weeks_owed(users: Sequence[User]) -> dict[UUID, Week]:
    """The first week of each participant that is not closed yet, whether it is over or not.

    After a close that is the next week; before the first one, the week that the first occurrence after their first record
    closes. So nobody gets the summary of a week for logging something after its hour.
    """
    last = WeeklyScore.objects.filter(user=OuterRef("pk"), closed_at__isnull=False).order_by("-week").values("week")[:1]
    closed = User.objects.filter(pk__in=[user.pk for user in users]).annotate(last=Subquery(last))
    weeks = {pk: Week(monday).next() for pk, monday in closed.values_list("pk", "last") if monday}
    beginners = {user.pk: user for user in users if user.pk not in weeks}
    for pk, began in _first_received(beginners).items():
        weeks[pk] = occurrence_after(beginners[pk], began).week
    return weeks


def _first_received(users: Collection[UUID]) -> dict[UUID, datetime]:
    """When the first record of each came in."""
    first: dict[UUID, datetime] = {}
    for model in (ExerciseLog, CognitiveLog, DietLog, DayMark, WeekConfirmation) if users else ():
        received = model._default_manager.filter(user__in=users).values_list("user").annotate(Min("received_at"))
        for pk, moment in received.order_by():
            first[pk] = min(moment, first.get(pk, moment))
    return first


def _not_closed_yet(come: Sequence[tuple[User, Occurrence]]) -> list[tuple[UUID, date]]:
    """The weeks to close: the hour may come twice for one, by a change of choices."""
    keys = [(user.pk, occurrence.week.monday) for user, occurrence in come]
    stored = WeeklyScore.objects.filter(
        user__in={pk for pk, _ in keys}, week__in={monday for _, monday in keys}, closed_at__isnull=False
    )
    closed = set(stored.values_list("user", "week"))
    return [key for key in keys if key not in closed]


def _mails(
    come: Sequence[tuple[User, Occurrence]], sources: Mapping[Key, SummarySources], library: Library, now: datetime
) -> Iterable[NewMail]:
    """For those who want one, at an address that they have confirmed: a slip at sign-up must not reach a stranger.

    Of an hour that had come before the database was restored, nobody knows whether the mail was sent.
    """
    restored_at = latest_restore()
    confirmed = with_confirmed_address(user.pk for user, _ in come)
    quiet = _quiet_for_long(come, sources)
    for user, occurrence in come:
        expires_at = occurrence.at + SENDABLE_FOR
        key = (user.pk, occurrence.week)
        wanted = user.weekly_email and user.pk in confirmed and user.pk not in quiet
        if wanted and expires_at > now and _took_part(user, sources[key].stored.records):
            yield NewMail(
                user_id=user.pk,
                kind=KIND,
                dedupe_key=summary_key(*key),
                context=mail_context(user, sources[key], library, closest_language(user.language)),
                not_before=occurrence.at + spread(user.pk),
                expires_at=expires_at,
                perhaps_sent=restored_at is not None and occurrence.at <= restored_at,
            )


def _quiet_for_long(come: Sequence[tuple[User, Occurrence]], sources: Mapping[Key, SummarySources]) -> frozenset[UUID]:
    """Who has logged nothing in the week, nor in the three before it: they have had three short notes, and get no more."""
    silent = {
        user.pk: [occurrence.week.minus(back) for back in range(1, SHORT_NOTES + 1)]
        for user, occurrence in come
        if is_silent(sources[user.pk, occurrence.week].stored.records)
        and _week_of_joining(user) <= occurrence.week.minus(SHORT_NOTES)
    }
    earlier = read_weeks([(user, week) for user, weeks in silent.items() for week in weeks])
    return frozenset(
        user for user, weeks in silent.items() if all(is_silent(earlier[user, week].records) for week in weeks)
    )


def _week_of_joining(user: User) -> Week:
    return Week.of(user.date_joined.astimezone(ZoneInfo(user.home_time_zone)).date())


def rewrite_queued(pk: UUID) -> int:
    """Let the mails that wait to be sent say it as their recipient wants it now: without numbers, in another language, to
    another name. Returns how many there were. Runs in the transaction of the change."""
    user = User.objects.get(pk=pk)
    queued = OutgoingMail.objects.select_for_update().filter(user=user, kind=KIND, state=MailState.PENDING)
    for mail in queued:
        mail.context = mail_context_now(user, Week.parse(mail.context["week"]))
        mail.save(update_fields=["context"])
    return len(queued)


def _pushes(
    come: Sequence[tuple[User, Occurrence]], sources: Mapping[Key, SummarySources], now: datetime
) -> Iterable[NewPush]:
    """For each device that registered: that the week is ready, and which. Only for weeks closed just now, so that a device
    that signs in later is not told again."""
    restored_at = latest_restore()
    devices: dict[UUID, list[UUID]] = {}
    tokens = reachable(now=now).filter(user__in=[user.pk for user, _ in come if user.push_week_ready])
    for user_id, device_id in tokens.order_by("id").values_list("user", "device"):
        devices.setdefault(user_id, []).append(device_id)
    for user, occurrence in come:
        expires_at = occurrence.at + PUSHABLE_FOR
        if expires_at <= now or not _took_part(user, sources[user.pk, occurrence.week].stored.records):
            continue
        for device_id in devices.get(user.pk, ()):
            yield NewPush(
                user_id=user.pk,
                device_id=device_id,
                kind=PUSH_KIND,
                dedupe_key=f"{PUSH_KIND}:{user.pk}:{occurrence.week}:{device_id}",
                data={"type": PUSH_KIND, "week": str(occurrence.week)},
                not_before=occurrence.at + spread(user.pk),
                expires_at=expires_at,
                perhaps_sent=restored_at is not None and occurrence.at <= restored_at,
            )


def _took_part(user: User, records: WeekRecords) -> bool:
    """Was there an account in that week, or has something been logged for it since?"""
    return _week_of_joining(user) <= records.week or bool(records.exercise or records.cognitive or records.diet)


def register_mail_kind() -> None:
    register_kind(KIND, render_summary, subscription=SUBSCRIPTION)
