"""A pytest plugin, loaded before Django's settings: tests run in demo mode, with a secret of their own."""

import os

os.environ["ENGRAM_DEMO"] = "1"
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("ENGRAM_EVEN_ANSWERS_STEP", "0")

# Each parallel worker has a Redis database of its own, as pytest-django gives it a PostgreSQL one.
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and "REDIS_URL" in os.environ:
    server, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(number) + int(worker.removeprefix('gw')) + 1}"
