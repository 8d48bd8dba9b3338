"""Weekly scores: claim the weeks that are due, read them set-wise, score, store.

The one path behind live updates, late arrivals, the weekly close and a recomputation under a new protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt
import structlog
from django.conf import settings
from django.db import connection, transaction

from backend.postgres.binary_copy import Column, bytes16, copy_in, int2, int4_array, int8
from backend.postgres.prepared import fetch_all
from tracker.due_weeks import (
    MAX_ATTEMPTS,
    Claim,
    claim_due_weeks,
    quarantine_exhausted,
    record_failure,
    release_claim,
    take_weeks,
)
from tracker.scoring.batch import BatchScores, score_weeks
from tracker.scoring.protocol import DOMAINS, STATUSES, WES_1_0_0, Protocol
from tracker.week_columns import WeekColumns, read_week_columns

logger = structlog.get_logger(__name__)

_PRACTICES = len(WES_1_0_0.practices)
_STAGING = [
    bytes16("user_id"),
    Column("week", ">i4"),
    int8("due_version"),
    int8("facts_id"),
    bytes16("input_hash"),
    int2("score"),
    int2("status"),
    *(int2(f"{domain}_score") for domain in DOMAINS),
    *(int2(f"{domain}_status") for domain in DOMAINS),
    int2("open_days"),
    int4_array("logged_days", len(DOMAINS)),
    int4_array("amounts", _PRACTICES),
    int4_array("targets", _PRACTICES),
    int4_array("weights", _PRACTICES),
    int4_array("points", _PRACTICES),
]
_SCORES = ["score", *(f"{domain}_score" for domain in DOMAINS)]
_STATUSES = ["status", *(f"{domain}_status" for domain in DOMAINS)]
_ARRAYS = ["amounts", "targets", "weights", "points"]
_RESULT = ["protocol", *_SCORES, *_STATUSES, "open_days", "logged_days", *_ARRAYS]

_CREATE_STAGING = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS scored_week (
    user_id uuid, week date, due_version bigint, facts_id bigint, input_hash uuid,
    {", ".join(f"{column} int2" for column in [*_SCORES, *_STATUSES])},
    open_days int2, logged_days int4[], {", ".join(f"{column} int4[]" for column in _ARRAYS)}
) ON COMMIT DELETE ROWS"""

# Locking the claims in the key's order, the order in which writers upsert them, keeps the two from deadlocking: all of them at
# once, also those that are due again and will only be given back.
_FINISH_CLAIMS = """
WITH held AS MATERIALIZED (
    SELECT due.id, s.due_version FROM tracker_dueweek due
      JOIN scored_week s ON s.user_id = due.user_id AND s.week = due.week
     WHERE due.claim_token = %(token)s ORDER BY due.user_id, due.week FOR UPDATE OF due
), finished AS (
    DELETE FROM tracker_dueweek due USING held WHERE due.id = held.id AND due.version = held.due_version
    RETURNING due.user_id, due.week
)"""
_STATUS_CODES = "ARRAY[" + ", ".join(f"'{code}'" for code in STATUSES) + "]"
# Of a staged row, what is stored in each column of the result.
_VALUES = {
    "protocol": "%(protocol)s",
    **{column: f"(NULLIF(s.{column}, -1) * 0.1)::numeric(4,1)" for column in _SCORES},
    **{column: f"({_STATUS_CODES})[s.{column} + 1]" for column in _STATUSES},
    "open_days": "s.open_days",
    "logged_days": "s.logged_days::int2[]",
    **{column: f"array_replace(s.{column}, -1, NULL)" for column in _ARRAYS},
}
# The result that is about to be replaced is kept, and what left the week before it is forgotten: by one look into the index for
# each week, whatever the planner believes of the tables, hence the order that only an index gives. Parts of a statement all see
# the rows as they were before it. This one comes first (see the end of `_UPSERT`), lest it wade through all that was just
# inserted and is not to be seen.
_KEPT = [*_RESULT, "birth_year", "not_applicable", "revision", "seq", "scored_at"]
_KEEP_EARLIER = f""", kept AS (
    INSERT INTO tracker_earlierscore (user_id, week, {", ".join(_KEPT)})
    SELECT was.user_id, was.week, {", ".join(f"was.{column}" for column in _KEPT)}
      FROM finished JOIN scored_week s USING (user_id, week) CROSS JOIN LATERAL (
        SELECT * FROM tracker_weeklyscore w WHERE w.user_id = s.user_id AND w.week BETWEEN s.week AND s.week
         ORDER BY w.week LIMIT 1) was
     WHERE ({", ".join(f"was.{column}" for column in _RESULT)})
        IS DISTINCT FROM ({", ".join(_VALUES[column] for column in _RESULT)})
    ON CONFLICT (user_id, week) DO UPDATE SET {", ".join(f"{column} = EXCLUDED.{column}" for column in _KEPT)}
    RETURNING user_id, week, seq
), forgotten AS (
    DELETE FROM tracker_departedrecord WHERE id = ANY (ARRAY(
        SELECT gone.id FROM kept CROSS JOIN LATERAL (
            SELECT id FROM tracker_departedrecord d
             WHERE d.user_id = kept.user_id AND d.week BETWEEN kept.week AND kept.week AND d.seq <= kept.seq
             ORDER BY d.week LIMIT 1000) gone))
)"""
_UPSERT = f"""
INSERT INTO tracker_weeklyscore AS stored
    (user_id, week, {", ".join(_RESULT)}, birth_year, not_applicable, input_hash, revision, seq, scored_at, closed_at)
SELECT s.user_id, s.week, {", ".join(_VALUES[column] for column in _RESULT)},
    f.birth_year, COALESCE(f.not_applicable, '{{}}'), uuid_send(s.input_hash), 1, s.due_version, %(scored_at)s, %(closed_at)s
FROM finished JOIN scored_week s USING (user_id, week) LEFT JOIN tracker_participantfacts f ON f.id = s.facts_id
WHERE (SELECT count(*) FROM kept) >= 0
ON CONFLICT (user_id, week) DO UPDATE SET
    {", ".join(f"{column} = EXCLUDED.{column}" for column in _RESULT)},
    birth_year = EXCLUDED.birth_year, not_applicable = EXCLUDED.not_applicable, input_hash = EXCLUDED.input_hash,
    seq = GREATEST(stored.seq, EXCLUDED.seq),
    scored_at = EXCLUDED.scored_at, closed_at = COALESCE(stored.closed_at, EXCLUDED.closed_at),
    revision = stored.revision + (
        ({", ".join(f"stored.{column}" for column in _RESULT)})
        IS DISTINCT FROM ({", ".join(f"EXCLUDED.{column}" for column in _RESULT)}))::int"""


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """What a run did: weeks scored, and weeks whose batch failed."""

    scored: int = 0
    failed: int = 0


