"""Each test starts with fresh limits, and can have an app that is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.accounts.app import App


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def app(db: None, mailoutbox: list[Any]) -> App:
    """Rosa's phone, signed up and in."""
    app = App()
    app.sign_up(mailoutbox)
    return app
