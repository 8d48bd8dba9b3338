"""Reading many weeks at once as columns: binary COPY into arrays, no Python object per log.

The weeks to read stand in a temporary table, numbered; every log comes back with its week's number. Beside the columns goes
a hash of each week's inputs: the sum, modulo 2⁶⁴ in two halves, of its records' content hashes and of what they count as, so
that it does not depend on the order in which they are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from backend.postgres.binary_copy import (
    Column,
    ColumnArrays,
    bytea16,
    bytes16,
    copy_in,
    copy_out,
    int4,
    int4_array,
    int8,
)
from tracker.scoring.batch import CognitiveColumns, DietColumns, ExerciseColumns, MarkColumns, WeekBatch
from tracker.scoring.protocol import (
    COGNITIVE_CATEGORIES,
    DOMAINS,
    FOOD_GROUPS,
    INTENSITIES,
    OLDER_FROM,
    WES_1_0_0,
    Protocol,
)
from tracker.scoring.weeks import Week

POSTGRES_EPOCH = date(2000, 1, 1).toordinal()
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ / golden ratio: spreads a number over all the bits


@dataclass(frozen=True, slots=True)
class WeekColumns:
    """What `n` weeks are scored from. `facts_ids` is 0 where no facts are known; `input_hashes` is uint64[n, 2]."""

    batch: WeekBatch
    facts_ids: npt.NDArray[np.int64]
    input_hashes: npt.NDArray[np.uint64]


# What scoring needs of a log, in one int8: the week's number in the batch, then day 0-6, a code 0-15 and two flags, then
# seconds. PostgreSQL hands over one number several times faster than five.
_SECONDS_BITS = 24
_MOST_SECONDS = (1 << _SECONDS_BITS) - 1  # 194 days: far above every daily cap
_FLAG_A, _FLAG_B, _CODE, _DAY, _ROW = 24, 25, 26, 30, 33


def _packed(*, code: str = "0", flag_a: str = "false", flag_b: str = "false", seconds: str = "0") -> str:
    return (
        f"(b.row::int8 << {_ROW}) | ((r.local_date - b.week)::int8 << {_DAY}) | (({code})::int8 << {_CODE})"
        f" | (({flag_b})::int << {_FLAG_B}) | (({flag_a})::int << {_FLAG_A}) | least({seconds}, {_MOST_SECONDS})"
    )


def _code(column: str, codes: Sequence[str], *, first: int) -> str:
    """A code's place among `codes`, counted from `first`; 0 for NULL."""
    cases = " ".join(f"WHEN '{code}' THEN {number}" for number, code in enumerate(codes, start=first))
    return f"CASE {column} {cases} ELSE 0 END"


def _logs(table: str, values: str, *, only: str = "true") -> str:
    """Each week's logs by the index on (user, local_date), whatever the planner believes of the tables: the weeks of a batch
    are few beside all the logs there are, and an ordered subquery for each is that index's case."""
    return (
        f"SELECT {values} FROM scoring_batch b CROSS JOIN LATERAL (SELECT * FROM {table} l WHERE l.user_id = b.user_id"
        f" AND l.local_date BETWEEN b.week AND b.week + 6 AND l.deleted_at IS NULL AND {only} ORDER BY l.local_date) r"
    )


