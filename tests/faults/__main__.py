"""Kill the worker at random moments while 500 weeks are scored, closed and mailed; flush and kill Redis in between. Then kill
web, PostgreSQL and phones while phones synchronise; and the sender of mail at each edge of handing one over.
`python -m tests.faults [workers] [servers] [mail]` runs some of them."""

from __future__ import annotations

import os
import sys

import django
from django.db import connection

from tests.own_database import own_database


def main() -> int:
    os.environ.setdefault("ENGRAM_DEMO", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.update(
        {
            "LOG_LEVEL": "CRITICAL",
            "ENGRAM_TICK_SECONDS": "0.5",
            "ENGRAM_MAIL_SPREAD_SECONDS": "0",
            "ENGRAM_SCORING_BATCH_SIZE": "2",
            "ENGRAM_SCORING_LEASE_SECONDS": "1",
        }
    )
    own_database("engram_fault")
    from config.demo.processes import free_port

    port = free_port("127.0.0.1", preferred=0)
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_catalogue", verbosity=0)

    from tests.faults import killed_senders, killed_servers, killed_workers
    from tests.figures import Figures

    figures = Figures("fault")
    parts = sys.argv[1:] or ["workers", "servers", "mail"]
    if "workers" in parts:
        killed_workers.measure(figures, smtp_port=port)
    if "servers" in parts:
        killed_servers.measure(figures)
    if "mail" in parts:
        killed_senders.measure(figures, smtp_port=port)
    connection.close()
    return 0 if figures.write() else 1


if __name__ == "__main__":
    sys.exit(main())
