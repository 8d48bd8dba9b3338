"""The pictures of a summary: the week's score with its domains, and the weeks before it. Drawn as SVG, sent as PNG.

Each has a dark background of its own, so that it looks the same in a light mail and in a dark one. Lengths are in the units of
the drawing, which is shown at most that wide. Most of the time goes into pixels: docs/decisions.md says what they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import resvg_py

WIDTH = 320
SHARPNESS = 1.5  # pixels for each unit
MARGIN = 16
GROUND, INK, QUIET, TRACK, FILLED, PALE = "#134e4a", "#f0fdfa", "#c3e6e0", "#2f6f69", "#5eead4", "#5b9a92"
FONTS = [str(file) for file in sorted((Path(__file__).parent / "fonts").glob("*.ttf"))]

ROW = 28
BARS_FROM, BARS_TO = 124, 254  # between the names and the numbers
FIRST_BAR, BAR = 14, 10  # their heights

TREND_TOP, TREND_BOTTOM = 30, 106  # where 100 and 0 are
COLUMN = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """`score` from 0 to 100, shown as `number`; None: a dash, and no bar."""

    name: str
    score: float | None
    number: str


@dataclass(frozen=True, slots=True)
class Point:
    """A week: its date, and its score with the domains that it is made from. Only scores of the same domains are compared."""

    label: str
    score: float | None
    number: str
    included: tuple[str, ...]


def week_chart(bars: Sequence[Bar]) -> bytes:
    """A PNG with the bars below each other, the first one thicker."""
    parts = []
    for index, bar in enumerate(bars):
        middle = MARGIN + ROW * index + ROW // 2
        parts.append(_text(MARGIN, middle + 5, bar.name, bold=index == 0))
        parts.append(_text(WIDTH - MARGIN, middle + 5, bar.number, bold=index == 0, anchor="end"))
        if bar.score is not None:
            parts.append(_bar(middle, FIRST_BAR if index == 0 else BAR, bar.score))
    return _png(2 * MARGIN + ROW * len(bars), parts)


def _bar(middle: int, height: int, score: float) -> str:
    full, top = BARS_TO - BARS_FROM, middle - height // 2
    filled = round(full * score / 100 / 2) * 2
    return _block(BARS_FROM, top, full, height, TRACK) + _block(BARS_FROM, top, filled, height, FILLED)


def trend_chart(points: Sequence[Point]) -> bytes:
    """A PNG with a column for each week that has a score. A line stands where the domains change, and columns of other domains
    than the newest ones are pale: nothing looks like a fall between scores that aren't comparable."""
    step = (WIDTH - 2 * MARGIN) // max(len(points), 1)
    parts = [_block(MARGIN, TREND_BOTTOM, WIDTH - 2 * MARGIN, 2, TRACK)]
    newest = next((point for point in reversed(points) if point.score is not None), points[-1])
    before: Point | None = None
    for index, point in enumerate(points):
        left = WIDTH - MARGIN - step * (len(points) - index)
        if point.score is None:
            continue
        if before is not None and before.included != point.included:
            parts.append(_block(left - 1, 10, 2, TREND_BOTTOM - 10, QUIET))
        height = round((TREND_BOTTOM - TREND_TOP) * point.score / 100 / 2) * 2
        colour = FILLED if point.included == newest.included else PALE
        parts.append(_block(left + (step - COLUMN) // 2, TREND_BOTTOM - height, COLUMN, height, colour))
        middle = left + step // 2
        parts.append(
            _text(middle, TREND_BOTTOM - height - 6, point.number, size=11, bold=point is newest, anchor="middle")
        )
        before = point
    dates = [
        _text(MARGIN, TREND_BOTTOM + 22, points[0].label, size=12, colour=QUIET),
        _text(WIDTH - MARGIN, TREND_BOTTOM + 22, points[-1].label, size=12, colour=QUIET, anchor="end"),
    ]
    return _png(TREND_BOTTOM + 38, [*parts, *dates])


def _block(left: int, top: int, width: int, height: int, colour: str) -> str:
    """Even lengths make whole pixels, which are drawn and packed in half the time."""
    return f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{colour}"/>' if width and height else ""


def _text(
    x: int, y: int, text: str, *, size: int = 14, bold: bool = False, colour: str = INK, anchor: str = "start"
) -> str:
    weight = ' font-weight="700"' if bold else ""
    place = f'x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(text)}</text>'


def _png(height: int, parts: Sequence[str]) -> bytes:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' font-family="DejaVu Sans">{"".join(parts)}</svg>'
    )
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, background=GROUND, skip_system_fonts=True, font_files=FONTS, zoom=SHARPNESS
        )
    )
