"""Diaries: a participant's week written down by weekday and hour, laid onto any week."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tracker.scoring.weeks import Week

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LAST_SECONDS = timedelta(seconds=5)
PATHS = {"exercise_log": "exercise-logs", "cognitive_log": "cognitive-logs", "diet_log": "diet-logs"}


@dataclass(frozen=True)
class Diary:
    """One file of docs/examples. `expected` holds the week's scores and statuses."""

    name: str
    title: str
    email: str
    display_name: str
    age: int | None
    profile: dict[str, Any]
    records: list[dict[str, Any]]
    confirmed: list[str]
    expected: dict[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.profile["home_time_zone"])

    def last_week(self, now: datetime) -> Week:
        """The last week that is over where its participant is at home: the one that the weekly close is about."""
        return Week.of(now.astimezone(self.zone).date()).previous()

    def weekly_email(self, now: datetime) -> dict[str, Any]:
        """The choice of this weekday and hour: an hour that has begun has come. In an hour's last seconds it is the next one,
        since this one may be over before a worker looks."""
        local = (now + LAST_SECONDS).astimezone(self.zone)
        return {"enabled": True, "weekday": local.weekday(), "hour": local.hour}

    def birth_year(self, week: Week) -> int | None:
        return None if self.age is None else week.iso_year - self.age

    def requests(self, week: Week) -> list[tuple[str, dict[str, Any]]]:
        """(path, body) of every PUT that brings the week in. Ids are made from the week, so sending twice is harmless."""
        requests: list[tuple[str, dict[str, Any]]] = []
        for index, record in enumerate(self.records):
            day = week.days[WEEKDAYS.index(record["day"])]
            if record["type"] == "day_mark":
                mark: dict[str, Any] = {key: record[key] for key in ("excused", "nothing") if key in record}
                requests.append((f"day-marks/{day}", mark))
            else:
                body = self._log(record, day)
                uid = uuid5(NAMESPACE_URL, f"urn:engram:demo:{self.email}:{week}:{index}")
                requests.append((f"{PATHS[record['type']]}/{uid}", body))
        if self.confirmed:
            requests.append((f"weeks/{week}/confirmation", {"domains": self.confirmed}))
        return requests

    def _log(self, record: dict[str, Any], day: date) -> dict[str, Any]:
        start = datetime.fromisoformat(f"{day}T{record['time']}:00").replace(tzinfo=self.zone)
        moment = "eaten_at" if record["type"] == "diet_log" else "started_at"
        body = {key: value for key, value in record.items() if key not in ("type", "day", "time", "minutes")}
        body[moment] = start.isoformat()
        body["time_zone"] = self.profile["home_time_zone"]
        if "minutes" in record:
            body["duration_seconds"] = record["minutes"] * 60
        return body


def read_diaries() -> list[Diary]:
    """Every diary of docs/examples, in the order of their names."""
    return [Diary(name=file.stem, **json.loads(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.json"))]
