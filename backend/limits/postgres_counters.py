"""Counters in PostgreSQL, for what guards a secret while Redis is away.

One upsert for each charge decides and counts in the same moment, under its row's lock; a refused one takes the others back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection, transaction

from backend.limits.charges import Charge, Standing

CLEAN_EVERY = 60.0  # seconds

# Nothing comes back if the limit is used up.
_TAKE = """
INSERT INTO limits_counter AS counter (key, free_at)
VALUES (%(key)s, clock_timestamp() + %(interval)s * interval '1 microsecond')
ON CONFLICT (key) DO UPDATE
    SET free_at = greatest(counter.free_at, clock_timestamp()) + %(interval)s * interval '1 microsecond'
    WHERE greatest(counter.free_at, clock_timestamp()) + %(interval)s * interval '1 microsecond'
        <= clock_timestamp() + %(capacity)s * interval '1 microsecond'
RETURNING (extract(epoch FROM free_at - clock_timestamp()) * 1000000)::bigint
"""
_USED = """
SELECT key, greatest(0, extract(epoch FROM free_at - clock_timestamp()) * 1000000)::bigint
FROM limits_counter WHERE key = ANY(%s)
"""
_CLEAN = """
DELETE FROM limits_counter WHERE key IN (
    SELECT key FROM limits_counter WHERE free_at < clock_timestamp() ORDER BY free_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


class _Cleaned:
    at = float("-inf")


def take(charges: Sequence[Charge]) -> list[Standing]:
    """Charge all, or none. In a transaction of its own: what the caller rolls back must not take a charge back.

    Raises DatabaseError if PostgreSQL is away as well: then nobody signs in.
    """
    used: dict[str, int] = {}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for charge in sorted(charges, key=lambda charge: charge.key):  # one order for all, so that nobody deadlocks
            policy = charge.policy
            cursor.execute(_TAKE, {"key": charge.key, "interval": policy.interval, "capacity": policy.capacity})
            row = cursor.fetchone()
            if row is None:
                transaction.set_rollback(True)
                break
            used[charge.key] = row[0]
    if len(used) == len(charges):
        _clean_now_and_then()
        return [Standing(charge.policy, used[charge.key], 0) for charge in charges]
    return _refused(charges)


def _refused(charges: Sequence[Charge]) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(_USED, [[charge.key for charge in charges]])
        used = dict(cursor.fetchall())
    standings = [
        Standing(
            charge.policy,
            used.get(charge.key, 0),
            max(0, used.get(charge.key, 0) + charge.policy.interval - charge.policy.capacity),
        )
        for charge in charges
    ]
    if all(standing.wait == 0 for standing in standings):
        # It came free between the two statements. Refused is refused: an instant's wait.
        return [Standing(standing.policy, standing.used, 1) for standing in standings]
    return standings


def _clean_now_and_then() -> None:
    if time.monotonic() - _Cleaned.at >= CLEAN_EVERY:
        _Cleaned.at = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_CLEAN)
