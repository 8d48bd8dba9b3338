"""The files of an export: for each section one of JSON and one of CSV, and a dictionary that explains every column."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import IO

from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from backend.accounts.models import User
from backend.api.json import encode
from backend.languages import closest_language
from backend.privacy.cells import cell
from backend.privacy.sections import Section
from backend.privacy.zip_stream import ZipStream

SPOOL = 1 << 20  # bytes of a CSV file that are kept in memory before they go to a temporary file
README = gettext_noop("""# Your data

Everything that this installation of Engram held about you on %(at)s.

- `json/` has a file for each kind of data, for programs.
- `csv/` has the same, for spreadsheets: UTF-8, separated by commas. A text that a spreadsheet would take for a formula has
  an apostrophe (') before it; the JSON has it as it is.
- `data_dictionary.md` explains each file and each column; `data_dictionary.json` is the same for programs.

Times are in UTC unless they carry another offset. Each file shows one moment; the files were written one after the other.
""")
DICTIONARY_WORDS = {
    "title": gettext_lazy("What the files and columns mean"),
    "column": gettext_lazy("column"),
    "meaning": gettext_lazy("meaning"),
    "unit": gettext_lazy("unit"),
    "left_out": gettext_lazy("Not included"),
}


def write_files(
    zip_stream: ZipStream,
    sections: Sequence[Section],
    user: User,
    *,
    at: datetime,
    begin: Callable[[int, str], None],
) -> None:
    """Write everything, explained in the participant's language; `begin` is told, before each section, the per cent that is
    done and the section's name."""
    with translation.override(closest_language(user.language)):
        explained: dict[str, bytes] = {
            "README.md": (gettext(README) % {"at": f"{at:%Y-%m-%d %H:%M} UTC"}).encode(),
            "data_dictionary.json": encode(dictionary(sections)),
            "data_dictionary.md": dictionary_text(sections).encode(),
        }
    for name, content in explained.items():
        with zip_stream.file(name) as file:
            file.write(content)
    for number, section in enumerate(sections):
        begin(100 * number // len(sections), section.name)
        _write_section(zip_stream, section, user)


def _write_section(zip_stream: ZipStream, section: Section, user: User) -> None:
    """Rows are read once, so that both files say the same: the JSON goes straight out, the CSV waits beside it."""
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
        table = csv.writer(text := io.TextIOWrapper(spool, encoding="utf-8", newline="", write_through=True))
        names = [column.name for column in section.columns]
        table.writerow(names)
        with zip_stream.file(f"json/{section.name}.json") as file:
            separator = b"[\n"
            for row in section.rows_of(user):
                file.write(separator + encode({name: row[name] for name in names}))
                table.writerow([cell(row[name]) for name in names])
                separator = b",\n"
            file.write(b"[]\n" if separator == b"[\n" else b"\n]\n")
        text.detach()
        spool.seek(0)
        with zip_stream.file(f"csv/{section.name}.csv") as file:
            _copy(spool, file)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while data := source.read(SPOOL):
        target.write(data)


def dictionary(sections: Sequence[Section]) -> list[dict[str, object]]:
    """In the active language, apart from the names that programs read."""
    return [
        {
            "name": section.name,
            "files": [f"json/{section.name}.json", f"csv/{section.name}.csv"],
            "meaning": in_words(section.meaning),
            "columns": [
                {"name": column.name, "meaning": in_words(column.meaning), "unit": in_words(column.unit) or None}
                for column in section.columns
            ],
            "not_included": [{"what": what, "reason": in_words(reason)} for what, reason in section.left_out.items()],
        }
        for section in sections
    ]


def dictionary_text(sections: Sequence[Section]) -> str:
    lines = [f"# {DICTIONARY_WORDS['title']}", ""]
    head = "| {column} | {meaning} | {unit} |".format_map(DICTIONARY_WORDS)
    for section in sections:
        lines += [f"## {section.name}", "", in_words(section.meaning), "", head, "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {in_words(column.meaning)} | {in_words(column.unit)} |" for column in section.columns
        ]
        if section.left_out:
            lines += ["", f"{DICTIONARY_WORDS['left_out']}:", ""]
            lines += [f"- `{what}`: {in_words(reason)}" for what, reason in section.left_out.items()]
        lines.append("")
    return "\n".join(lines)


def in_words(text: str) -> str:
    """A section's text in the active language. Sections are found by what is registered, not by a mark in the code."""
    return gettext(text) if text else ""


def texts_of(sections: Sequence[Section]) -> Iterator[tuple[str, str]]:
    """(section, text) of all that `in_words` translates."""
    for section in sections:
        columns = section.columns
        units = [column.unit for column in columns if column.unit]
        for text in (section.meaning, *(column.meaning for column in columns), *units, *section.left_out.values()):
            yield section.name, text
