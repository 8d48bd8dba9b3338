"""Why: what each log counted for, and for those that counted for nothing, the reason.

`not_counted_because` is the first of these that holds: `duplicate` (of another log), `not_applicable` (all that it would
have counted for was dropped by the participant), `no_scored_food`, `no_intensity` (no effort given and no certain
MET value), `light_intensity`, `below_daily_minimum`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tracker.scoring.protocol import IMPLAUSIBLE_DAY_SECONDS, Practice
from tracker.scoring.records import CognitiveRecord, DietRecord, ExerciseRecord, WeekRecords
from tracker.scoring.sharing import Share, Shares

IMPLAUSIBLE_DAY = "implausible_day"
Log = ExerciseRecord | CognitiveRecord | DietRecord


@dataclass(frozen=True, slots=True)
class LogExplanation:
    """`counted`: for each practice that the log counted for, how much, in the practice's unit."""

    id: str
    counted: dict[str, Share]
    not_counted_because: str | None
    flags: tuple[str, ...]


def explain_logs_of(
    records: WeekRecords,
    shares: Mapping[str, Shares],
    applying: Collection[Practice],
    not_applicable: Collection[str],
) -> tuple[LogExplanation, ...]:
    """Explanations of every log of the week, ordered by (day, id), from the shares of each domain."""
    counted, dropped = _counted_by_log(shares, applying, not_applicable)
    implausible = _implausible_days(records)
    logs: list[tuple[str, Log]] = [
        *(("exercise", log) for log in records.exercise),
        *(("cognitive", log) for log in records.cognitive),
        *(("diet", log) for log in records.diet),
    ]
    logs.sort(key=lambda item: (item[1].day, item[1].id))
    return tuple(
        LogExplanation(
            id=log.id,
            counted=(mine := counted.get((domain, log.id), {})),
            not_counted_because=None if mine else _reason(log, (domain, log.id) in dropped),
            flags=(IMPLAUSIBLE_DAY,) if not _is_duplicate(log) and (domain, log.day) in implausible else (),
        )
        for domain, log in logs
    )


def _counted_by_log(
    shares: Mapping[str, Shares], applying: Collection[Practice], not_applicable: Collection[str]
) -> tuple[dict[tuple[str, str], dict[str, Share]], set[tuple[str, str]]]:
    """The shares turned round, log by log, and the logs with a share in a practice that the participant dropped."""
    bases = {practice.code: practice.base_per_unit for practice in applying}
    counted: dict[tuple[str, str], dict[str, Share]] = {}
    dropped: set[tuple[str, str]] = set()
    for domain, by_practice in shares.items():
        for practice, by_log in by_practice.items():
            base = bases.get(practice)
            for log, amount in by_log.items():
                if base is None:
                    if practice in not_applicable:
                        dropped.add((domain, log))
                elif amount:
                    counted.setdefault((domain, log), {})[practice] = _in_units(amount, base)
    return counted, dropped


def _in_units(amount: Share, base: int) -> Share:
    if isinstance(amount, Fraction):
        return amount / base
    return Fraction(amount, base) if amount % base else amount // base


def _implausible_days(records: WeekRecords) -> set[tuple[str, date]]:
    """More than 960 minutes of one domain on one local date."""
    seconds: Counter[tuple[str, date]] = Counter()
    for log in records.exercise:
        if log.duplicate_of is None:
            seconds["exercise", log.day] += log.seconds
    for activity in records.cognitive:
        seconds["cognitive", activity.day] += activity.seconds
    return {key for key, total in seconds.items() if total > IMPLAUSIBLE_DAY_SECONDS}


def _is_duplicate(log: Log) -> bool:
    return isinstance(log, ExerciseRecord) and log.duplicate_of is not None


def _reason(log: Log, dropped: bool) -> str:
    if _is_duplicate(log):
        return "duplicate"
    if dropped:
        return "not_applicable"
    if isinstance(log, DietRecord):
        return "below_daily_minimum" if any(log.servings) else "no_scored_food"
    if isinstance(log, ExerciseRecord):
        if log.intensity is None:
            return "no_intensity"
        if log.intensity == "light":
            return "light_intensity"
    return "below_daily_minimum"
