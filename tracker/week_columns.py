"""Reading many weeks at once as columns: binary COPY into arrays, no Python object per log.

The weeks to read stand in a temporary table, numbered; every log comes back with its week's number. Beside the columns goes
a hash of each week's inputs: the sum, modulo 2¹²⁸ in two halves, of its records' content hashes and versions, so that
it does not depend on the order in which they are read.
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
    Rows,
    boolean,
    bytes16,
    copy_in,
    copy_out,
    elements,
    int2,
    int4,
    int4_array,
)
from tracker.scoring.batch import CognitiveColumns, DietColumns, ExerciseColumns, MarkColumns, WeekBatch
from tracker.scoring.protocol import (
    COGNITIVE_CATEGORIES,
    DOMAINS,
    FOOD_GROUPS,
    INTENSITIES,
    WES_1_0_0,
    Protocol,
)
from tracker.scoring.weeks import Week

OLDER_FROM = 65
POSTGRES_EPOCH = date(2000, 1, 1).toordinal()
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ / golden ratio: spreads versions over all the bits


@dataclass(frozen=True, slots=True)
class WeekColumns:
    """What `n` weeks are scored from. `facts_ids` is 0 where no facts are known; `input_hashes` is uint64[n, 2]."""

    batch: WeekBatch
    facts_ids: npt.NDArray[np.int64]
    input_hashes: npt.NDArray[np.uint64]


def _codes(codes: Sequence[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{code}'" for code in codes) + "]"


_INPUT = [int4("row"), bytes16("content_hash"), int4("version")]
_BY_DATE = (
    "FROM scoring_batch b JOIN {table} r ON r.user_id = b.user_id AND r.local_date BETWEEN b.week AND b.week + 6"
    " AND r.deleted_at IS NULL"
)
_COMMON = "SELECT b.row, r.content_hash, r.version, (r.local_date - b.week)::int2, "

EXERCISE = (
    _COMMON
    + f"r.duration_seconds, COALESCE(array_position({_codes(INTENSITIES)}, r.intensity::text), 0)::int2,"
    + " r.strength, r.balance "
    + _BY_DATE.format(table="tracker_exerciselog")
    + " AND r.duplicate_of IS NULL"
)
COGNITIVE = (
    _COMMON
    + f"r.duration_seconds, (array_position({_codes(COGNITIVE_CATEGORIES)}, r.category::text) - 1)::int2, r.social "
    + _BY_DATE.format(table="tracker_cognitivelog")
)
DIET = _COMMON + "r.servings " + _BY_DATE.format(table="tracker_dietlog")
MARKS = (
    _COMMON
    + "r.excused, "
    + ", ".join(f"'{domain}' = ANY(r.nothing)" for domain in DOMAINS)
    + " "
    + _BY_DATE.format(table="tracker_daymark")
)
CONFIRMATIONS = (
    "SELECT b.row, r.content_hash, r.version, "
    + ", ".join(f"'{domain}' = ANY(r.domains)" for domain in DOMAINS)
    + " FROM scoring_batch b JOIN tracker_weekconfirmation r"
    + " ON r.user_id = b.user_id AND r.week = b.week AND r.deleted_at IS NULL"
)
FACTS = (
    "SELECT b.row, f.id, f.birth_year, f.not_applicable FROM scoring_batch b JOIN LATERAL ("
    " SELECT * FROM tracker_participantfacts p WHERE p.user_id = b.user_id AND p.from_week <= b.week"
    " ORDER BY p.from_week DESC LIMIT 1) f ON true"
)
_DOMAIN_COLUMNS = [boolean(domain) for domain in DOMAINS]


def read_week_columns(
    keys: Sequence[tuple[UUID, date]], protocol: Protocol = WES_1_0_0
) -> tuple[WeekColumns, npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """The inputs of weeks given as (user id, Monday), in that order; six queries, however many weeks. Needs a transaction.

    Also returns the keys as columns: user ids as uint64[n, 2] and Mondays in days since 2000-01-01.
    """
    users = np.frombuffer(b"".join(user.bytes for user, _ in keys), dtype=">u8").reshape(-1, 2)
    mondays = np.array([monday.toordinal() - POSTGRES_EPOCH for _, monday in keys], dtype=np.int32)
    _fill_batch_table(users, mondays)

    exercise = copy_out(
        EXERCISE,
        [*_INPUT, int2("day"), int4("seconds"), int2("intensity"), boolean("strength"), boolean("balance")],
    )
    cognitive = copy_out(COGNITIVE, [*_INPUT, int2("day"), int4("seconds"), int2("category"), boolean("social")])
    diet = copy_out(DIET, [*_INPUT, int2("day"), int4_array("servings", len(FOOD_GROUPS))])
    marks = copy_out(MARKS, [*_INPUT, int2("day"), boolean("excused"), *_DOMAIN_COLUMNS])
    confirmations = copy_out(CONFIRMATIONS, [*_INPUT, *_DOMAIN_COLUMNS])
    facts_ids, birth_years, older, not_applicable = _read_facts(keys, protocol)

    confirmed = np.zeros((len(keys), len(DOMAINS)), dtype=bool)
    confirmed[_native(confirmations, "row")] = _domains(confirmations)
    batch = WeekBatch(
        n=len(keys),
        older=older,
        not_applicable=not_applicable,
        confirmed=confirmed,
        exercise=ExerciseColumns(
            row=_native(exercise, "row"),
            day=_native(exercise, "day"),
            seconds=_native(exercise, "seconds"),
            intensity=_native(exercise, "intensity"),
            strength=exercise["strength"],
            balance=exercise["balance"],
        ),
        cognitive=CognitiveColumns(
            row=_native(cognitive, "row"),
            day=_native(cognitive, "day"),
            seconds=_native(cognitive, "seconds"),
            category=_native(cognitive, "category"),
            social=cognitive["social"],
        ),
        diet=DietColumns(
            row=_native(diet, "row"),
            day=_native(diet, "day"),
            servings=elements(diet, "servings").astype(np.int64),
        ),
        marks=MarkColumns(
            row=_native(marks, "row"),
            day=_native(marks, "day"),
            excused=marks["excused"],
            nothing=_domains(marks),
        ),
    )
    inputs = [exercise, cognitive, diet, marks, confirmations]
    hashes = _input_hashes(len(keys), inputs, birth_years, not_applicable, protocol)
    return WeekColumns(batch, facts_ids, hashes), users, mondays


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
    position = {practice.code: index for index, practice in enumerate(protocol.practices)}
    facts_ids = np.zeros(len(keys), dtype=np.int64)
    birth_years = np.zeros(len(keys), dtype=np.int64)
    older = np.zeros(len(keys), dtype=bool)
    not_applicable = np.zeros((len(keys), len(position)), dtype=bool)
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        for row, facts_id, birth_year, practices in cursor.fetchall():
            facts_ids[row] = facts_id
            if birth_year is not None:
                birth_years[row] = birth_year
                older[row] = Week(keys[row][1]).iso_year - birth_year >= OLDER_FROM
            for practice in practices:
                not_applicable[row, position[practice]] = True
    return facts_ids, birth_years, older, not_applicable


def _native(rows: Rows, name: str) -> npt.NDArray[np.int64]:
    return rows[name].astype(np.int64)


def _domains(rows: Rows) -> npt.NDArray[np.bool_]:
    return np.stack([rows[domain] for domain in DOMAINS], axis=1)


def _input_hashes(
    count: int,
    inputs: Sequence[Rows],
    birth_years: npt.NDArray[np.int64],
    not_applicable: npt.NDArray[np.bool_],
    protocol: Protocol,
) -> npt.NDArray[np.uint64]:
    """BLAKE2b-128 over each week's facts and the order-free sum of its records' hashes."""
    sums = np.zeros((count, 2), dtype=np.uint64)
    for rows in inputs:
        week, versions = rows["row"].astype(np.int64), rows["version"].astype(np.uint64)
        for half in range(2):
            np.add.at(sums[:, half], week, rows["content_hash"][:, half].astype(np.uint64) + versions * _MIX)
    weights = 1 << np.arange(not_applicable.shape[1], dtype=np.int64)
    facts = np.stack([birth_years, not_applicable @ weights], axis=1).astype(">i8")
    data = np.concatenate([sums.astype(">u8").view(np.uint8), facts.view(np.uint8)], axis=1)
    person = protocol.version.encode()
    digests = b"".join(hashlib.blake2b(row, digest_size=16, person=person).digest() for row in data)
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 2).astype(np.uint64)
