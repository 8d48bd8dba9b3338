"""Exercise: moderate-equivalent minutes, strength, active and balance days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from tracker.scoring.protocol import ACTIVE_DAY_SECONDS, INTENSITY_CAP_SECONDS, TAGGED_DAY_SECONDS
from tracker.scoring.records import ExerciseRecord
from tracker.scoring.sharing import Shares, add_shared, no_shares

PRACTICES = ("aerobic_minutes", "strength_days", "active_days", "balance_days")
# Moderate-equivalent seconds of a second.
FACTORS = {"moderate": 1, "vigorous": 2}


def exercise_shares(records: Iterable[ExerciseRecord]) -> Shares:
    """What each log counted for, in base units: moderate-equivalent seconds, and days."""
    shares = no_shares(PRACTICES)
    days: dict[date, list[ExerciseRecord]] = defaultdict(list)
    for record in records:
        days[record.day].append(record)
    for logs in days.values():
        _add_day(shares, logs)
    return shares


def _add_day(shares: Shares, logs: Sequence[ExerciseRecord]) -> None:
    for seconds, parts in _moderate_equivalents([log for log in logs if not log.strength]):
        add_shared(shares["aerobic_minutes"], seconds, parts)
    active = _moderate_equivalents(logs)
    if sum(seconds for seconds, _ in active) >= ACTIVE_DAY_SECONDS:
        parts = [(log, size * FACTORS[intensity]) for intensity, log, size in _with_intensity(logs)]
        add_shared(shares["active_days"], 1, parts)
    strength = [(log.id, log.seconds) for log in logs if log.strength]
    balance = [(log.id, log.seconds) for log in logs if log.balance]
    for practice, parts in (("strength_days", strength), ("balance_days", balance)):
        if sum(seconds for _, seconds in parts) >= TAGGED_DAY_SECONDS:
            add_shared(shares[practice], 1, parts)


def _moderate_equivalents(logs: Sequence[ExerciseRecord]) -> list[tuple[int, list[tuple[str, int]]]]:
    """A day's moderate and vigorous time, each capped and in moderate-equivalent seconds, with the logs that it comes from."""
    found = []
    for intensity, factor in FACTORS.items():
        parts = [(log.id, log.seconds) for log in logs if log.intensity == intensity]
        if parts:
            seconds = min(INTENSITY_CAP_SECONDS, sum(size for _, size in parts))
            found.append((factor * seconds, parts))
    return found


def _with_intensity(logs: Sequence[ExerciseRecord]) -> list[tuple[str, str, int]]:
    return [(log.intensity, log.id, log.seconds) for log in logs if log.intensity in FACTORS]
