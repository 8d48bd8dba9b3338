"""A year of weekly closes and mails in 40 zones, with workers that look at any moment, twice, out of order or not for days.

PostgreSQL's clock is the simulation's: what is claimed, begun or given up is decided by the very statements that run
otherwise.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.models import Max, Min
from uuid_utils.compat import uuid7

from backend.accounts.models import User
from backend.outbox import claims, sending
from backend.outbox.enqueuing import STOPPED
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.transports import Reply, Transport
from backend.sync.models import SyncCounter
from tests.conftest import exercise, make_phone
from tests.tracker.test_changed_hours import last_week_due
from tests.tracker.test_failing_closes import as_owner
from tracker.models import ExerciseLog, WeeklyScore
from tracker.profiles import change_profile
from tracker.scoring.weeks import Week
from tracker.summary_sources import KIND
from tracker.weekly_summaries import close_weeks, register_mail_kind, spread

pytestmark = pytest.mark.django_db

# Half hours and quarters, both ends of the date, the tropics without and both hemispheres with summer time (Lord Howe's is
# half an hour), and two that skipped 30 December 2011.
ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage",
    "America/Bogota", "America/Caracas", "America/Chicago", "America/Havana", "America/Lima", "America/Los_Angeles",
    "America/Mexico_City", "America/New_York", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Dubai", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo",
    "Asia/Yangon", "Atlantic/Azores", "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Sydney", "Etc/GMT+12",
    "Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Moscow", "Pacific/Apia", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Marquesas",
)  # fmt: skip
# By turns the year in which Samoa skips a day, and one of 53 weeks with today's rules.
FIRST_WEEKS = (Week.parse("2011-W26"), Week.parse("2026-W01"))
WEEKS = 53
# `make test` has one year. More, and others: ENGRAM_YEARS=10 ENGRAM_YEAR_SEED=1000.
YEARS = int(os.environ.get("ENGRAM_YEARS") or 1)
SEED = int(os.environ.get("ENGRAM_YEAR_SEED") or 0)
THREE_DAYS = timedelta(days=3)
SECOND = timedelta(seconds=1)
SKIPPED = {(date(2011, 12, 30), "Pacific/Apia"), (date(2011, 12, 30), "Pacific/Fakaofo")}


class Clock:
    """What PostgreSQL takes for the time: a function of that name is found before its own."""

    def __init__(self) -> None:
        with as_owner() as cursor:
            cursor.execute(
                "CREATE SCHEMA simulated; GRANT USAGE ON SCHEMA simulated TO PUBLIC;"
                " CREATE FUNCTION simulated.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS"
                " $$ SELECT pg_catalog.current_setting('simulated.now')::timestamptz $$;"
                " SET LOCAL search_path = simulated, public, pg_catalog"
            )

    def show(self, now: datetime) -> None:
        self.now = now
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('simulated.now', %s, true)", [now.isoformat()])


@pytest.fixture
def clock(catalogue: None) -> Clock:
    return Clock()


@dataclass
class Inbox(Transport):
    """A mail server that takes everything, and notes when."""

    clock: Clock
    received: list[tuple[str, datetime]] = field(default_factory=list)

    def close(self) -> None:
        pass

    def begin(self, sender: str, recipient: str) -> None:
        pass

    def prepare(self, message: EmailMultiAlternatives) -> str:
        return str(message.extra_headers["Message-ID"])

    def hand_over(self, prepared: str) -> Reply:
        self.received.append((prepared, self.clock.now))
        return Reply("250 Accepted")


@pytest.fixture
def inbox(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    inbox = Inbox(clock)
    monkeypatch.setattr(sending, "open_transport", lambda: inbox)
    register_kind(KIND, lambda context: RenderedMail("Your week", "Text", "<p>HTML</p>"))
    yield inbox
    register_mail_kind()


def make_people(first: Week, chance: random.Random) -> list[User]:
    """One in each zone, with a log in each week; the first of them came in on the first Thursday."""
    began = datetime.combine(first.days[3], time(0), tzinfo=UTC)
    phones = [
        make_phone(
            home_time_zone=zone,
            date_joined=began - timedelta(days=30),
            weekly_email_weekday=chance.randrange(7),
            weekly_email_hour=chance.randrange(24),
        )
        for zone in ZONES
    ]
    phones[0].post("/v1/exercise-logs", exercise(first.first_day))
    log = ExerciseLog.objects.get()
    for phone in phones:
        SyncCounter.objects.get_or_create(user=phone.user)
    ExerciseLog.objects.bulk_create(_copies(log, [phone.user for phone in phones], first, chance))
    log.delete()
    ExerciseLog.objects.update(received_at=began)
    return [phone.user for phone in phones]


def _copies(log: ExerciseLog, people: list[User], first: Week, chance: random.Random) -> Iterator[ExerciseLog]:
    values = {column.attname: getattr(log, column.attname) for column in ExerciseLog._meta.concrete_fields}
    del values["id"]
    for user in people:
        for number in range(-1, WEEKS + 3):
            day = first.minus(-number).first_day + timedelta(days=chance.randrange(7))
            yield ExerciseLog(**values | {"user_id": user.pk, "uid": uuid4(), "local_date": day})


class Year:
    """What happens, and what must hold at each step."""

    def __init__(self, inbox: Inbox, first: Week, chance: random.Random) -> None:
        self.clock, self.inbox, self.chance = inbox.clock, inbox, chance
        self.people = {user.pk: user for user in make_people(first, chance)}
        self.first = first
        self.now = datetime.combine(first.days[3], time(12), tzinfo=UTC)
        self.closed: set[tuple[UUID, Week]] = set()
        self.mails: dict[int, datetime] = {}  # by row: its hour
        self.looks: list[datetime] = []  # when somebody looked for mails to send
        self.looks_before: dict[int, int] = {}  # by row: how many of these came before it was written
        self.vanished = self.now - claims.LEASE
        self.counts: Counter[str] = Counter()

    def pass_time(self) -> None:
        """Minutes, hours, days; or to the very moment of somebody's hour, or the second before it."""
        draw = self.chance.random()
        if draw < 0.15 and (planned := self._next_hour()):
            self.now = max(self.now, planned - self.chance.choice([timedelta(0), SECOND]))
        elif draw < 0.5:
            self.now += timedelta(seconds=self.chance.randrange(3600))
        elif draw < 0.9:
            self.now += timedelta(minutes=self.chance.randrange(12 * 60))
        elif draw < 0.98:
            self.now += timedelta(minutes=self.chance.randrange(48 * 60))
        else:
            self.now += timedelta(hours=self.chance.randrange(16 * 24))
            self.counts["outages of up to 16 days"] += 1
        self.clock.show(self.now)

    def _next_hour(self) -> datetime | None:
        first: datetime | None = User.objects.aggregate(first=Min("next_weekly_email_at"))["first"]
        return first

    def change(self) -> None:
        """Somebody moves, or chooses another weekday, another hour, or no mail for now."""
        user = self.chance.choice(list(self.people.values()))
        changes: list[dict[str, Any]] = [
            {"home_time_zone": self.chance.choice(ZONES)},
            {"weekly_email_weekday": self.chance.randrange(7)},
            {"weekly_email_hour": self.chance.randrange(24)},
            {"weekly_email": not user.weekly_email or self.chance.random() < 0.3},
        ]
        change_profile(user, self.chance.choice(changes), now=self.now)
        user.refresh_from_db()
        self.counts["changes"] += 1

    def close(self) -> None:
        """A look of the workers, now or by a clock that is hours late, once or twice."""
        late = timedelta(minutes=self.chance.randrange(300)) if self.chance.random() < 0.05 else timedelta(0)
        self._close(self.now - late)

    def close_in_time(self) -> None:
        self._close(self.now)

    def _close(self, looked: datetime) -> None:
        last = OutgoingMail.objects.aggregate(last=Max("pk"))["last"] or 0
        count = close_weeks(now=looked)
        rows = WeeklyScore.objects.filter(closed_at=looked).values_list("user", "week")
        fresh = {(pk, Week(monday)) for pk, monday in rows} - self.closed
        assert len(fresh) == count, "A week was closed twice, or not counted."
        mails = list(OutgoingMail.objects.filter(pk__gt=last))
        for pk, week in fresh:
            assert self._at_home(pk, looked) >= self._chosen(pk, week), "Closed before its time at home."
        self.closed |= fresh
        self._check_mails(mails, fresh, looked)
        if self.chance.random() < 0.2:
            assert close_weeks(now=looked) == 0
            assert OutgoingMail.objects.filter(pk__gt=last).count() == len(mails)
        self.counts["looks"] += 1

    def _check_mails(self, mails: list[OutgoingMail], fresh: set[tuple[UUID, Week]], looked: datetime) -> None:
        """A mail for each week that was just closed, unless it is not wanted or its hour was three days ago."""
        written = set()
        for mail in mails:
            week = Week.parse(mail.dedupe_key[-8:])
            assert mail.user_id is not None
            written.add((mail.user_id, week))
            assert (mail.user_id, week) in self.closed
            assert mail.expires_at is not None
            hour = mail.expires_at - THREE_DAYS
            assert hour <= looked < mail.expires_at, "A stale one, or one before its time."
            assert mail.next_attempt_at == hour + spread(mail.user_id)
            chosen = self._chosen(mail.user_id, week)
            assert self._at_home(mail.user_id, hour) >= chosen
            zone = self.people[mail.user_id].home_time_zone
            if (chosen.date(), zone) not in SKIPPED:
                assert self._at_home(mail.user_id, hour - SECOND) < chosen, "Not the first moment of that hour."
            self.mails[mail.pk], self.looks_before[mail.pk] = hour, len(self.looks)
        for pk, week in fresh - written:
            over = self._at_home(pk, looked - THREE_DAYS) >= self._chosen(pk, week)
            assert over or not self.people[pk].weekly_email, "A mail is missing."
            self.counts["stale"] += over
        assert len({pk for pk, _ in written}) == len(written), "Two mails at once for somebody."

    def _at_home(self, pk: UUID, moment: datetime) -> datetime:
        """What the clock on the wall shows."""
        return moment.astimezone(ZoneInfo(self.people[pk].home_time_zone)).replace(tzinfo=None)

    def _chosen(self, pk: UUID, week: Week) -> datetime:
        """What the clock on the wall shows when that week's mail is to come."""
        user = self.people[pk]
        day = week.next().days[user.weekly_email_weekday]
        return datetime.combine(day, time(user.weekly_email_hour))

    def send(self) -> None:
        if self.chance.random() < 0.05:
            self.counts["mails whose sender vanished"] += len(claims.claim(OutgoingMail))
            self.vanished = self.now
        else:
            sending.send_mail()
            if self.now > self.vanished + claims.LEASE:
                self.looks.append(self.now)

    def let_mails_expire(self) -> None:
        self.now += timedelta(days=4)
        self.clock.show(self.now)
        claims.settle_abandoned(OutgoingMail)

    def check_inbox(self) -> None:
        """Each mail once and in its time; none that was given up although somebody could have sent it."""
        received = Counter(message_id for message_id, _ in self.inbox.received)
        moments = dict(self.inbox.received)
        for mail in OutgoingMail.objects.all():
            hour = self.mails[mail.pk]
            assert mail.user_id is not None
            ready, over = hour + spread(mail.user_id), hour + THREE_DAYS
            if mail.state == MailState.SENT:
                assert received.pop(mail.message_id) == 1
                assert hour <= ready <= moments[mail.message_id] < over
            elif mail.last_reply == STOPPED:  # switched off while it waited
                assert (mail.state, mail.message_id in received) == (MailState.CANCELLED, False)
            else:
                assert mail.state == MailState.CANCELLED
                looks = self.looks[self.looks_before[mail.pk] :]
                assert not any(ready <= look < over for look in looks), "Nobody sent it, although somebody looked."
            self.counts[mail.state] += 1
        assert not received

    def check_weeks(self) -> None:
        """No week is left out, and each was closed once."""
        for pk, user in self.people.items():
            weeks = sorted(week for owner, week in self.closed if owner == pk)
            assert weeks[0] in (self.first.previous(), self.first)
            assert [week.weeks_since(weeks[0]) for week in weeks] == list(range(len(weeks)))
            assert weeks[-1] >= last_week_due(user, self.now)
        assert WeeklyScore.objects.filter(closed_at__isnull=False).count() == len(self.closed)


