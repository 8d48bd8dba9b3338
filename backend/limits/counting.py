"""Counting a request against its limits: all of them at once, or none.

Redis decides, by one script for each decision. While it is away, PostgreSQL decides for what guards a secret, and anything
else passes: people's logs don't wait for Redis.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil

import redis
import structlog

from backend.api.problems import Problem
from backend.limits import postgres_counters, redis_counters
from backend.limits.charges import Charge, Standing

logger = structlog.get_logger(__name__)

SAY_EVERY = 60.0  # seconds


class TooManyRequests(Problem):
    status, code, detail = 429, "too_many_requests", "Too many requests; wait before the next one."


@dataclass(frozen=True, slots=True)
class Decision:
    """What the limits say to a request. Empty standings: nothing was counted."""

    standings: tuple[Standing, ...] = ()

    @property
    def allowed(self) -> bool:
        return all(standing.wait == 0 for standing in self.standings)

    @property
    def retry_after(self) -> int:
        """Seconds until the same request would be allowed."""
        return max((ceil(standing.wait / 1_000_000) for standing in self.standings), default=0)

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), and `Retry-After` if refused."""
        if not self.standings:
            return {}
        headers = {
            "RateLimit-Policy": ", ".join(
                f'"{standing.policy.name}";q={standing.policy.quota};w={standing.policy.seconds}'
                for standing in self.standings
            ),
            "RateLimit": ", ".join(
                f'"{standing.policy.name}";r={standing.remaining};t={ceil(standing.used / 1_000_000)}'
                for standing in self.standings
            ),
        }
        if not self.allowed:
            headers["Retry-After"] = str(self.retry_after)
        return headers


def count(*charges: Charge) -> Decision:
    """Count a request against its limits. If one of them is used up, none is charged."""
    try:
        return Decision(tuple(redis_counters.take(charges)))
    except (redis.RedisError, OSError) as error:
        _say_redis_is_away(error)
    guarded = [each for each in charges if each.policy.guards_secret]
    return Decision(tuple(postgres_counters.take(guarded))) if guarded else Decision()


def count_or_refuse(*charges: Charge) -> Decision:
    """The same, for views. Raises `TooManyRequests`."""
    decision = count(*charges)
    if not decision.allowed:
        raise TooManyRequests(headers=decision.headers())
    return decision


class _Said:
    at = float("-inf")


def _say_redis_is_away(error: Exception) -> None:
    if time.monotonic() - _Said.at >= SAY_EVERY:
        _Said.at = time.monotonic()
        logger.warning("limits_without_redis", reason=type(error).__name__)
