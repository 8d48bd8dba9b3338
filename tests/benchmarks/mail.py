"""The weekly mail: what rendering one costs, pictures and all, what it weighs, over 200 different people, and sending it."""

from __future__ import annotations

import random
import time
from statistics import median
from typing import Any

from backend.outbox.kinds import RenderedMail
from tests.benchmarks import sending
from tests.figures import Figures
from tests.tracker.made_up_summaries import WEEK, a_week, context_of
from tracker.summary_charts import Bar, week_chart
from tracker.summary_mail import render_summary

PEOPLE = 200
MILLISECONDS = 15


def measure(figures: Figures) -> None:
    contexts = [_context(number) for number in range(PEOPLE)]
    render_summary(contexts[0])
    mails, wall, processor = [], [], []
    for context in contexts:
        began, used = time.perf_counter(), time.process_time()
        mails.append(render_summary(context))
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    figures.at_most("a weekly mail with its pictures, median", 1000 * median(wall), "ms", MILLISECONDS)
    figures.note("of that, the processor's time", 1000 * median(processor), "ms")
    figures.note("its pictures alone: one of the two", 1000 * _picture(), "ms")
    figures.at_most("the largest of them, HTML, text and pictures", max(map(_weight, mails)) / 1000, "kB", 100)
    sending.measure(figures, mails)


def _context(number: int) -> dict[str, Any]:
    """Eight weeks of one person."""
    chance = random.Random(number)

    def a_random_week(back: int) -> Any:
        walks, readings, meals = (chance.randint(0, 7) for _ in range(3))
        return a_week(WEEK.minus(back), walks=walks, readings=readings, meals=meals)

    weeks = [a_random_week(back) for back in range(7, -1, -1)]
    return context_of(weeks[-1], *weeks[:-1], name=f"Person {number}", language=("en", "es")[number % 2])


def _picture() -> float:
    taken = []
    for number in range(PEOPLE):
        bars = [Bar(name, number / 2, f"{number / 2:.1f}") for name in ("Week", "Exercise", "Mind", "Food")]
        began = time.perf_counter()
        week_chart(bars)
        taken.append(time.perf_counter() - began)
    return median(taken)


def _weight(mail: RenderedMail) -> int:
    return len(mail.html_with_images().encode()) + len(mail.text.encode())