def score_due_weeks() -> ScoringRun:
    """Score until nothing claimable is left. Any number of these may run at once, anywhere."""
    lease = timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    quarantine_exhausted()
    scored = failed = 0
    failures = 0
    while failures < MAX_ATTEMPTS:
        claim = claim_due_weeks(failures=failures, batch_size=settings.SCORING_BATCH_SIZE, lease=lease)
        if claim is None:
            failures += 1
            continue
        try:
            scored += score_claim(claim)
        except Exception as error:  # recorded in the queue, counted there, and quarantined at the fifth
            logger.exception("scoring_failed", weeks=len(claim.rows))
            record_failure(claim, error)
            failed += len(claim.rows)
    return ScoringRun(scored, failed)


def score_claim(claim: Claim) -> int:
    """Score claimed weeks and store those whose claim still stands, in one transaction; returns how many those are."""
    with transaction.atomic():
        stored = _score_and_store(claim, closed_at=None)
        if stored < len(claim.rows):
            release_claim(claim)
    return stored


def close_scores(keys: Sequence[tuple[UUID, date]], *, now: datetime) -> None:
    """Score weeks that are over, whether due or not, and mark them closed. Runs in the caller's transaction."""
    _score_and_store(take_weeks(keys), closed_at=now)


def _score_and_store(claim: Claim, *, closed_at: datetime | None) -> int:
    keys = [(user, monday) for user, monday, _ in claim.rows]
    versions = np.array([version for _, _, version in claim.rows], dtype=np.int64)
    # By the database's clock, before anything is read: a run may last for minutes, and what comes in meanwhile is not older
    # than a score that holds it.
    ((scored_at,),) = fetch_all("SELECT clock_timestamp()", {})
    _score_into_staging(keys, versions)
    with connection.cursor() as cursor:
        cursor.execute(
            _FINISH_CLAIMS + _KEEP_EARLIER + _UPSERT,
            {"token": claim.token, "protocol": WES_1_0_0.version, "scored_at": scored_at, "closed_at": closed_at},
        )
        return int(cursor.rowcount)


def _score_into_staging(
    keys: Sequence[tuple[UUID, date]],
    versions: npt.NDArray[np.int64],
    protocol: Protocol = WES_1_0_0,
) -> None:
    columns, users, mondays = read_week_columns(keys, protocol)
    scores = score_weeks(columns.batch, protocol)
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_STAGING)
        cursor.execute("DELETE FROM scored_week")
    copy_in("scored_week", _STAGING, _staged(columns, scores, users, mondays, versions))


def _staged(
    columns: WeekColumns,
    scores: BatchScores,
    users: npt.NDArray[np.uint64],
    mondays: npt.NDArray[np.int32],
    versions: npt.NDArray[np.int64],
) -> dict[str, npt.NDArray[np.generic]]:
    """The rows to store; -1 stands for null until PostgreSQL turns it into one."""
    applies = scores.applies
    return {
        "user_id": users,
        "week": mondays,
        "due_version": versions,
        "facts_id": columns.facts_ids,
        "input_hash": columns.input_hashes,
        "score": scores.score,
        "status": scores.status,
        **{f"{domain}_score": scores.domain_scores[:, index] for index, domain in enumerate(DOMAINS)},
        **{f"{domain}_status": scores.domain_statuses[:, index] for index, domain in enumerate(DOMAINS)},
        "open_days": scores.open_days,
        "logged_days": scores.logged_days,
        "amounts": np.where(applies, scores.amounts, -1),
        "targets": np.where(applies, scores.targets, -1),
        "weights": np.where(applies, scores.weights, -1),
        "points": np.where(applies, scores.points, -1),
    }
