"""A week as people see it: the document of `GET /v1/weeks/{week}` and of `manage.py explain_week`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from backend.languages import DEFAULT_LANGUAGE
from tracker.goals import goal_of
from tracker.scoring.explaining import LogExplanation
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.rounding import two_decimals
from tracker.scoring.sensitivity import equal_weights
from tracker.scoring.weekly import DomainScore, PracticeScore, WeeklyScore, explain_week
from tracker.week_words import WeekWords
from tracker.wellness import disclaimer


def week_document(
    records: WeekRecords,
    facts: ParticipantFacts,
    received_flags: Mapping[str, Sequence[str]] | None = None,
    *,
    language: str = DEFAULT_LANGUAGE,
    goals: Mapping[str, Fraction] | None = None,
    words: WeekWords | None = None,
) -> dict[str, Any]:
    """Score and explain one week, also in `words` if there are any. Scores have one decimal or are None; everything else has
    two. With `goals`, those in force by practice, each practice also says how it stands to its goal."""
    score, logs = explain_week(records, facts)
    return explained_document(score, logs, received_flags or {}, language=language, words=words, goals=goals)


def explained_document(
    score: WeeklyScore,
    logs: Sequence[LogExplanation],
    flags: Mapping[str, Sequence[str]],
    *,
    language: str,
    words: WeekWords | None,
    goals: Mapping[str, Fraction] | None = None,
) -> dict[str, Any]:
    return {
        **score_document(score),
        **({"words": words.of_week(score)} if words else {}),
        "domains": [_domain_with_goals(domain, goals, words) for domain in score.domains],
        "logs": [_log_document(log, flags.get(log.id, ()), words) for log in logs],
        "sensitivity": sensitivity_document(score),
        "disclaimer": disclaimer(language),
    }


def score_document(score: WeeklyScore) -> dict[str, Any]:
    return {
        "week": str(score.week),
        "from": score.week.first_day,
        "to": score.week.last_day,
        "protocol": score.protocol,
        "score": tenths(score.score),
        "status": score.status,
    }


def domain_document(domain: DomainScore, words: WeekWords | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "domain": domain.domain,
        "score": tenths(domain.score),
        "status": domain.status,
        "logged_days": domain.logged_days,
        "practices": [_practice_document(practice, domain.status, words) for practice in domain.practices],
    }
    if words:
        document["words"] = words.of_domain(domain)
    return document


def _domain_with_goals(
    domain: DomainScore, goals: Mapping[str, Fraction] | None, words: WeekWords | None
) -> dict[str, Any]:
    document = domain_document(domain, words)
    if goals is not None:
        for shown, practice in zip(document["practices"], domain.practices, strict=True):
            goal = goal_of(practice, goals)
            shown["goal"] = two_decimals(goal)
            shown["goal_reached"] = practice.amount >= goal
    return document


def _practice_document(score: PracticeScore, domain_status: str, words: WeekWords | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "practice": score.practice.code,
        "amount": two_decimals(score.amount),
        "unit": score.practice.unit,
        "target": two_decimals(score.target),
        "weight": two_decimals(score.weight),
        "points": None if score.points is None else two_decimals(score.points),
    }
    if words:
        document["words"] = words.of_practice(score, excused=domain_status == "excused")
    return document


def sensitivity_document(score: WeeklyScore) -> dict[str, Any]:
    """How much the weights matter."""
    equal = equal_weights(score)
    domains = {domain: tenths(number) for domain, number in equal.domains.items()}
    return {"equal_weights": {"score": tenths(equal.score), "domains": domains}}


def _log_document(log: LogExplanation, received_flags: Sequence[str], words: WeekWords | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": log.id,
        "counted": {practice: two_decimals(amount) for practice, amount in log.counted.items()},
    }
    if log.not_counted_because is not None:
        document["not_counted_because"] = log.not_counted_because
    document["flags"] = [*received_flags, *log.flags]
    if words:
        document["words"] = words.of_log(log)
    return document


def tenths(score: int | None) -> float | None:
    """A score in tenths as the number with one decimal that it stands for."""
    return None if score is None else score / 10


def in_tenths(score: float | None) -> int | None:
    """The other way round."""
    return None if score is None else round(10 * score)
