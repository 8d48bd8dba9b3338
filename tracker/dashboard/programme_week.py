"""One week over all participants: who took part, how scores are spread, and what waits or needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from tracker.scoring.protocol import DOMAINS, STATUSES
from tracker.scoring.weeks import Week

BANDS = 10  # of ten points each; 100 belongs to the last
TREND_WEEKS = 12
MAIL_DAYS = 14


@dataclass(frozen=True, slots=True)
class DomainWeek:
    """`mean` over the participants with a number, one decimal; `statuses` counts participants by status."""

    domain: str
    mean: float | None
    statuses: dict[str, int]


@dataclass(frozen=True, slots=True)
class Backlog:
    due: int
    quarantined: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProgrammeWeek:
    """`took_part` logged something in the week; `bands` counts overall scores, `without_score` those that have none."""

    week: Week
    accounts: int
    took_part: int
    bands: tuple[int, ...]
    without_score: int
    domains: tuple[DomainWeek, ...]
    trend: tuple[tuple[Week, int], ...]
    backlog: Backlog
    mails: dict[str, int]
    suppressed: dict[str, int]


def programme_week(week: Week, *, now: datetime) -> ProgrammeWeek:
    """Six queries, whatever the number of participants."""
    bands, without_score = _bands(week)
    trend = _trend(week)
    return ProgrammeWeek(
        week=week,
        accounts=_accounts(),
        took_part=trend[-1][1],
        bands=bands,
        without_score=without_score,
        domains=_domains(week),
        trend=trend,
        backlog=_backlog(),
        mails=_mails(now),
        suppressed=dict(_rows("SELECT reason, count(*) FROM outbox_suppressedaddress GROUP BY reason")),
    )


def _rows(query: str, parameters: Sequence[date | datetime] = ()) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple] = cursor.fetchall()  # type: ignore[type-arg]
        return rows


def _accounts() -> int:
    ((count,),) = _rows("SELECT count(*) FROM accounts_user WHERE is_active AND NOT is_staff")
    return int(count)


def _bands(week: Week) -> tuple[tuple[int, ...], int]:
    counts = dict(
        _rows(
            "SELECT floor(score / 10)::int, count(*) FROM tracker_weeklyscore WHERE week = %s GROUP BY 1", [week.monday]
        )
    )
    without_score = counts.pop(None, 0)
    hundreds = counts.pop(BANDS, 0)
    bands = [counts.get(band, 0) for band in range(BANDS)]
    bands[-1] += hundreds
    return tuple(bands), without_score


def _domains(week: Week) -> tuple[DomainWeek, ...]:
    found = _rows(
        "SELECT part.domain, part.status, count(*), count(part.score), sum(part.score) FROM tracker_weeklyscore,"
        " LATERAL (VALUES ('exercise', exercise_status, exercise_score), ('cognitive', cognitive_status, cognitive_score),"
        " ('diet', diet_status, diet_score)) AS part(domain, status, score) WHERE week = %s GROUP BY 1, 2",
        [week.monday],
    )
    domains = []
    for domain in DOMAINS:
        parts = [row for row in found if row[0] == domain]
        scored = sum(row[3] for row in parts)
        total = sum(row[4] for row in parts if row[4] is not None)
        counts = {row[1]: row[2] for row in parts}
        domains.append(
            DomainWeek(
                domain=domain,
                mean=round(float(total / scored), 1) if scored else None,
                statuses={status: counts[status] for status in STATUSES if status in counts},
            )
        )
    return tuple(domains)


def _trend(week: Week) -> tuple[tuple[Week, int], ...]:
    first = week.monday - timedelta(weeks=TREND_WEEKS - 1)
    counts = dict(
        _rows(
            "SELECT week, count(*) FILTER (WHERE (SELECT sum(days) FROM unnest(logged_days) AS days) > 0)"
            " FROM tracker_weeklyscore WHERE week BETWEEN %s AND %s GROUP BY 1",
            [first, week.monday],
        )
    )
    mondays = [first + timedelta(weeks=number) for number in range(TREND_WEEKS)]
    return tuple((Week(monday), counts.get(monday, 0)) for monday in mondays)


def _backlog() -> Backlog:
    (row,) = _rows(
        "SELECT count(*) FILTER (WHERE quarantined_at IS NULL), count(quarantined_at),"
        " min(due_at) FILTER (WHERE quarantined_at IS NULL) FROM tracker_dueweek"
    )
    return Backlog(*row)


def _mails(now: datetime) -> dict[str, int]:
    """Mails of the last `MAIL_DAYS` days by state, and older ones that a person has to look at."""
    return dict(
        _rows(
            "SELECT state, count(*) FROM outbox_outgoingmail WHERE created_at >= %s OR state IN ('unknown', 'failed')"
            " GROUP BY state",
            [now - timedelta(days=MAIL_DAYS)],
        )
    )