EXERCISE = _logs(
    "tracker_exerciselog",
    _packed(
        code=_code("r.intensity", INTENSITIES, first=1),
        flag_a="r.strength",
        flag_b="r.balance",
        seconds="r.duration_seconds",
    )
    + ", r.content_hash",
    only="l.duplicate_of IS NULL",
)
COGNITIVE = _logs(
    "tracker_cognitivelog",
    _packed(code=_code("r.category", COGNITIVE_CATEGORIES, first=0), flag_a="r.social", seconds="r.duration_seconds")
    + ", r.content_hash",
)
DIET = _logs("tracker_dietlog", _packed() + ", r.content_hash, r.servings")
_DOMAIN_MASK = " | ".join(f"(('{domain}' = ANY({{column}}))::int << {bit})" for bit, domain in enumerate(DOMAINS))
MARKS = _logs(
    "tracker_daymark",
    _packed(code=_DOMAIN_MASK.format(column="r.nothing"), flag_a="r.excused") + ", r.content_hash",
)
CONFIRMATIONS = (
    f"SELECT (b.row::int8 << {_ROW}) | (({_DOMAIN_MASK.format(column='r.domains')})::int8 << {_CODE}), r.content_hash"
    " FROM scoring_batch b JOIN tracker_weekconfirmation r"
    " ON r.user_id = b.user_id AND r.week = b.week AND r.deleted_at IS NULL"
)


def _facts_query(protocol: Protocol) -> str:
    dropped = " | ".join(
        f"(('{practice.code}' = ANY(f.not_applicable))::int << {bit})"
        for bit, practice in enumerate(protocol.practices)
    )
    return (
        "SELECT b.row, f.id, COALESCE(f.birth_year, 0),"
        f" CASE WHEN COALESCE(f.not_applicable, '{{}}') = '{{}}' THEN 0 ELSE {dropped} END"
        " FROM scoring_batch b CROSS JOIN LATERAL (SELECT * FROM tracker_participantfacts p"
        " WHERE p.user_id = b.user_id AND p.from_week <= b.week ORDER BY p.from_week DESC LIMIT 1) f"
    )


def read_week_columns(
    keys: Sequence[tuple[UUID, date]], protocol: Protocol = WES_1_0_0
) -> tuple[WeekColumns, npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """The inputs of weeks given as (user id, Monday), in that order; six queries, however many weeks. Needs a transaction.

    Also returns the keys as columns: user ids as uint64[n, 2] and Mondays in days since 2000-01-01.
    """
    users = np.frombuffer(b"".join(user.bytes for user, _ in keys), dtype=">u8").reshape(-1, 2)
    mondays = np.array([monday.toordinal() - POSTGRES_EPOCH for _, monday in keys], dtype=np.int32)
    _fill_batch_table(users, mondays)

    exercise = _read(EXERCISE)
    cognitive = _read(COGNITIVE)
    diet = _read(DIET, int4_array("servings", len(FOOD_GROUPS)))
    marks = _read(MARKS)
    confirmations = _read(CONFIRMATIONS)
    facts_ids, birth_years, older, not_applicable = _read_facts(keys, protocol)

    confirmed = np.zeros((len(keys), len(DOMAINS)), dtype=bool)
    confirmed[confirmations.row] = _domains(confirmations.code)
    batch = WeekBatch(
        n=len(keys),
        older=older,
        not_applicable=not_applicable,
        confirmed=confirmed,
        exercise=ExerciseColumns(
            row=exercise.row,
            day=exercise.day,
            seconds=exercise.seconds,
            intensity=exercise.code,
            strength=exercise.flag_a,
            balance=exercise.flag_b,
        ),
        cognitive=CognitiveColumns(
            row=cognitive.row,
            day=cognitive.day,
            seconds=cognitive.seconds,
            category=cognitive.code,
            social=cognitive.flag_a,
        ),
        diet=DietColumns(row=diet.row, day=diet.day, servings=diet.more["servings"].astype(np.int64)),
        marks=MarkColumns(row=marks.row, day=marks.day, excused=marks.flag_a, nothing=_domains(marks.code)),
    )
    inputs = [exercise, cognitive, diet, marks, confirmations]
    hashes = _input_hashes(len(keys), inputs, birth_years, not_applicable, protocol)
    return WeekColumns(batch, facts_ids, hashes), users, mondays


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """Logs as columns, with what was packed into one number taken apart again."""

    packed: npt.NDArray[np.int64]
    content_hash: npt.NDArray[np.uint64]
    more: ColumnArrays

    @property
    def row(self) -> npt.NDArray[np.int64]:
        return self.packed >> _ROW

    @property
    def day(self) -> npt.NDArray[np.int64]:
        return (self.packed >> _DAY) & 7

    @property
    def code(self) -> npt.NDArray[np.int64]:
        return (self.packed >> _CODE) & 15

    @property
    def flag_a(self) -> npt.NDArray[np.bool_]:
        return ((self.packed >> _FLAG_A) & 1).astype(bool)

    @property
    def flag_b(self) -> npt.NDArray[np.bool_]:
        return ((self.packed >> _FLAG_B) & 1).astype(bool)

    @property
    def seconds(self) -> npt.NDArray[np.int64]:
        return self.packed & _MOST_SECONDS


def _read(query: str, *more: Column) -> _Unpacked:
    arrays = copy_out(query, [int8("packed"), bytea16("content_hash"), *more])
    return _Unpacked(arrays.pop("packed"), arrays.pop("content_hash"), arrays)


def _fill_batch_table(users: npt.NDArray[np.uint64], mondays: npt.NDArray[np.int32]) -> None:
    columns = [int4("row"), bytes16("user_id"), Column("week", ">i4")]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS scoring_batch (row int4, user_id uuid, week date)"
            " ON COMMIT DELETE ROWS"
        )
        cursor.execute("DELETE FROM scoring_batch")
    copy_in(
        "scoring_batch",
        columns,
        {"row": np.arange(len(mondays), dtype=np.int32), "user_id": users, "week": mondays},
    )