@pytest.mark.parametrize("year", range(YEARS))
def test_every_week_is_closed_once_and_every_mail_comes_once_and_in_time(
    inbox: Inbox, year: int, record_property: Any
) -> None:
    chance = random.Random(SEED + year)
    history = Year(inbox, FIRST_WEEKS[(SEED + year) % 2], chance)
    end = history.now + timedelta(weeks=WEEKS)
    while history.now < end:
        history.pass_time()
        if chance.random() < 0.2:
            history.change()
        work = chance.choice([(history.close,), (history.send,), (history.close, history.send)])
        for step in work:
            step()
    history.close_in_time()
    history.check_weeks()
    history.let_mails_expire()
    history.check_inbox()
    assert len(history.closed) >= len(ZONES) * WEEKS
    record_property("told", dict(history.counts) | {"closed": len(history.closed)})


def test_the_mails_for_one_hour_are_spread_over_its_first_minutes() -> None:
    delays = Counter(spread(uuid7()) // SECOND for _ in range(12_000))
    assert min(delays) >= 0
    assert max(delays) < 600
    assert max(delays.values()) < 60  # of 20 in the mean
    assert len(delays) == 600


def test_somebody_has_the_same_delay_every_week_and_none_if_there_is_no_spread(settings: Any) -> None:
    uid = UUID("01920000-0000-7000-8000-000000000001")
    assert spread(uid) == timedelta(seconds=221)
    settings.MAIL_SPREAD_SECONDS = 0
    assert spread(uid) == timedelta(0)
