"""Foods of the USDA's FoodData Central into the catalogue, beside our own: in English, with what a portion of each gives.

Importing again changes nothing. One transaction: a table that can't be read to its end leaves nothing behind.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from backend.sync.wire import plain_number
from tracker.catalogue.changing import AT_ONCE, change_entries, changed_by_staff
from tracker.catalogue.columns import MAX_LENGTH
from tracker.catalogue.folding import fold
from tracker.catalogue.usda_mapping import DATA, Serving, gives, mapped
from tracker.catalogue.usda_table import UsdaFood, read_table, release_of
from tracker.models import Food

SOURCE = "USDA FoodData Central"
REASON = "From the USDA's table"
UNBRANDED = ("survey_fndds_food", "sr_legacy_food", "foundation_food")
BRANDED = "branded_food"

# A portion lighter or heavier than this is no measure that anybody eats by: a leaf, a gallon, a millilitre.
LEAST_GRAMS, MOST_GRAMS = Decimal(5), Decimal(400)
HUNDRED = Decimal(100)
OUNCE = Decimal("28.35")
# fmt: off
UNITS = frozenset({
    "banana", "bunch", "container", "cookie", "cup", "egg", "fillet", "link", "onion", "order", "piece", "slice", "spear",
    "tablespoon", "teaspoon",
})
# fmt: on
# What the check of wordings, which is made for sentences, lets through in a name.
_CLAIM = re.compile(r"health|immun", re.IGNORECASE)
_SHOUTED = re.compile(r"[A-Z][A-Z']{3,}")


@dataclass
class Report:
    """What an import did. Rows that are read and of no asked-for type are counted by type alone."""

    rows: int = 0
    rows_by_type: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    with_groups: int = 0
    neutral: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    no_words: int = 0
    refused_wordings: int = 0
    already_ours: int = 0
    same_name: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class _Candidate:
    entry: Food
    folded: str
    name: str
    data_type: str


@transaction.atomic
def import_usda(
    table: Path,
    *,
    refuses: Callable[[str], object],
    types: Collection[str] = UNBRANDED,
    limit: int | None = None,
    dry_run: bool = False,
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """`refuses`: true for a name that no text of ours could be. `limit`: rows of the asked-for types to look at;
    `progress` is called after every row. A dry run takes all back.

    Raises CatalogueFileError, and ValueError for a type that the table doesn't have.
    """
    if unknown := set(types) - DATA.keys():
        raise ValueError(f"Unknown data types: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    report = Report()
    ours = {fold(labels.get("en", "")) for labels in _others().values_list("labels", flat=True).iterator()}
    codes = set(_others().filter(code__startswith="usda_").values_list("code", flat=True))
    done: set[bytes] = set()
    leave = changed_by_staff(Food)
    candidates = _candidates(table, frozenset(types), limit, report, refuses, progress)
    while some := list(islice(candidates, AT_ONCE)):
        _store(some, report, ours=ours, taken=codes, done=done, leave=leave)
    report.seconds = round(time.monotonic() - started, 1)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _others() -> QuerySet[Food]:
    """What isn't from here: our own foods, and what staff added."""
    return Food.objects.exclude(source__startswith=SOURCE)


def _store(
    some: list[_Candidate], report: Report, *, ours: set[str], taken: set[str], done: set[bytes], leave: set[str]
) -> None:
    """`done`: the codes of this run, as eight bytes each, which is all that the run keeps of what it has stored."""
    for candidate in some:
        if candidate.entry.code in taken:
            candidate.entry.code = code_of(candidate.folded, candidate.name, candidate.data_type, hashed=True)
    stored = Food.objects.in_bulk([candidate.entry.code for candidate in some])
    entries = []
    for candidate in some:
        entry = candidate.entry
        before = stored.get(entry.code)
        mark = sha256(entry.code.encode()).digest()[:8]
        if candidate.folded in ours:
            report.already_ours += 1
        elif mark in done or (before is not None and _type_of(before.source) != candidate.data_type):
            report.same_name += 1
        else:
            done.add(mark)
            entries.append(entry)
            if entry.gives:
                report.with_groups += 1
            else:
                report.neutral += 1
    result = change_entries(Food, entries, by=None, reason=REASON, leave=leave)
    report.added += result.added
    report.changed += result.changed
    report.unchanged += result.unchanged


def _candidates(
    table: Path,
    types: Collection[str],
    limit: int | None,
    report: Report,
    refuses: Callable[[str], object],
    progress: Callable[[Report], None] | None,
) -> Iterator[_Candidate]:
    release = release_of(table)
    for row in read_table(table):
        report.rows += 1
        report.rows_by_type[row.data_type] += 1
        if progress:
            progress(report)
        if row.data_type not in types:
            continue
        if limit is not None and report.looked_at >= limit:
            return
        report.looked_at += 1
        if not fold(row.name):
            report.no_words += 1
            continue
        found = mapped(row.name, row.data_type, row.category)
        label = tidy(row.name)
        if found is None:
            report.unmapped[row.category] += 1
        elif _CLAIM.search(label) or refuses(label):
            report.refused_wordings += 1
        else:
            yield _candidate(row, label, found.category, found.serving, release)


def _candidate(row: UsdaFood, label: str, category: str, serving: Serving | None, release: str) -> _Candidate:
    measure, grams = measure_of(row.unit, row.grams)
    folded = fold(label)
    entry = Food(
        code=code_of(folded, row.name, row.data_type),
        labels={"en": label},
        synonyms={},
        source=f"{SOURCE}, {row.data_type}, by {release}",
        category=category,
        gives={group: plain_number(servings) for group, servings in gives(serving, grams).items()},
        household_measures={"en": measure},
        common=False,
    )
    return _Candidate(entry, folded, row.name, row.data_type)


def _type_of(source: str) -> str:
    return source.removeprefix(f"{SOURCE}, ").partition(",")[0]


def code_of(folded: str, name: str, data_type: str, *, hashed: bool = False) -> str:
    """`usda_kale_raw`; with a hash of type and name at its end if it had to be cut, or if `hashed`."""
    code = "usda_" + folded.replace(" ", "_")
    if len(code) <= MAX_LENGTH and not hashed:
        return code
    end = "_" + sha256(f"{data_type}\n{name}".encode()).hexdigest()[:8]
    return code[: MAX_LENGTH - len(end)].rstrip("_") + end


def tidy(name: str) -> str:
    """Without capitals that shout and blanks too many; `NFS` and `BBQ` stay."""
    text = " ".join(name.split())
    if text.isupper() and len(text) > len("BBQ"):
        return text.capitalize()
    return _SHOUTED.sub(lambda word: word[0].capitalize(), text)


def measure_of(unit: str, grams: Decimal | None) -> tuple[str, Decimal]:
    """The household measure in words, and its grams: `1 cup (91 g)`, `1 oz (28 g)`, `1 portion (40 g)`, `100 g`."""
    if grams is None or not LEAST_GRAMS <= grams <= MOST_GRAMS:
        return "100 g", HUNDRED
    if abs(grams - OUNCE) < Decimal("0.1"):
        return "1 oz (28 g)", grams
    known = unit.lower() if unit.lower() in UNITS else "portion"
    return f"1 {known} ({round(grams)} g)", grams
