"""Which weeks are due for scoring: marked in the write's own transaction, claimed by workers under a fenced lease."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from backend.postgres.prepared import execute
from backend.sync.records import Written
from backend.sync.writing import advance_counter
from backend.wake import wake
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.weeks import Week

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
# A batch that failed is tried again in batches an eighth as large, so that at its last attempt a week stands alone and
# takes nobody with it into quarantine.
SHRINK = 8
PARTICIPANTS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Claim:
    """Weeks leased to one worker: `rows` are (user id, Monday, version) in the order of the table's key."""

    token: UUID
    rows: Sequence[tuple[UUID, date, int]]


def mark_written_weeks_due(*, user_id: UUID, written: Sequence[Written], seq: int) -> None:
    """The weeks that a write touches, before and after it, are due. Runs in the write's transaction.

    Records of no date touch none: nothing is scored by them.
    """
    days = {
        row[column]
        for item in written
        if (column := item.record_type.date_column) is not None
        for row in (item.before, item.after)
        if row is not None
    }
    mark_weeks_due(user_id=user_id, weeks={Week.of(day) for day in days if day is not None}, seq=seq)
    if left := [(week, item) for item in written if (week := _week_left(item)) is not None]:
        _note_departures(user_id, left)


def _week_left(item: Written) -> Week | None:
    """The week that a record is no longer of, None if it stays in its week or was in none."""
    column = item.record_type.date_column
    if column is None or item.before is None or item.before[column] is None:
        return None
    week = Week.of(item.before[column])
    return None if item.after[column] is not None and week.contains(item.after[column]) else week


def _note_departures(user_id: UUID, left: Sequence[tuple[Week, Written]]) -> None:
    """Only of what the stored score of that week may have counted: what came and went in between was never part of it."""
    execute(
        "INSERT INTO tracker_departedrecord (user_id, week, seq, record_type, uid)"
        " SELECT %(user)s, week, seq, record_type, uid"
        " FROM unnest(%(weeks)s::date[], %(numbers)s::int8[], %(types)s::text[], %(uids)s::uuid[], %(had)s::int8[],"
        "  %(received)s::timestamptz[]) AS gone(week, seq, record_type, uid, had, received_at)"
        " WHERE EXISTS (SELECT FROM tracker_weeklyscore stored WHERE stored.user_id = %(user)s AND stored.week = gone.week"
        "  AND (stored.seq >= gone.had OR stored.scored_at > gone.received_at))"
        " ON CONFLICT (user_id, week, record_type, uid) DO UPDATE SET seq = EXCLUDED.seq",
        {
            "user": user_id,
            "weeks": [week.monday for week, _ in left],
            "numbers": [item.after["seq"] for _, item in left],
            "types": [item.record_type.name for _, item in left],
            "uids": [item.after["uid"] for _, item in left],
            "had": [item.before["seq"] for _, item in left if item.before],
            "received": [item.before["received_at"] for _, item in left if item.before],
        },
    )


def mark_weeks_due(*, user_id: UUID, weeks: Iterable[Week], seq: int) -> None:
    """Make weeks due, and wake a worker after the commit. A new version lifts a quarantine."""
    mondays = sorted(week.monday for week in weeks)
    if not mondays:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT %s, unnest(%s::date[]), %s"
            " ON CONFLICT (user_id, week) DO UPDATE SET version = EXCLUDED.version, due_at = statement_timestamp(),"
            " attempts = 0, quarantined_at = NULL, last_error = ''",
            [user_id, mondays, seq],
        )
    transaction.on_commit(lambda: wake("tracker.tasks.score_due_weeks"), robust=True)


# The next change number of each participant with chosen weeks; their locks are taken in order.
_COUNTERS = (
    ", counters AS ("
    "  INSERT INTO sync_synccounter AS counter (user_id, seq) SELECT DISTINCT user_id, 1 FROM chosen ORDER BY user_id"
    "  ON CONFLICT (user_id) DO UPDATE SET seq = counter.seq + 1 RETURNING user_id, seq)"
)


