"""Cognitive activity: (category, day) pairs, minutes, skills, variety and company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tracker.scoring.protocol import (
    ACTIVITY_DAY_SECONDS,
    COGNITIVE_CAP_SECONDS,
    SKILL_CATEGORIES,
    SKILL_DAY_SECONDS,
)
from tracker.scoring.records import CognitiveRecord
from tracker.scoring.sharing import Shares, add_shared, no_shares

PRACTICES = ("activity_days", "cognitive_minutes", "skill_days", "variety", "social_days")
Parts = list[tuple[str, int]]


def cognitive_shares(records: Iterable[CognitiveRecord]) -> Shares:
    """What each log counted for, in base units: seconds, pairs, categories and days."""
    shares = no_shares(PRACTICES)
    days: dict[date, Parts] = defaultdict(list)
    pairs: dict[tuple[str, date], Parts] = defaultdict(list)
    social: dict[date, Parts] = defaultdict(list)
    for record in records:
        part = (record.id, record.seconds)
        days[record.day].append(part)
        pairs[record.category, record.day].append(part)
        if record.social:
            social[record.day].append(part)
    for parts in days.values():
        add_shared(shares["cognitive_minutes"], min(COGNITIVE_CAP_SECONDS, _total(parts)), parts)
    for parts in social.values():
        add_shared(shares["social_days"], 1, parts)
    _add_pairs(shares, pairs)
    return shares


def _add_pairs(shares: Shares, pairs: dict[tuple[str, date], Parts]) -> None:
    categories: dict[str, Parts] = defaultdict(list)
    for (category, _), parts in pairs.items():
        seconds = _total(parts)
        if seconds >= ACTIVITY_DAY_SECONDS:
            add_shared(shares["activity_days"], 1, parts)
            categories[category] += parts
        if category in SKILL_CATEGORIES and seconds >= SKILL_DAY_SECONDS:
            add_shared(shares["skill_days"], 1, parts)
    for parts in categories.values():
        add_shared(shares["variety"], 1, parts)


def _total(parts: Parts) -> int:
    return sum(seconds for _, seconds in parts)
