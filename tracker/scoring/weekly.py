"""The weekly score: from shares to practices, domains and the overall, exactly, rounded once at the end.

A domain's status is the first of these that holds: `not_applicable` (every practice dropped), `excused` (fewer than 4 days are
not excused), `complete` (confirmed, or every open day logged), `at_least` (3 open days logged or more),
`insufficient_data`. The overall is null and `excused` if a domain is excused; it needs two domains with a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from tracker.scoring.cognitive import cognitive_shares
from tracker.scoring.diet import diet_shares
from tracker.scoring.exercise import exercise_shares
from tracker.scoring.explaining import LogExplanation, explain_logs_of
from tracker.scoring.protocol import (
    DOMAINS,
    MIN_LOGGED_DAYS,
    MIN_OPEN_DAYS,
    MIN_SCORED_DOMAINS,
    OLDER_FROM,
    WES_1_0_0,
    Practice,
    Protocol,
)
from tracker.scoring.records import DayMark, ExerciseRecord, ParticipantFacts, WeekRecords
from tracker.scoring.rounding import half_up
from tracker.scoring.sharing import Shares, amounts
from tracker.scoring.weeks import Week


@dataclass(frozen=True, slots=True)
class PracticeScore:
    """`amount` and `target` in the practice's unit; `weight` of the domain, renormalised over what applies; `points` of the
    domain's 100, None where the domain has no number."""

    practice: Practice
    amount: Fraction
    target: Fraction
    weight: Fraction
    points: Fraction | None


@dataclass(frozen=True, slots=True)
class DomainScore:
    """`score` in tenths, 0 to 1000, or None. Practices that don't apply are absent."""

    domain: str
    score: int | None
    status: str
    logged_days: int
    practices: tuple[PracticeScore, ...]


@dataclass(frozen=True, slots=True)
class WeeklyScore:
    """`score` in tenths, 0 to 1000, or None. `open_days` are those that are not excused."""

    week: Week
    protocol: str
    score: int | None
    status: str
    domains: tuple[DomainScore, ...]
    open_days: int


def score_week(records: WeekRecords, facts: ParticipantFacts, protocol: Protocol = WES_1_0_0) -> WeeklyScore:
    """The score of one week: a function of these records and facts, and of nothing else."""
    return _score(records_of_week(records), facts, protocol)[0]


def explain_logs(
    records: WeekRecords, facts: ParticipantFacts, protocol: Protocol = WES_1_0_0
) -> tuple[LogExplanation, ...]:
    """What each log of the week counted for, or why it did not, ordered by (day, id)."""
    return explain_week(records, facts, protocol)[1]


def explain_week(
    records: WeekRecords, facts: ParticipantFacts, protocol: Protocol = WES_1_0_0
) -> tuple[WeeklyScore, tuple[LogExplanation, ...]]:
    """Both, with the work done once."""
    own = records_of_week(records)
    score, shares = _score(own, facts, protocol)
    applying = {practice.practice for domain in score.domains for practice in domain.practices}
    return score, explain_logs_of(own, shares, applying, facts.not_applicable)


def is_older(week: Week, birth_year: int | None) -> bool:
    """65 or more: the ISO year of the week minus the birth year. Unknown counts as younger."""
    return birth_year is not None and week.iso_year - birth_year >= OLDER_FROM


def records_of_week(records: WeekRecords) -> WeekRecords:
    """Without what belongs to other weeks."""
    week = records.week
    return WeekRecords(
        week=week,
        exercise=tuple(log for log in records.exercise if week.contains(log.day)),
        cognitive=tuple(log for log in records.cognitive if week.contains(log.day)),
        diet=tuple(log for log in records.diet if week.contains(log.day)),
        marks=tuple(mark for mark in records.marks if week.contains(mark.day)),
        confirmed=records.confirmed,
    )


def domain_shares(domain: str, records: WeekRecords) -> Shares:
    """What each log of one domain counted for; duplicates count for nothing. The records are those of one week."""
    if domain == "exercise":
        return exercise_shares(_originals(records))
    return cognitive_shares(records.cognitive) if domain == "cognitive" else diet_shares(records.diet)


def _originals(records: WeekRecords) -> list[ExerciseRecord]:
    return [log for log in records.exercise if log.duplicate_of is None]