def mark_stored_weeks_due(first: Week, last: Week) -> int:
    """Make every stored week from `first` to `last` due, of everybody; returns how many.

    Each participant's weeks take that participant's next change number: a worker that scores one of them at this moment
    doesn't finish it, and phones that follow the changes are given the new scores. Some participants at a time, each lot
    committed by itself, so that nobody's writes wait for long; run again after an interruption, it begins anew.
    """
    scores = WeeklyScore.objects.filter(week__range=(first.monday, last.monday))
    users = list(scores.order_by("user_id").values_list("user_id", flat=True).distinct())
    count = 0
    for start in range(0, len(users), PARTICIPANTS_AT_ONCE):
        with transaction.atomic():
            count += _mark_stored(users[start : start + PARTICIPANTS_AT_ONCE], first, last)
            transaction.on_commit(lambda: wake("tracker.tasks.score_due_weeks"), robust=True)
    return count


def _mark_stored(users: Sequence[UUID], first: Week, last: Week) -> int:
    return _mark_chosen(
        "SELECT user_id, week FROM tracker_weeklyscore WHERE user_id = ANY(%s) AND week BETWEEN %s AND %s",
        [list(users), first.monday, last.monday],
    )


def _mark_chosen(chosen: str, parameters: Sequence[Any]) -> int:
    """Make the (user_id, week) that a query chooses due, each under its participant's next change number; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH chosen AS MATERIALIZED ({chosen})"
            + _COUNTERS
            + " INSERT INTO tracker_dueweek (user_id, week, version)"
            " SELECT user_id, week, seq FROM chosen JOIN counters USING (user_id) ORDER BY user_id, week"
            " ON CONFLICT (user_id, week) DO UPDATE SET version = EXCLUDED.version, claim_token = NULL,"
            " claimed_until = NULL, attempts = 0, quarantined_at = NULL, last_error = '', due_at = statement_timestamp()",
            parameters,
        )
        return int(cursor.rowcount)


def tell_scores_again(user_id: UUID) -> None:
    """Let phones get every weekly score of a participant anew by the next pull, because it is to be shown in another way.

    A week that is due takes the new change number as one that became due now; its stored score, which is an older result, must
    not seem newer than it. Runs in a transaction.
    """
    seq = advance_counter(user_id, 1)  # first: what a push makes due meanwhile comes after this, and is told by itself
    due = list(DueWeek.objects.filter(user=user_id).values_list("week", flat=True))
    mark_weeks_due(user_id=user_id, weeks=map(Week, due), seq=seq)
    _renumber_scores(user_id, seq)


def _renumber_scores(user_id: UUID, seq: int, week: Week | None = None) -> None:
    """Give stored scores of weeks that are not due another change number; all of them, or that week's."""
    execute(
        "UPDATE tracker_weeklyscore AS stored SET seq = %(seq)s"
        " WHERE user_id = %(user)s AND (%(week)s::date IS NULL OR week = %(week)s) AND NOT EXISTS ("
        "  SELECT FROM tracker_dueweek AS due WHERE due.user_id = stored.user_id AND due.week = stored.week)",
        {"seq": seq, "user": user_id, "week": week and week.monday},
    )


def claim_due_weeks(*, failures: int, batch_size: int, lease: timedelta) -> Claim | None:
    """Lease weeks that have failed `failures` times so far; None if there are none. The lease runs by the database's clock."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS ("
            "  SELECT id FROM tracker_dueweek WHERE quarantined_at IS NULL AND attempts = %s"
            "  AND (claimed_until IS NULL OR claimed_until < statement_timestamp())"
            "  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE tracker_dueweek SET claim_token = %s, attempts = attempts + 1,"
            "  claimed_until = statement_timestamp() + make_interval(secs => %s)"
            # As an array: a join would make the planner read the whole table for every batch.
            " WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING user_id, week, version",
            [failures, max(1, batch_size // SHRINK**failures), token, lease.total_seconds()],
        )
        rows = sorted(cursor.fetchall())
    return Claim(token, rows) if rows else None


def take_weeks(keys: Sequence[tuple[UUID, date]]) -> Claim:
    """Claim these weeks for the caller's transaction, due or not, whoever had leased them.

    The rows stay locked until the commit: a write to one of these weeks waits, and a worker that was scoring one finds its
    claim gone and stores nothing. So nobody can put an older score over a newer one. Each participant's weeks take that
    participant's next change number, so that phones that follow the changes are given what comes out, also for a week in
    which nothing was logged.
    """
    token = uuid4()
    ordered = sorted(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH chosen AS MATERIALIZED (SELECT user_id, week FROM unnest(%s::uuid[], %s::date[]) AS taken(user_id, week))"
            + _COUNTERS
            + " INSERT INTO tracker_dueweek (user_id, week, version, claim_token)"
            " SELECT user_id, week, seq, %s FROM chosen JOIN counters USING (user_id) ORDER BY user_id, week"
            " ON CONFLICT (user_id, week) DO UPDATE SET claim_token = EXCLUDED.claim_token, version = EXCLUDED.version"
            " RETURNING user_id, week, version",
            [[user for user, _ in ordered], [monday for _, monday in ordered], token],
        )
        return Claim(token, sorted(cursor.fetchall()))


# Locked in the key's order, the order in which writers upsert them: so neither waits for the other in a circle.
_HELD = (
    "WITH held AS MATERIALIZED ("
    " SELECT due.id FROM tracker_dueweek due"
    " JOIN unnest(%(users)s::uuid[], %(mondays)s::date[]) AS claimed(user_id, week) USING (user_id, week)"
    " WHERE due.claim_token = %(token)s ORDER BY due.user_id, due.week FOR UPDATE OF due)"
)


def _parameters(claim: Claim) -> dict[str, Any]:
    users, mondays = [user for user, _, _ in claim.rows], [monday for _, monday, _ in claim.rows]
    return {"users": users, "mondays": mondays, "token": claim.token}


def release_claim(claim: Claim) -> None:
    """Give back what was claimed and is due again meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD + " UPDATE tracker_dueweek AS due SET claim_token = NULL, claimed_until = NULL"
            " FROM held WHERE due.id = held.id",
            _parameters(claim),
        )


