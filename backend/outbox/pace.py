"""How fast mails go out: so many a second from all senders together, as providers allow an account."""

from __future__ import annotations

import time

from django.conf import settings

from backend.limits.charges import Charge
from backend.limits.counting import count
from backend.limits.policies import Policy


def wait_for_turn() -> None:
    """Returns when the next mail may go; at once if there is no limit. Redis counts, and PostgreSQL while it is away."""
    rate: int = settings.EMAIL_PER_SECOND
    if rate <= 0:
        return
    turn = Charge(Policy("mail_sending", rate, 1, guards_secret=True), settings.EMAIL_PROVIDER)
    while not (decision := count(turn)).allowed:
        time.sleep(max(standing.wait for standing in decision.standings) / 1_000_000)
