"""A week's score without its reasons: the document of lists of weeks, and what travels to phones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from tracker.scoring.protocol import DOMAINS
from tracker.scoring.weekly import WeeklyScore, score_week
from tracker.scoring.weeks import Week
from tracker.week_documents import score_document, tenths
from tracker.week_records import read_weeks

Overview = Mapping[str, Any]


def overview_of_row(week: Week, row: Mapping[str, Any]) -> dict[str, Any]:
    """From the columns of a stored score."""
    return {
        "week": str(week),
        "from": week.first_day,
        "to": week.last_day,
        "protocol": row["protocol"],
        "score": _number(row["score"]),
        "status": row["status"],
        "domains": [
            {
                "domain": domain,
                "score": _number(row[f"{domain}_score"]),
                "status": row[f"{domain}_status"],
                "logged_days": row["logged_days"][index],
            }
            for index, domain in enumerate(DOMAINS)
        ],
    }


def score_on_the_spot(user_id: UUID, weeks: Iterable[Week]) -> dict[Week, dict[str, Any]]:
    """Of weeks that are due, from the records as they are; one query."""
    read = read_weeks([(user_id, week) for week in weeks])
    return {week: overview_of_score(score_week(stored.records, stored.facts)) for (_, week), stored in read.items()}


def overview_of_score(score: WeeklyScore) -> dict[str, Any]:
    return {
        **score_document(score),
        "domains": [
            {
                "domain": domain.domain,
                "score": tenths(domain.score),
                "status": domain.status,
                "logged_days": domain.logged_days,
            }
            for domain in score.domains
        ],
    }


def _number(score: Any) -> float | None:
    return None if score is None else float(score)
