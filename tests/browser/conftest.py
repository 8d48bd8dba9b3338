"""Chromium, the API that it opens, and what npm installs to look at pages with."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import Server, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
HERE = Path(__file__).parent
WIDTHS = (320, 600, 1200)
BUILD = HERE.parents[1] / "build" / "email"


@pytest.fixture(scope="session")
def packages() -> Path:
    npm = shutil.which("npm")
    assert npm, "This needs Node 20 or newer, with npm."
    subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    return HERE / "node_modules"


@contextmanager
def launched() -> Iterator[Browser]:
    """As long as it runs, its event loop keeps Django from its database in the same thread."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"None of these is here: {', '.join(BROWSERS)}."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path, catalogue: None) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


class Watched:
    """A page, and whatever its console says of errors."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.loaded: list[str] = []
        page.on("console", lambda message: self.note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.loaded.append(request.url))

    def note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)

    def open(self, path: str, expect: str) -> None:
        self.page.goto(self.server + path)
        self.page.wait_for_selector(expect, timeout=15_000)
        self.page.wait_for_load_state("networkidle")
        self.is_clean(path)

    def is_clean(self, where: str) -> None:
        assert self.errors == [], where
        assert [url for url in self.loaded if not url.startswith((self.server, "data:", "about:"))] == [], where


@pytest.fixture
def browser(server: Server) -> Iterator[Watched]:
    with launched() as chromium:
        yield Watched(chromium.new_page(), server.address)


def parsed(message: bytes) -> dict[str, Any]:
    """As postal-mime reads it."""
    told = subprocess.run(["node", HERE / "parse_mail.mjs"], input=message, stdout=subprocess.PIPE, check=True).stdout
    mail: dict[str, Any] = json.loads(told)
    return mail
