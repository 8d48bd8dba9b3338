"""A database for one measurement, beside the one that the environment names."""

from __future__ import annotations

import os

import psycopg


def own_database(name: str) -> None:
    """A fresh, empty database beside the one that DATABASE_URL names, and DATABASE_URL pointed at it, as its owner."""
    url = os.environ.pop("DATABASE_OWNER_URL", "") or os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = url.rpartition("/")[0] + f"/{name}"
