"""Run the benchmarks in a database of their own. `python -m tests.benchmarks scoring api sync catalogue mail` runs some."""

from __future__ import annotations

import os
import sys

import django
from django.db import connection

from tests.own_database import own_database


def main() -> int:
    os.environ.setdefault("ENGRAM_DEMO", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    own_database("engram_bench")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_catalogue", verbosity=0)

    from tests.benchmarks import api, catalogue, mail, scoring, sync
    from tests.figures import Figures

    parts = {
        "scoring": scoring.measure,
        "api": api.measure,
        "sync": sync.measure,
        "catalogue": catalogue.measure,
        "mail": mail.measure,
    }
    figures = Figures("bench")
    for name in sys.argv[1:] or parts:
        print(f"\n{name}", flush=True)
        parts[name](figures)
    connection.close()
    return 0 if figures.write() else 1


if __name__ == "__main__":
    sys.exit(main())