def open_days_of(records: WeekRecords) -> frozenset[date]:
    """The days that are not excused."""
    return frozenset(records.week.days) - {mark.day for mark in records.marks if mark.excused}


def _score(records: WeekRecords, facts: ParticipantFacts, protocol: Protocol) -> tuple[WeeklyScore, dict[str, Shares]]:
    shares = {domain: domain_shares(domain, records) for domain in DOMAINS}
    logged = {
        "exercise": {log.day for log in _originals(records)},
        "cognitive": {log.day for log in records.cognitive},
        "diet": {log.day for log in records.diet},
    }
    open_days = open_days_of(records)
    older = is_older(records.week, facts.birth_year)
    scored = []
    for domain in DOMAINS:
        applying = [
            practice
            for practice in protocol.practices_of(domain)
            if practice.weight_for(older=older) and practice.code not in facts.not_applicable
        ]
        logged_days = len(open_days & (logged[domain] | _nothing(records.marks, domain)))
        status = _domain_status(bool(applying), len(open_days), logged_days, confirmed=domain in records.confirmed)
        scored.append(
            _domain_score(domain, status, logged_days, applying, amounts(shares[domain]), len(open_days), older)
        )
    score, status = _overall(scored, protocol)
    domains = tuple(domain for domain, _ in scored)
    return WeeklyScore(records.week, protocol.version, score, status, domains, len(open_days)), shares


def _nothing(marks: Sequence[DayMark], domain: str) -> set[date]:
    return {mark.day for mark in marks if domain in mark.nothing}


def _domain_status(applies: bool, open_days: int, logged_days: int, *, confirmed: bool) -> str:
    if not applies:
        return "not_applicable"
    if open_days < MIN_OPEN_DAYS:
        return "excused"
    if confirmed or logged_days == open_days:
        return "complete"
    return "at_least" if logged_days >= MIN_LOGGED_DAYS else "insufficient_data"


def _domain_score(
    domain: str,
    status: str,
    logged_days: int,
    applying: Sequence[Practice],
    found: Mapping[str, int],
    open_days: int,
    older: bool,
) -> tuple[DomainScore, Fraction | None]:
    """The domain's score, and the exact fraction (0 to 1) that the overall is made from."""
    total_weight = sum(practice.weight_for(older=older) for practice in applying)
    has_number = status in ("complete", "at_least")
    practices = []
    hundredths = Fraction(0)
    for practice in applying:
        days = open_days if practice.scales_with_days else 7
        amount = found[practice.code]
        weight = practice.weight_for(older=older)
        points = None
        if has_number:
            # 100 · min(1, amount / (target · days/7)), times the weight
            full = practice.target * days
            points = Fraction(100 * weight * min(7 * amount, full), total_weight * full)
            hundredths += points
        practices.append(
            PracticeScore(
                practice=practice,
                amount=Fraction(amount, practice.base_per_unit),
                target=_fraction(practice.target * days, 7 * practice.base_per_unit),
                weight=_fraction(weight, total_weight),
                points=points,
            )
        )
    if not has_number:
        return DomainScore(domain, None, status, logged_days, tuple(practices)), None
    return DomainScore(domain, half_up(hundredths, 1), status, logged_days, tuple(practices)), hundredths / 100


# The same few come again and again: a practice's target by the number of open days, and its weight.
_fraction = cache(Fraction)


def _overall(scored: Sequence[tuple[DomainScore, Fraction | None]], protocol: Protocol) -> tuple[int | None, str]:
    statuses = {domain.status for domain, _ in scored} - {"not_applicable"}
    if "excused" in statuses:
        return None, "excused"
    numbers = [
        (weight, fraction)
        for weight, (_, fraction) in zip(protocol.domain_weights, scored, strict=True)
        if fraction is not None
    ]
    if len(numbers) < MIN_SCORED_DOMAINS:
        return None, "insufficient_data"
    total = sum(weight for weight, _ in numbers)
    exact = sum((weight * fraction for weight, fraction in numbers), Fraction(0)) / total
    score = half_up(exact * 100, 1)
    if statuses == {"complete"}:
        return score, "complete"
    return score, "partial" if "insufficient_data" in statuses else "at_least"
