"""Where mails go, and whether their recipients still want them: looked up for a batch together, shortly before each is sent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

from backend.accounts.models import User
from backend.outbox.keys import current_key
from backend.outbox.models import OutgoingMail, SuppressedAddress
from backend.outbox.suppression import suppressions_of

FRESH = 5.0  # seconds; after that it is looked up again


class Recipients:
    def __init__(self, mails: Sequence[OutgoingMail]) -> None:
        self._mails = mails
        self._look()

    def address_of(self, mail: OutgoingMail) -> str | None:
        """Of a mail that isn't sealed. None if its participant is gone, and the mail with them."""
        if time.monotonic() - self._looked_at > FRESH:
            self._look()
        return self._addresses.get(mail.user_id) if mail.user_id else None

    def stopped(self, mail: OutgoingMail) -> SuppressedAddress | None:
        """Why bulk mail to its participant is not sent."""
        return self._stopped.get(self._addresses[mail.user_id]) if mail.user_id else None

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        users = {mail.user_id for mail in self._mails if mail.user_id and not mail.sealed}
        self._addresses: dict[UUID, str] = dict(User.objects.filter(pk__in=users).values_list("pk", "email"))
        bulk = {mail.user_id for mail in self._mails if mail.user_id and not mail.transactional}
        self._stopped = suppressions_of(self._addresses[user] for user in bulk & self._addresses.keys()) if bulk else {}
        self.link_key = current_key("unsubscribe") if bulk else None
