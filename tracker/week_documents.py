"""A week as people see it: the document of `GET /v1/weeks/{week}` and of `manage.py explain_week`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils import translation

from backend.languages import DEFAULT_LANGUAGE
from tracker.goals import goal_of
from tracker.scoring.explaining import LogExplanation
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.rounding import half_up
from tracker.scoring.sensitivity import equal_weights
from tracker.scoring.weekly import DomainScore, PracticeScore, WeeklyScore, explain_week
from tracker.wellness import DISCLAIMER


def week_document(
    records: WeekRecords,
    facts: ParticipantFacts,
    received_flags: Mapping[str, Sequence[str]] | None = None,
    *,
    language: str = DEFAULT_LANGUAGE,
    goals: Mapping[str, Fraction] | None = None,
    hide_numbers: bool = False,
) -> dict[str, Any]:
    """Score and explain one week. Scores have one decimal or are None; everything else has two. With `goals`, those in force by
    practice, each practice also says how it stands to its goal."""
    score, logs = explain_week(records, facts)
    flags = received_flags or {}
    return {
        **score_document(score),
        "domains": [_domain_with_goals(domain, goals, hide_numbers=hide_numbers) for domain in score.domains],
        "logs": [_log_document(log, flags.get(log.id, ())) for log in logs],
        "sensitivity": sensitivity_document(score, hide_numbers=hide_numbers),
        "disclaimer": disclaimer(language),
    }


def disclaimer(language: str) -> str:
    with translation.override(language):
        return str(DISCLAIMER)


def score_document(score: WeeklyScore) -> dict[str, Any]:
    return {
        "week": str(score.week),
        "from": score.week.first_day,
        "to": score.week.last_day,
        "protocol": score.protocol,
        "score": tenths(score.score),
        "status": score.status,
    }


def domain_document(domain: DomainScore) -> dict[str, Any]:
    return {
        "domain": domain.domain,
        "score": tenths(domain.score),
        "status": domain.status,
        "logged_days": domain.logged_days,
        "practices": [_practice_document(practice) for practice in domain.practices],
    }


def _domain_with_goals(
    domain: DomainScore, goals: Mapping[str, Fraction] | None, *, hide_numbers: bool
) -> dict[str, Any]:
    document = domain_document(domain)
    if goals is not None:
        for shown, practice in zip(document["practices"], domain.practices, strict=True):
            goal = goal_of(practice, goals)
            shown["goal"] = None if hide_numbers else two_decimals(goal)
            shown["goal_reached"] = practice.amount >= goal
    return document


def _practice_document(score: PracticeScore) -> dict[str, Any]:
    return {
        "practice": score.practice.code,
        "amount": two_decimals(score.amount),
        "unit": score.practice.unit,
        "target": two_decimals(score.target),
        "weight": two_decimals(score.weight),
        "points": None if score.points is None else two_decimals(score.points),
    }


def sensitivity_document(score: WeeklyScore, *, hide_numbers: bool = False) -> dict[str, Any]:
    """How much the weights matter; with hidden numbers, none are shown."""
    equal = equal_weights(score)
    return {
        "equal_weights": {
            "score": None if hide_numbers else tenths(equal.score),
            "domains": {domain: None if hide_numbers else tenths(number) for domain, number in equal.domains.items()},
        }
    }


def _log_document(log: LogExplanation, received_flags: Sequence[str]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": log.id,
        "counted": {practice: two_decimals(amount) for practice, amount in log.counted.items()},
    }
    if log.not_counted_because is not None:
        document["not_counted_because"] = log.not_counted_because
    document["flags"] = [*received_flags, *log.flags]
    return document


def tenths(score: int | None) -> float | None:
    """A score in tenths as the number with one decimal that it stands for."""
    return None if score is None else score / 10


def two_decimals(value: Fraction | int) -> float:
    return half_up(value, 2) / 100
