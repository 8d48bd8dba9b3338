"""Do what the Celery workers do, in one process and without Redis: score due weeks, close weeks, send mail and pushes, make
exports, erase accounts, forget old refusals, log the audit's head."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from backend.audit.tasks import log_audit_head
from backend.outbox.pushing import send_pushes
from backend.outbox.sending import send_mail
from backend.privacy.erasing import erase_due_accounts
from backend.privacy.exporting import make_exports
from backend.sync.devices import forget_old_refusals
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

HEAD_SECONDS = 3600.0

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, and stop.")
        parser.add_argument("--every", type=float, default=1.0, help="Seconds between two looks; 1 if not given.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        self.head_logged_at = -HEAD_SECONDS
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if options["once"]:
                self._work()
            else:
                self._keep_working(options["every"])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep_working(self, every: float) -> None:
        while not self.stopping:
            try:
                self._work()
            except (OperationalError, InterfaceError) as error:
                # PostgreSQL restarts: what was begun has been rolled back and is due as before.
                logger.warning("database_away", reason=type(error).__name__)
                connection.close()
            time.sleep(every)

    def _work(self) -> None:
        scored = score_due_weeks()
        closed = close_weeks(now=timezone.now())
        sent = send_mail()
        pushed = send_pushes()
        exported = make_exports(now=timezone.now())
        erased = erase_due_accounts(now=timezone.now())
        forget_old_refusals(now=timezone.now())
        if scored.scored or scored.failed or closed or sent or pushed or exported or erased:
            self.stdout.write(
                f"scored {scored.scored}, failed {scored.failed}, closed {closed}, sent {sent},"
                f" pushed {pushed}, exported {exported}, erased {erased}"
            )
        if time.monotonic() - self.head_logged_at >= HEAD_SECONDS:
            log_audit_head()
            self.head_logged_at = time.monotonic()

    def _stop(self, *args: Any) -> None:
        self.stopping = True
