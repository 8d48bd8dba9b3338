"""Figures of a measurement: a table on the screen, and one JSON line each in `build/NAME.jsonl`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parents[1] / "build"


@dataclass(frozen=True)
class Figure:
    """`goal` in words; `holds` is None for a figure without a goal."""

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool | None = None


class Figures:
    def __init__(self, name: str) -> None:
        self.file = BUILD / f"{name}.jsonl"
        self.figures: list[Figure] = []

    def at_most(self, name: str, value: float, unit: str, limit: float) -> None:
        self.add(Figure(name, value, unit, f"<= {limit:g}", value <= limit))

    def at_least(self, name: str, value: float, unit: str, limit: float) -> None:
        self.add(Figure(name, value, unit, f">= {limit:g}", value >= limit))

    def note(self, name: str, value: float, unit: str) -> None:
        self.add(Figure(name, value, unit))

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
        print(f"  {figure.name:<62}{figure.value:>12,.3f}  {figure.unit:<14}{figure.goal:<10}{verdict}", flush=True)

    def write(self) -> bool:
        """Write the lines; True if every goal holds."""
        BUILD.mkdir(exist_ok=True)
        with self.file.open("w") as out:
            for figure in self.figures:
                out.write(json.dumps(asdict(figure)) + "\n")
        missed = [figure.name for figure in self.figures if figure.holds is False]
        print(f"\n{len(self.figures)} figures in {self.file.relative_to(BUILD.parent)}; missed: {missed or 'none'}")
        return not missed
