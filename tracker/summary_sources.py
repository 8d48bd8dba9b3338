"""What summaries are made from, read set-wise: the week, the scores before it, and what its participant was told of those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from backend.outbox.models import MailState, OutgoingMail
from backend.postgres.prepared import fetch_all
from tracker.preferences import Preferences, read_preferences
from tracker.profiles import WEEKLY_SUMMARY
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.week_overviews import Overview, overview_of_row, overview_of_score
from tracker.week_records import StoredWeek, read_weeks

KIND = WEEKLY_SUMMARY
WEEKS_BEFORE = 7
"""So many weeks before its own a summary looks at: eight in all."""

Key = tuple[UUID, Week]
Told = list[float | None]
"""The numbers of a week that a summary told: the overall, and each domain's."""

_SCORES = """
WITH asked AS (SELECT * FROM unnest(%(users)s::uuid[], %(mondays)s::date[]) AS asked (user_id, week))
SELECT asked.user_id, asked.week, stored.week, to_jsonb(stored) FROM asked JOIN tracker_weeklyscore AS stored
    ON stored.user_id = asked.user_id AND stored.week BETWEEN asked.week - %(days)s AND asked.week - 7
UNION ALL
SELECT asked.user_id, asked.week, due.week, NULL FROM asked JOIN tracker_dueweek AS due
    ON due.user_id = asked.user_id AND due.week BETWEEN asked.week - %(days)s AND asked.week - 7
"""


@dataclass(frozen=True, slots=True)
class SummarySources:
    """`before`: the overviews of the weeks before, oldest first. `told`: of these weeks, the numbers last told by mail."""

    stored: StoredWeek
    preferences: Preferences
    before: Sequence[Overview]
    told: Mapping[Week, Told]


def read_sources(
    keys: Sequence[Key], codes: Collection[str], told: Mapping[Key, Mapping[Week, Told]] | None = None
) -> dict[Key, SummarySources]:
    """`codes`: of the suggestions that there are. Four queries, however many keys; three if what was `told` has been read
    already. Weeks that are due are scored on the spot."""
    told = read_told(keys) if told is None else told
    scores: dict[Key, dict[Week, Any]] = defaultdict(dict)
    due: dict[Key, set[Week]] = defaultdict(set)
    for user, asked, monday, row in fetch_all(_SCORES, _asked(keys)):
        key, week = (user, Week(asked)), Week(monday)
        if row is None:
            due[key].add(week)
        else:
            scores[key][week] = overview_of_row(week, msgspec.json.decode(row))
    weeks = read_weeks(list({*keys, *((user, week) for (user, _), some in due.items() for week in some)}))
    for (user, asked_week), some in due.items():
        for week in some:
            stored = weeks[user, week]
            scores[user, asked_week][week] = overview_of_score(score_week(stored.records, stored.facts))
    preferences = read_preferences({key: weeks[key] for key in keys}, codes)
    return {
        key: SummarySources(
            weeks[key], preferences[key], [scores[key][week] for week in sorted(scores[key])], told[key]
        )
        for key in keys
    }


def _asked(keys: Sequence[Key]) -> dict[str, Any]:
    return {
        "users": [user for user, _ in keys],
        "mondays": [week.monday for _, week in keys],
        "days": 7 * WEEKS_BEFORE,
    }


def read_told(keys: Collection[Key]) -> dict[Key, dict[Week, Told]]:
    """Of the weeks before each, what mails last told; one query. A mail counts if it was sent, or may have been."""
    weeks = {key: [key[1].minus(back) for back in range(WEEKS_BEFORE, 0, -1)] for key in keys}
    names = {summary_key(user, week) for (user, _), some in weeks.items() for week in some}
    mails = OutgoingMail.objects.filter(dedupe_key__in=names, state__in=[MailState.SENT, MailState.UNKNOWN])
    numbers = dict(mails.values_list("dedupe_key", "context__told"))
    told: dict[Key, dict[Week, Told]] = {}
    for (user, asked), some in weeks.items():
        told[user, asked] = {}
        for week in some:  # a later mail may have corrected an earlier one
            listed = numbers.get(summary_key(user, week)) or {}
            told[user, asked] |= {Week.parse(name): values for name, values in listed.items()}
    return told


def numbers_of(overview: Overview) -> Told:
    """The numbers of a week that a summary tells."""
    return [overview["score"], *(domain["score"] for domain in overview["domains"])]


def summary_key(user: UUID, week: Week) -> str:
    """The `dedupe_key` of the one summary of a week."""
    return f"{KIND}:{user}:{week}"
