"""The pictures of a summary: the week's score with its domains, and the weeks before it, as PNGs.

Each has a dark background of its own, so that it looks the same in a light mail and in a dark one. Lengths are in the units of
the drawing, which is shown at most `WIDTH` wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH = 320
SHARPNESS = 2  # pixels for each unit
MARGIN = 16
GROUND, INK, QUIET, TRACK, FILLED, PALE = "#134e4a", "#f0fdfa", "#c3e6e0", "#2f6f69", "#5eead4", "#5b9a92"
COLOURS = 32  # in the file: these six, and the edges of letters
FONTS = Path(__file__).parent / "fonts"

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
    drawing = _Drawing(2 * MARGIN + ROW * len(bars))
    for index, bar in enumerate(bars):
        middle = MARGIN + ROW * index + ROW // 2
        drawing.text(MARGIN, middle + 5, bar.name, bold=index == 0)
        drawing.text(WIDTH - MARGIN, middle + 5, bar.number, bold=index == 0, anchor="right")
        if bar.score is not None:
            height, full = FIRST_BAR if index == 0 else BAR, BARS_TO - BARS_FROM
            drawing.block(BARS_FROM, middle - height // 2, full, height, TRACK)
            drawing.block(BARS_FROM, middle - height // 2, full * bar.score / 100, height, FILLED)
    return drawing.png()


def trend_chart(points: Sequence[Point]) -> bytes:
    """A PNG with a column for each week that has a score. A line stands where the domains change, and columns of other domains
    than the newest ones are pale: nothing looks like a fall between scores that aren't comparable."""
    drawing = _Drawing(TREND_BOTTOM + 38)
    step = (WIDTH - 2 * MARGIN) // max(len(points), 1)
    drawing.block(MARGIN, TREND_BOTTOM, WIDTH - 2 * MARGIN, 2, TRACK)
    newest = next((point for point in reversed(points) if point.score is not None), points[-1])
    before: Point | None = None
    for index, point in enumerate(points):
        left = WIDTH - MARGIN - step * (len(points) - index)
        if point.score is None:
            continue
        if before is not None and before.included != point.included:
            drawing.block(left - 1, 10, 2, TREND_BOTTOM - 10, QUIET)
        top = TREND_BOTTOM - (TREND_BOTTOM - TREND_TOP) * point.score / 100
        colour = FILLED if point.included == newest.included else PALE
        drawing.block(left + (step - COLUMN) // 2, top, COLUMN, TREND_BOTTOM - top, colour)
        drawing.text(left + step // 2, top - 6, point.number, size=11, bold=point is newest, anchor="middle")
        before = point
    drawing.text(MARGIN, TREND_BOTTOM + 22, points[0].label, size=12, colour=QUIET)
    drawing.text(WIDTH - MARGIN, TREND_BOTTOM + 22, points[-1].label, size=12, colour=QUIET, anchor="right")
    return drawing.png()


class _Drawing:
    def __init__(self, height: int) -> None:
        self._image = Image.new("RGB", (WIDTH * SHARPNESS, height * SHARPNESS), GROUND)
        self._draw = ImageDraw.Draw(self._image)

    def block(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Nothing if it is narrower than a pixel."""
        x, y, end, bottom = (round(length * SHARPNESS) for length in (left, top, left + width, top + height))
        if end > x and bottom > y:
            self._draw.rectangle((x, y, end - 1, bottom - 1), fill=colour)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = 14,
        bold: bool = False,
        colour: str = INK,
        anchor: str = "left",
    ) -> None:
        """`y` is the line that letters stand on, `x` the side of the text that `anchor` names."""
        place, font = (round(x * SHARPNESS), round(y * SHARPNESS)), _font(size, bold)
        self._draw.text(place, text, fill=colour, font=font, anchor=f"{anchor[0]}s")

    def png(self) -> bytes:
        file = BytesIO()
        few = self._image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(file, "PNG")
        return file.getvalue()


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """With the layout that needs no library of the system's: the same picture everywhere."""
    file = FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return ImageFont.truetype(str(file), size * SHARPNESS, layout_engine=ImageFont.Layout.BASIC)
