"""Two lives, and what is watched while others ask for what is the owner's."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from tests.security.lives import Life, live, rows_of
from tests.security.probing import texts_of
from tests.security.unlimited import UNLIMITED
from tracker.scoring.weeks import Week


class Lines(logging.Handler):
    """Every log line as the process writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        (formatter,) = (
            handler.formatter
            for handler in logging.root.handlers
            if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
        )
        self.setFormatter(formatter)
        self.addFilter(lambda record: not record.name.startswith("mail."))  # the SMTP server of the tests

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class World:
    owner: Life
    other: Life
    lines: list[str]
    print_figure: Any
    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)

    def watch(self, caller: str, sent: str, answer: Any) -> None:
        """Count a probe; note every secret of the owner's that the answer holds and the request did not bring itself."""
        self.counts[caller] += 1
        text = texts_of(answer)
        self.leaks += [
            f"{caller}: {sent} answers {secret}"
            for secret in self.owner.secrets
            if secret in text and secret not in sent
        ]

    def assert_nothing_leaked(self, *, probes: int) -> None:
        """No answer and no log line held what is the owner's, none of their rows changed, and enough was tried."""
        total = self.counts.total()
        self.print_figure(
            f"{total} probes, {len(self.leaks)} leaks: " + ", ".join(f"{k} {n}" for k, n in self.counts.items())
        )
        assert not self.leaks, "\n".join(self.leaks[:20])
        assert self.lines, "nothing was logged, so nothing was proved"
        self.assert_logs_are_clean()
        assert rows_of(self.owner) == self.before
        assert total >= probes

    def assert_logs_are_clean(self) -> None:
        marked = [line for line in self.lines if self.owner.canary in line or self.other.canary in line]
        assert not marked, marked[:5]


@pytest.fixture
def world(catalogue: None, last_week: Week, capsys: pytest.CaptureFixture[str], settings: Any) -> Iterator[World]:
    settings.RATE_LIMITS = UNLIMITED
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [{"client_id": "an app"}]}}
    lines = Lines()
    names = ["", *(name for name in logging.root.manager.loggerDict if not logging.getLogger(name).propagate)]
    levels = {name: logging.getLogger(name).level for name in names}

    def print_figure(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    world = World(live("owner", last_week), live("other", last_week), lines.lines, print_figure)
    world.before = rows_of(world.owner)
    for name in names:
        logging.getLogger(name).addHandler(lines)
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        yield world
    finally:
        for name, level in levels.items():
            logging.getLogger(name).removeHandler(lines)
            logging.getLogger(name).setLevel(level)
