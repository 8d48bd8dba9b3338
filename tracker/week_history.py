"""What changed in a week since the result before the one it has: scores, practices, and the records that caused it.

Kept are one earlier result for each week, and which records have left it. A week that is due is scored on the spot: if that
gives something else than what is stored, the stored score is the earlier result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec

from backend.postgres.prepared import fetch_all
from tracker.scoring.protocol import DOMAINS, WES_1_0_0, Practice
from tracker.scoring.records import ParticipantFacts
from tracker.scoring.rounding import half_up, two_decimals
from tracker.scoring.weekly import PracticeScore, WeeklyScore
from tracker.scoring.weeks import Week
from tracker.week_change_words import ChangeWords
from tracker.week_documents import in_tenths, tenths

_OF_DATES = ("exercise_log", "cognitive_log", "diet_log", "day_mark")
_TOUCHED = " UNION ALL ".join(
    f"SELECT '{name}', r.seq, r.uid::text, r.received_at, NULL FROM tracker_{name.replace('_', '')} r, oldest"
    f" WHERE r.user_id = %(user)s AND r.{day} AND r.deleted_at IS NULL AND r.seq > oldest.seq"
    for name, day in [
        *((name, "local_date BETWEEN %(first)s AND %(last)s") for name in _OF_DATES),
        ("week_confirmation", "week = %(first)s"),
    ]
)
# The stored result, the one before it, what was written since the older of them, and what has left the week.
_HISTORY = f"""
WITH results AS (
    SELECT 'stored' AS kind, seq, to_jsonb(s) AS content FROM tracker_weeklyscore s
     WHERE user_id = %(user)s AND week = %(first)s
    UNION ALL
    SELECT 'earlier', seq, to_jsonb(e) FROM tracker_earlierscore e WHERE user_id = %(user)s AND week = %(first)s
), oldest AS (SELECT min(seq) AS seq FROM results)
SELECT kind, seq, NULL AS uid, NULL::timestamptz AS received_at, content::text FROM results
UNION ALL {_TOUCHED}
UNION ALL SELECT 'departed', seq, uid::text, NULL, record_type FROM tracker_departedrecord
 WHERE user_id = %(user)s AND week = %(first)s"""


@dataclass(frozen=True, slots=True)
class Result:
    """What a revision is a revision of; as the columns of a stored score, the scores in tenths."""

    protocol: str
    score: int | None
    status: str
    domains: tuple[tuple[int | None, str], ...]
    open_days: int
    logged_days: tuple[int, ...]
    amounts: tuple[int | None, ...]
    targets: tuple[int | None, ...]
    weights: tuple[int | None, ...]
    points: tuple[int | None, ...]

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Result:
        return cls(
            protocol=row["protocol"],
            score=in_tenths(row["score"]),
            status=row["status"],
            domains=tuple((in_tenths(row[f"{name}_score"]), row[f"{name}_status"]) for name in DOMAINS),
            open_days=row["open_days"],
            logged_days=tuple(row["logged_days"]),
            amounts=tuple(row["amounts"]),
            targets=tuple(row["targets"]),
            weights=tuple(row["weights"]),
            points=tuple(row["points"]),
        )

    @classmethod
    def of_score(cls, score: WeeklyScore) -> Result:
        found = {practice.practice.code: practice for domain in score.domains for practice in domain.practices}
        columns = [_columns(found.get(practice.code)) for practice in WES_1_0_0.practices]
        amounts, targets, weights, points = zip(*columns, strict=True)
        return cls(
            protocol=score.protocol,
            score=score.score,
            status=score.status,
            domains=tuple((domain.score, domain.status) for domain in score.domains),
            open_days=score.open_days,
            logged_days=tuple(domain.logged_days for domain in score.domains),
            amounts=amounts,
            targets=targets,
            weights=weights,
            points=points,
        )

    @property
    def scored(self) -> list[str]:
        """The domains that have a number."""
        return [name for name, (score, _) in zip(DOMAINS, self.domains, strict=True) if score is not None]


def _columns(score: PracticeScore | None) -> tuple[int | None, int | None, int | None, int | None]:
    if score is None:
        return None, None, None, None
    return (
        int(score.amount * score.practice.base_per_unit),
        half_up(score.target, 2),
        half_up(score.weight, 2),
        None if score.points is None else half_up(score.points, 2),
    )


@dataclass(frozen=True, slots=True)
class Touched:
    """A record of the week, written after one of its results."""

    record_type: str
    seq: int
    uid: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """`stored` and `earlier` are rows of their tables; `departed` are (type, id, change number)."""

    stored: Mapping[str, Any] | None
    earlier: Mapping[str, Any] | None
    touched: Sequence[Touched]
    departed: Sequence[tuple[str, str, int]]


def read_history(user_id: UUID, week: Week) -> History:
    """One query."""
    results: dict[str, Mapping[str, Any]] = {}
    touched = []
    departed = []
    parameters = {"user": user_id, "first": week.first_day, "last": week.last_day}
    for kind, seq, uid, received_at, content in fetch_all(_HISTORY, parameters):
        if kind in ("stored", "earlier"):
            results[kind] = msgspec.json.decode(content)
        elif kind == "departed":
            departed.append((content, uid, seq))
        else:
            touched.append(Touched(kind, seq, uid, received_at))
    return History(results.get("stored"), results.get("earlier"), touched, departed)


def changes_document(
    history: History, score: WeeklyScore, facts: ParticipantFacts, words: ChangeWords
) -> dict[str, Any] | None:
    """What has changed since the result before this one; None if there was none."""
    now = Result.of_score(score)
    stored, since = history.stored, history.earlier
    if stored is None:
        return None
    revision = stored["revision"]
    if Result.of_row(stored) != now:
        since, revision = stored, revision + 1
    if since is None:
        return None
    before = Result.of_row(since)
    return {
        "revision": revision,
        "since": {
            "revision": since["revision"],
            "scored_at": since["scored_at"],
            "score": tenths(before.score),
        },
        "score": {"before": tenths(before.score), "after": tenths(now.score)},
        "domains": [
            {"domain": name, "before": tenths(old[0]), "after": tenths(new[0])}
            for name, old, new in zip(DOMAINS, before.domains, now.domains, strict=True)
            if old != new
        ],
        "practices": _practices(before, now),
        "logs": _causes(history, since),
        "facts": (since["birth_year"], frozenset(since["not_applicable"])) != (facts.birth_year, facts.not_applicable),
        "words": words.happened(before.score, now.score, before.scored, now.scored),
    }


def _practices(before: Result, now: Result) -> list[dict[str, Any]]:
    """Those whose amount has changed, or that apply only in one of the two."""
    return [
        {
            "practice": practice.code,
            "before": _in_units(old, practice),
            "after": _in_units(new, practice),
        }
        for practice, old, new in zip(WES_1_0_0.practices, before.amounts, now.amounts, strict=True)
        if old != new
    ]


def _in_units(amount: int | None, practice: Practice) -> float | None:
    return None if amount is None else two_decimals(Fraction(amount, practice.base_per_unit))


def _causes(history: History, since: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records that were written after that result, in the order of their changes."""
    scored_at = datetime.fromisoformat(since["scored_at"])
    changes = [
        (item.seq, item.record_type, item.uid, "added" if item.received_at > scored_at else "changed")
        for item in history.touched
        if item.seq > since["seq"]
    ]
    there = {(kind, uid) for _, kind, uid, _ in changes}
    changes += [
        (seq, kind, uid, "removed")
        for kind, uid, seq in history.departed
        if seq > since["seq"] and (kind, uid) not in there
    ]
    return [{"id": uid, "type": kind, "what": what} for _, kind, uid, what in sorted(changes)]
