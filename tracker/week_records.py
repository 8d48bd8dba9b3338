"""Reading what weeks are scored from: for a few weeks as records that explain themselves, for many as columns.

Both read the same rows: live ones, by the local date frozen in them, never through the catalogue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from backend.postgres.prepared import fetch_all
from tracker.goals import Goal, goals_in
from tracker.scoring.records import (
    CognitiveRecord,
    DayMark,
    DietRecord,
    ExerciseRecord,
    ParticipantFacts,
    WeekRecords,
)
from tracker.scoring.weeks import Week

# Of each practice the one that `goals_in` would choose, so that nothing grows with how many somebody keeps.
_GOALS_IN_FORCE = """
SELECT DISTINCT ON (goal.user_id, asked.monday, goal.practice) goal.*
  FROM unnest(%(mondays)s::date[]) AS asked(monday)
  JOIN tracker_practicegoal AS goal ON goal.from_week <= asked.monday
 WHERE goal.user_id = ANY(%(users)s) AND goal.deleted_at IS NULL
 ORDER BY goal.user_id, asked.monday, goal.practice, goal.from_week DESC, goal.uid DESC"""

# One row shape for everything that a week is made of, so that one query reads it all.
_RECORDS = """
SELECT 'exercise', user_id, local_date, uid::text, duration_seconds, intensity, strength, balance, NULL::int[],
       duplicate_of::text, NULL::text[], flags
  FROM tracker_exerciselog WHERE {live}
UNION ALL
SELECT 'cognitive', user_id, local_date, uid::text, duration_seconds, category, social, NULL, NULL, NULL, NULL, flags
  FROM tracker_cognitivelog WHERE {live}
UNION ALL
SELECT 'diet', user_id, local_date, uid::text, NULL, NULL, NULL, NULL, servings, NULL, NULL, flags
  FROM tracker_dietlog WHERE {live}
UNION ALL
SELECT 'mark', user_id, local_date, NULL, NULL, NULL, excused, NULL, NULL, NULL, nothing, NULL
  FROM tracker_daymark WHERE {live}
UNION ALL
SELECT 'confirmed', user_id, week, NULL, NULL, NULL, NULL, NULL, NULL, NULL, domains, NULL
  FROM tracker_weekconfirmation
 WHERE user_id = ANY(%(users)s) AND week BETWEEN %(first)s AND %(last)s AND deleted_at IS NULL
UNION ALL
SELECT 'facts', user_id, from_week, NULL, birth_year, NULL, NULL, NULL, NULL, NULL, not_applicable, NULL
  FROM tracker_participantfacts WHERE user_id = ANY(%(users)s) AND from_week <= %(last)s
UNION ALL
SELECT 'goal', user_id, from_week, uid::text, NULL, NULL, NULL, NULL, NULL, NULL,
       ARRAY[practice, amount::text, weekly_step::text, until_amount::text], NULL
  FROM ({goals}) AS goals
