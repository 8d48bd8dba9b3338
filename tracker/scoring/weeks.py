"""ISO weeks of local dates: Monday to Sunday, written `2026-W47`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """One ISO week, known by its Monday."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise ValueError(f"{self.monday} is not a Monday.")

    @classmethod
    def parse(cls, text: str) -> Week:
        """`2026-W47`. Raises ValueError for anything else, also for a week 53 in a year without one."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError("Expected an ISO week such as 2026-W47.")
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    @classmethod
    def of(cls, day: date) -> Week:
        return cls(day - timedelta(days=day.weekday()))

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year:04d}-W{number:02d}"

    @property
    def first_day(self) -> date:
        return self.monday

    @property
    def last_day(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.monday + timedelta(days=index) for index in range(7))

    @property
    def iso_year(self) -> int:
        return self.monday.isocalendar()[0]

    def contains(self, day: date) -> bool:
        return 0 <= (day - self.monday).days < 7

    def day_index(self, day: date) -> int:
        """0 for Monday to 6 for Sunday. Raises ValueError for a date outside the week."""
        index = (day - self.monday).days
        if not 0 <= index < 7:
            raise ValueError(f"{day} is not in {self}.")
        return index

    def next(self) -> Week:
        return self.minus(-1)

    def previous(self) -> Week:
        return self.minus(1)

    def minus(self, weeks: int) -> Week:
        return Week(self.monday - timedelta(weeks=weeks))

    def weeks_since(self, earlier: Week) -> int:
        return (self.monday - earlier.monday).days // 7
