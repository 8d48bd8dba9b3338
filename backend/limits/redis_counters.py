"""Counters in Redis: one script decides over all limits of a request, by Redis' own clock.

A counter is one number, the time at which its limit is unused again (GCRA's "theoretical arrival time"). A Redis that hangs
costs a request 160 ms at most, and then none for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.limits.charges import Charge, Standing

PATIENCE = 0.08  # seconds, for connecting and for the answer
PAUSE = 5.0  # seconds without asking, after a failure
PREFIX = "limits:"

# KEYS: one for each charge; ARGV: its interval and capacity in microseconds. Answers how much of each is used, and how long
# each would have to wait.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local after, used, wait, allowed = {}, {}, {}, true
for i, key in ipairs(KEYS) do
    local interval, capacity = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local free_at = tonumber(redis.call('GET', key) or now)
    free_at = math.min(math.max(free_at, now), now + capacity)
    after[i] = free_at + interval
    used[i] = free_at - now
    wait[i] = math.max(0, after[i] - now - capacity)
    allowed = allowed and wait[i] == 0
end
if allowed then
    for i, key in ipairs(KEYS) do
        redis.call('SET', key, string.format('%.0f', after[i]), 'PX', math.ceil((after[i] - now) / 1000))
        used[i] = after[i] - now
    end
end
local answer = {}
for i = 1, #KEYS do
    answer[2 * i - 1], answer[2 * i] = used[i], wait[i]
end
return answer
"""


class RedisPaused(redis.ConnectionError):
    """Redis failed a moment ago; it is not asked again yet."""


class _Breaker:
    closes_at = float("-inf")


def reset_breaker() -> None:
    _Breaker.closes_at = float("-inf")


def take(charges: Sequence[Charge]) -> list[Standing]:
    """Charge all, or none. Raises RedisError or OSError, at once if Redis failed a moment ago."""
    script = _script(settings.REDIS_URL)
    arguments = [number for charge in charges for number in (charge.policy.interval, charge.policy.capacity)]
    answer = _ask(lambda: script(keys=[PREFIX + charge.key for charge in charges], args=arguments))
    return [
        Standing(charge.policy, int(used), int(wait))
        for charge, used, wait in zip(charges, answer[::2], answer[1::2], strict=True)
    ]


def mark(name: str, *, seconds: int) -> None:
    """Remember something for a while: best effort. A Redis that is away forgets it."""
    with suppress(redis.RedisError, OSError):  # what is forgotten makes a limit stricter, never wider
        _ask(lambda: _client(settings.REDIS_URL).set(PREFIX + name, 1, ex=seconds))


def is_marked(name: str) -> bool:
    """Whether it is remembered; no, if Redis can't say."""
    with suppress(redis.RedisError, OSError):
        return bool(_ask(lambda: _client(settings.REDIS_URL).exists(PREFIX + name)))
    return False


def _ask(call: Callable[[], Any]) -> Any:
    if time.monotonic() < _Breaker.closes_at:
        raise RedisPaused
    try:
        try:
            return call()
        except redis.ConnectionError:
            return call()  # a connection from before Redis restarted
    except (redis.RedisError, OSError):
        _Breaker.closes_at = time.monotonic() + PAUSE
        raise


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
    )


@cache
def _script(url: str) -> Any:
    return _client(url).register_script(_SCRIPT)