""".format(
    live="user_id = ANY(%(users)s) AND local_date BETWEEN %(first)s AND %(last)s AND deleted_at IS NULL"
    # The weeks asked for may lie far apart.
    " AND local_date - EXTRACT(ISODOW FROM local_date)::int + 1 = ANY(%(mondays)s)",
    goals=_GOALS_IN_FORCE,
)


@dataclass
class _Week:
    exercise: list[ExerciseRecord] = field(default_factory=list)
    cognitive: list[CognitiveRecord] = field(default_factory=list)
    diet: list[DietRecord] = field(default_factory=list)
    marks: list[DayMark] = field(default_factory=list)
    confirmed: frozenset[str] = frozenset()

    def records(self, week: Week) -> WeekRecords:
        return WeekRecords(
            week=week,
            exercise=tuple(self.exercise),
            cognitive=tuple(self.cognitive),
            diet=tuple(self.diet),
            marks=tuple(self.marks),
            confirmed=self.confirmed,
        )


@dataclass(frozen=True, slots=True)
class StoredWeek:
    """One participant's week as it is stored: records, the facts in force, and the flags that logs were received with. Beside
    them, for displays, the goals in force, by practice: nothing is scored by those."""

    records: WeekRecords
    facts: ParticipantFacts
    flags: dict[str, list[str]]
    goals: dict[str, Fraction]


def read_weeks(keys: Sequence[tuple[UUID, Week]]) -> dict[tuple[UUID, Week], StoredWeek]:
    """The records of some participants' weeks: one query, however many there are."""
    if not keys:
        return {}
    weeks: dict[tuple[UUID, date], _Week] = defaultdict(_Week)
    facts: dict[UUID, list[tuple[date, ParticipantFacts]]] = defaultdict(list)
    flags: dict[UUID, dict[str, list[str]]] = defaultdict(dict)
    goals: dict[UUID, list[Goal]] = defaultdict(list)
    for row in _rows(keys):
        kind, user, day, log_flags = row[0], row[1], row[2], row[11]
        if kind == "facts":
            facts[user].append((day, ParticipantFacts(row[4], frozenset(row[10] or ()))))
            continue
        if kind == "goal":
            goals[user].append(_goal(row))
            continue
        _add(weeks[user, Week.of(day).monday], row)
        if log_flags:
            flags[user][row[3]] = log_flags
    return {
        (user, week): StoredWeek(
            weeks[user, week.monday].records(week),
            _facts_in_force(facts[user], week),
            flags[user],
            goals_in(week, goals[user]),
        )
        for user, week in keys
    }


def _rows(keys: Sequence[tuple[UUID, Week]]) -> Iterable[tuple[Any, ...]]:
    parameters = {
        "users": list({user for user, _ in keys}),
        "first": min(week.first_day for _, week in keys),
        "last": max(week.last_day for _, week in keys),
        "mondays": list({week.monday for _, week in keys}),
    }
    return fetch_all(_RECORDS, parameters)


def _add(week: _Week, row: tuple[Any, ...]) -> None:
    kind, _, day, uid, number, code, first, second, servings, duplicate_of, codes, _ = row
    if kind == "exercise":
        week.exercise.append(ExerciseRecord(uid, day, number, code, first, second, duplicate_of))
    elif kind == "cognitive":
        week.cognitive.append(CognitiveRecord(uid, day, number, code, first))
    elif kind == "diet":
        week.diet.append(DietRecord(uid, day, tuple(servings)))
    elif kind == "mark":
        week.marks.append(DayMark(day, first, frozenset(codes)))
    else:
        week.confirmed = frozenset(codes)


def _goal(row: tuple[Any, ...]) -> Goal:
    practice, amount, step, until = row[10]
    return Goal.stored(UUID(row[3]), practice, row[2], amount, step, until)


def _facts_in_force(dated: list[tuple[date, ParticipantFacts]], week: Week) -> ParticipantFacts:
    before = [(day, facts) for day, facts in dated if day <= week.monday]
    return max(before, key=lambda item: item[0])[1] if before else ParticipantFacts()


def exercise_record(uid: str, row: Mapping[str, Any]) -> ExerciseRecord:
    """From the columns of a log, stored or not."""
    return ExerciseRecord(
        uid, row["local_date"], row["duration_seconds"], row["intensity"], row["strength"], row["balance"]
    )


def cognitive_record(uid: str, row: Mapping[str, Any]) -> CognitiveRecord:
    return CognitiveRecord(uid, row["local_date"], row["duration_seconds"], row["category"], row["social"])


def diet_record(uid: str, row: Mapping[str, Any]) -> DietRecord:
    return DietRecord(uid, row["local_date"], tuple(row["servings"]))


def day_mark(row: Mapping[str, Any]) -> DayMark:
    return DayMark(row["local_date"], row["excused"], frozenset(row["nothing"]))
