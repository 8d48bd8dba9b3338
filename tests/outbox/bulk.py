"""What makes a kind of mail bulk, for tests: bulk mail is sent once at most."""

from __future__ import annotations

from backend.outbox.kinds import Subscription

BULK = Subscription("Bulk", "unsubscribe", lambda user: True, lambda *more: None)
