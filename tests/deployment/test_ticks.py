"""What beat asks for, a worker knows: an unknown name is thrown away, and all that shows it is a line in a log."""

from __future__ import annotations

import inspect

import pytest
from django.conf import settings

from config.celery import app
from tracker.management.commands import work

TASKS = sorted(str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values())


@pytest.mark.parametrize("name", TASKS)
def test_a_worker_knows_what_beat_asks_for(name: str) -> None:
    app.loader.import_default_modules()
    assert name in app.tasks


@pytest.mark.parametrize("name", TASKS)
def test_and_so_does_the_command_that_does_without_redis(name: str) -> None:
    done = {
        "backend.privacy.tasks.erase_accounts": "erase_due_accounts",
    }.get(name, name.rpartition(".")[2])
    assert f"{done}(" in inspect.getsource(work.Command)