def _read_facts(
    keys: Sequence[tuple[UUID, date]], protocol: Protocol
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    facts = copy_out(_facts_query(protocol), [int4("row"), int8("id"), int4("birth_year"), int4("dropped")])
    row = facts["row"]
    facts_ids = np.zeros(len(keys), dtype=np.int64)
    birth_years = np.zeros(len(keys), dtype=np.int64)
    dropped = np.zeros(len(keys), dtype=np.int64)
    facts_ids[row], birth_years[row], dropped[row] = facts["id"], facts["birth_year"], facts["dropped"]
    years = {monday: Week(monday).iso_year for monday in {monday for _, monday in keys}}
    iso_years = np.array([years[monday] for _, monday in keys], dtype=np.int64)
    older = (birth_years > 0) & (iso_years - birth_years >= OLDER_FROM)
    bits = np.arange(len(protocol.practices))
    return facts_ids, birth_years, older, ((dropped[:, None] >> bits) & 1).astype(bool)


def _domains(masks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return ((masks[:, None] >> np.arange(len(DOMAINS))) & 1).astype(bool)


def _input_hashes(
    count: int,
    inputs: Sequence[_Unpacked],
    birth_years: npt.NDArray[np.int64],
    not_applicable: npt.NDArray[np.bool_],
    protocol: Protocol,
) -> npt.NDArray[np.uint64]:
    """BLAKE2b-128 over each week's facts and the order-free sum of its records' hashes."""
    sums = np.zeros((count, 2), dtype=np.uint64)
    for logs in inputs:
        if len(logs.packed):
            order = np.argsort(logs.packed, kind="stable")  # by week; nearly so already
            packed = logs.packed[order]
            counted = (packed & ((1 << _ROW) - 1)).astype(np.uint64) * _MIX
            weeks, starts = np.unique(packed >> _ROW, return_index=True)
            sums[weeks] += np.add.reduceat(logs.content_hash[order] + counted[:, None], starts)
    weights = 1 << np.arange(not_applicable.shape[1], dtype=np.int64)
    facts = np.stack([birth_years, not_applicable @ weights], axis=1).astype(">i8")
    data = np.concatenate([sums.astype(">u8").view(np.uint8), facts.view(np.uint8)], axis=1)
    person = protocol.version.encode()
    digests = b"".join(hashlib.blake2b(row, digest_size=16, person=person).digest() for row in data)
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 2).astype(np.uint64)
