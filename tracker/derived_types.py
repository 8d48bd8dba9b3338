"""What phones pull besides records: the facts that weeks are scored by, and weekly scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import structlog
from django.db import Error

from backend.sync.records import DerivedType, registry
from tracker.due_weeks import give_up_week
from tracker.hidden_numbers import as_wanted
from tracker.record_types.marks import RECORD_ID_NAMESPACE
from tracker.scoring.weeks import Week
from tracker.week_overviews import overview_of_row, score_on_the_spot

logger = structlog.get_logger(__name__)

Asked = Sequence[tuple[date, Any]]


def participant_facts_id(monday: date) -> UUID:
    return uuid5(RECORD_ID_NAMESPACE, f"participant_facts:{Week(monday)}")


def weekly_score_id(monday: date) -> UUID:
    return uuid5(RECORD_ID_NAMESPACE, f"weekly_score:{Week(monday)}")


def facts_documents(user_id: UUID, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "from_week": str(Week(monday)),
            "birth_year": facts["birth_year"],
            "not_applicable": facts["not_applicable"] or [],
        }
        for monday, facts in asked
    ]


def score_documents(user_id: UUID, asked: Asked) -> list[dict[str, Any] | None]:
    """Those that are due, which come without a stored score, are scored on the spot. One that can't be is quarantined and left
    out, and keeps nobody from their records."""
    due = _scored_now(user_id, [Week(monday) for monday, row in asked if "score" not in row])
    scores = [overview_of_row(Week(monday), row) if "score" in row else due.get(Week(monday)) for monday, row in asked]
    return [
        score and as_wanted(score, hide_numbers=row["hide_numbers"])
        for score, (_, row) in zip(scores, asked, strict=True)
    ]


def _scored_now(user_id: UUID, weeks: Sequence[Week]) -> dict[Week, dict[str, Any]]:
    try:
        return score_on_the_spot(user_id, weeks)
    except Error:
        raise
    except Exception as error:  # a defect of ours: as the workers do, find the week that it is about
        logger.exception("scoring_on_the_spot_failed", weeks=len(weeks))
        if len(weeks) == 1:
            give_up_week(user_id, weeks[0], error)
            return {}
    return {week: score for one in weeks for week, score in _scored_now(user_id, [one]).items()}


PARTICIPANT_FACTS = DerivedType(
    name="participant_facts",
    query=(
        "SELECT seq, from_week AS day, to_jsonb(stored) AS content"
        " FROM tracker_participantfacts AS stored WHERE user_id = %(user)s"
    ),
    id_of=participant_facts_id,
    documents=facts_documents,
)
# Read in the same statement as the numbers of changes: whoever still sees the old choice will be given the scores again.
_HIDES = "(SELECT jsonb_build_object('hide_numbers', hide_numbers) FROM accounts_user WHERE id = %(user)s)"
# A week that is due has the version of the write that made it so, and its score that version once a worker has been there. Both
# change in one transaction, so a reader who goes by these numbers meets the one or the other, whenever workers come.
WEEKLY_SCORE = DerivedType(
    name="weekly_score",
    query=(
        # Not `score`: it has a column of that name.
        "SELECT seq, week AS day, to_jsonb(stored) || " + _HIDES + " AS content"
        " FROM tracker_weeklyscore AS stored WHERE user_id = %(user)s"
        " UNION ALL SELECT version, week, " + _HIDES + " FROM tracker_dueweek WHERE user_id = %(user)s"
    ),
    id_of=weekly_score_id,
    documents=score_documents,
)


def register_all() -> None:
    registry.register_derived(PARTICIPANT_FACTS)
    registry.register_derived(WEEKLY_SCORE)
