"""After the database was restored from a backup, before anybody is let in: begin a new epoch of synchronisation.

Phones then send again what they hold, because the server has forgotten what it acknowledged since the backup. Mail that was
not sent when the backup was made may have been sent since: it becomes `unknown`, for staff to look at, and is not sent by
itself. Running it twice does no harm. `replay_erasures` is the other thing to run.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from backend.outbox.claims import doubt_unsent
from backend.outbox.models import OutgoingMail, OutgoingPush
from backend.sync.epochs import begin_epoch


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            epoch = begin_epoch(now=timezone.now())
            doubtful, _ = doubt_unsent(OutgoingMail), doubt_unsent(OutgoingPush)
        self.stdout.write(
            f"Epoch {epoch} has begun: phones send again what they hold. {doubtful} unsent mails are unknown now."
        )