def record_failure(claim: Claim, error: Exception) -> None:
    """Give claimed weeks back after a failure, to be tried again a little later; after the fifth they are quarantined."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD + " UPDATE tracker_dueweek AS due SET claim_token = NULL, last_error = %(error)s,"
            " claimed_until = statement_timestamp() + attempts * interval '2 seconds',"
            " quarantined_at = CASE WHEN attempts >= %(most)s THEN statement_timestamp() END"
            " FROM held WHERE due.id = held.id RETURNING quarantined_at",
            {**_parameters(claim), "error": f"{type(error).__name__}: {error}"[:500], "most": MAX_ATTEMPTS},
        )
        _report_quarantine(sum(quarantined_at is not None for (quarantined_at,) in cursor.fetchall()))


def quarantine_exhausted() -> int:
    """Quarantine weeks whose fifth worker vanished without a word; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracker_dueweek SET quarantined_at = statement_timestamp(), claim_token = NULL,"
            " last_error = 'The worker did not come back.' WHERE id IN ("
            # Whoever holds one of them has come back, or writes to it and so makes it due anew.
            " SELECT id FROM tracker_dueweek WHERE quarantined_at IS NULL AND attempts >= %s"
            " AND claimed_until < statement_timestamp() ORDER BY user_id, week FOR UPDATE SKIP LOCKED)",
            [MAX_ATTEMPTS],
        )
        count: int = cursor.rowcount
    _report_quarantine(count)
    return count


def _report_quarantine(count: int) -> None:
    if count:
        logger.error("weeks_quarantined", count=count)


@transaction.atomic
def give_up_week(user_id: UUID, week: Week, error: Exception) -> None:
    """Quarantine a week that a pull can't score, and goes past; lifted, it takes a number that the pull has still before it.

    A score that a worker has stored meanwhile, under a number that is behind the pull, takes another one.
    """
    seq = advance_counter(user_id, 1)
    given_up = execute(
        "UPDATE tracker_dueweek SET quarantined_at = statement_timestamp(), claim_token = NULL, last_error = %(error)s"
        " WHERE user_id = %(user)s AND week = %(week)s AND quarantined_at IS NULL",
        {"user": user_id, "week": week.monday, "error": f"{type(error).__name__}: {error}"[:500]},
    )
    _report_quarantine(given_up)
    _renumber_scores(user_id, seq, week)


@transaction.atomic
def lift_quarantine(weeks: QuerySet[DueWeek]) -> int:
    """Try quarantined weeks again, from the first attempt on; returns how many. Pulls that have gone past meet them anew."""
    ids = list(weeks.filter(quarantined_at__isnull=False).values_list("pk", flat=True))
    lifted = _mark_chosen(
        "SELECT user_id, week FROM tracker_dueweek WHERE id = ANY(%s) AND quarantined_at IS NOT NULL", [ids]
    )
    transaction.on_commit(lambda: wake("tracker.tasks.score_due_weeks"), robust=True)
    return lifted
