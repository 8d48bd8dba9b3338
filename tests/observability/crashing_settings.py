"""Engram's settings, with addresses and a task that crash."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.observability.crashing"
CELERY_IMPORTS = ["tests.observability.crashing"]
