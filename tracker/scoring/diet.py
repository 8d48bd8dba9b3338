"""Diet: servings of the foods to include, and days with olive oil."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tracker.scoring.protocol import FOOD_GROUPS, OLIVE_OIL_DAY
from tracker.scoring.records import DietRecord
from tracker.scoring.sharing import Shares, add_shared, no_shares

OLIVE_OIL = FOOD_GROUPS.index("olive_oil")


def diet_shares(records: Iterable[DietRecord]) -> Shares:
    """What each meal counted for, in base units: hundredths of a serving, and days of olive oil."""
    shares = no_shares(FOOD_GROUPS)
    oil: dict[date, list[tuple[str, int]]] = defaultdict(list)
    for record in records:
        for index, hundredths in enumerate(record.servings):
            if not hundredths:
                continue
            if index == OLIVE_OIL:
                oil[record.day].append((record.id, hundredths))
            else:
                by_meal = shares[FOOD_GROUPS[index]]
                by_meal[record.id] = by_meal.get(record.id, 0) + hundredths
    for parts in oil.values():
        if sum(hundredths for _, hundredths in parts) >= OLIVE_OIL_DAY:
            add_shared(shares["olive_oil"], 1, parts)
    return shares
