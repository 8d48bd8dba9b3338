"""The research export: weekly scores and practices of those who take part, under numbers that are made anew each time.

Consent and rows are read in one snapshot. Before the file gets its name, consent is asked once more, in the present: if
anybody has withdrawn (or asked to be erased) since, the file is thrown away and made again. So an export that exists holds
nobody who had withdrawn when it was finished.
"""

from __future__ import annotations

import csv
import hmac
import io
import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from backend import VERSION
from backend.api.json import encode
from backend.consents.decisions import research_participants
from backend.postgres.read_only import storing_nothing
from backend.privacy.cells import cell
from backend.privacy.erasure_requests import with_open_request
from backend.privacy.zip_stream import ZipStream
from tracker.models import WeeklyScore
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.weeks import Week

BATCH = 200
MAX_ATTEMPTS = 5
SCORE_COLUMNS = {
    "participant": "A number made for this export only.",
    "consent_version": "The version of the research document that they accepted.",
    "week": "ISO week of local dates.",
    "protocol": "The rules that it was scored by.",
    "score": "Overall, 0 to 100; empty without enough data.",
    "status": "How complete it is.",
    **{f"{domain}_score": f"The domain {domain}, 0 to 100." for domain in DOMAINS},
    **{f"{domain}_status": f"How complete the domain {domain} is." for domain in DOMAINS},
    "equal_weights_score": "Overall, if all practices of a domain weighed the same, and all domains.",
    **{f"equal_weights_{domain}_score": f"The domain {domain}, by equal weights." for domain in DOMAINS},
    "open_days": "Days that were not excused.",
    **{f"{domain}_logged_days": f"Days with a log in the domain {domain}." for domain in DOMAINS},
    "closed": "Whether the week had been closed.",
}
PRACTICE_COLUMNS = {
    "participant": "The same number as in weekly_scores.",
    "week": "ISO week of local dates.",
    "practice": "The practice's code in the protocol.",
    "domain": "Its domain.",
    "amount": "What was done, in `unit`.",
    "unit": "The practice's unit.",
    "target": "What was asked for, in `unit`.",
    "weight": "Its share of the domain, of 1, over the practices that applied.",
    "points": "Of the domain's 100; empty without enough data.",
}


class ConsentsKeepChanging(Exception):
    """Somebody withdrew during each attempt; nothing was written."""


@dataclass(frozen=True, slots=True)
class ResearchExport:
    """How many took part and how many weeks of theirs there are, by the version of the document that they accepted."""

    participants: Mapping[int, int]
    weeks: Mapping[int, int]


def export_research(path: Path, first: Week, last: Week, *, now: datetime) -> ResearchExport:
    """Write a zip of these weeks, both included. The name `path` appears when it is complete, never before."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        for _ in range(MAX_ATTEMPTS):
            with storing_nothing(one_view=True):
                taking_part = _who_takes_part()
                done = _write(unfinished, first, last, taking_part, now=now)
            if taking_part.keys() <= _who_takes_part().keys():
                unfinished.replace(path)
                return done
        raise ConsentsKeepChanging(f"Somebody withdrew during each of {MAX_ATTEMPTS} attempts.")
    finally:
        unfinished.unlink(missing_ok=True)


def _who_takes_part() -> dict[UUID, int]:
    leaving = with_open_request()
    return {user: version for user, version in research_participants().items() if user not in leaving}


def _write(path: Path, first: Week, last: Week, taking_part: Mapping[UUID, int], *, now: datetime) -> ResearchExport:
    pseudonyms = _pseudonyms(taking_part)
    order = sorted(taking_part, key=pseudonyms.__getitem__)  # by age of the account would tell who is who
    weeks: Counter[int] = Counter()
    with path.open("wb") as file, ZipStream(file.write, at=now) as archive:  # type: ignore[arg-type]
        with _table(archive, "weekly_scores.csv", SCORE_COLUMNS) as table:
            for score in _scores(order, first, last):
                version = taking_part[score.user_id]
                weeks[version] += 1
                table.writerow([cell(value) for value in _score_row(score, pseudonyms[score.user_id], version)])
        with _table(archive, "practices.csv", PRACTICE_COLUMNS) as table:
            for score in _scores(order, first, last):
                for row in _practice_rows(score, pseudonyms[score.user_id]):
                    table.writerow([cell(value) for value in row])
        done = ResearchExport(Counter(taking_part.values()), weeks)
        with archive.file("manifest.json") as manifest:
            manifest.write(encode(_manifest(first, last, done, now=now)))
    return done


def _pseudonyms(users: Collection[UUID]) -> dict[UUID, str]:
    """By a key that is kept nowhere: two exports can't be joined, and none leads back to anybody."""
    key = secrets.token_bytes(32)
    return {user: hmac.digest(key, user.bytes, "sha256")[:12].hex() for user in users}


def _scores(order: Sequence[UUID], first: Week, last: Week) -> Iterator[WeeklyScore]:
    users = iter(order)
    while batch := list(islice(users, BATCH)):
        place = {user: number for number, user in enumerate(batch)}
        found = WeeklyScore.objects.filter(user__in=batch, week__range=(first.monday, last.monday))
        yield from sorted(found, key=lambda score: (place[score.user_id], score.week))


def _score_row(score: WeeklyScore, pseudonym: str, version: int) -> list[Any]:
    equal = score.equal_weights()
    return [
        pseudonym,
        version,
        str(Week(score.week)),
        score.protocol,
        score.score,
        score.status,
        *(getattr(score, f"{domain}_score") for domain in DOMAINS),
        *(getattr(score, f"{domain}_status") for domain in DOMAINS),
        _number(equal.score),
        *(_number(equal.domains[domain]) for domain in DOMAINS),
        score.open_days,
        *score.logged_days,
        score.closed_at is not None,
    ]


def _number(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _practice_rows(score: WeeklyScore, pseudonym: str) -> Iterator[list[Any]]:
    for stored in score.practices():
        practice = stored.practice
        yield [
            pseudonym,
            str(Week(score.week)),
            practice.code,
            practice.domain,
            stored.amount,
            practice.unit,
            stored.target,
            stored.weight,
            stored.points,
        ]


@contextmanager
def _table(archive: ZipStream, name: str, columns: Mapping[str, str]) -> Iterator[Any]:
    with archive.file(name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        table = csv.writer(text)
        table.writerow(columns)
        yield table
        text.flush()
        text.detach()


def _manifest(first: Week, last: Week, done: ResearchExport, *, now: datetime) -> dict[str, Any]:
    return {
        "made_at": now,
        "engram": VERSION,
        "from": str(first),
        "to": str(last),
        "consent_versions": [
            {"version": version, "participants": count, "weeks": done.weeks.get(version, 0)}
            for version, count in sorted(done.participants.items())
        ],
        "files": {
            "weekly_scores.csv": SCORE_COLUMNS,
            "practices.csv": PRACTICE_COLUMNS,
        },
    }
