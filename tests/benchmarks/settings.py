"""Engram's settings, with the views that it is compared against."""

from config.settings import *  # noqa: F403

# Measured is what a request costs, counting included, and not when counting ends it.
RATE_LIMITS = ["participant_reads=1000000/60", "participant_writes=1000000/60"]
ROOT_URLCONF = "tests.benchmarks.urls"
