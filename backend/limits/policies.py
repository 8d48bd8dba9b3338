"""The limits there are, each by its name: how many, in how long, and whether it holds without Redis too.

A limit is a bucket (GCRA): `quota` at once, and then one more every `seconds / quota`. `ENGRAM_RATE_LIMITS` changes the
numbers: `sign_in=10/900,participant_reads=6000/60`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PolicyName = Literal[
    "participant_reads",
    "participant_writes",
    "anonymous",
    "sign_in",
    "sign_in_account",
    "sign_in_address",
    "sign_up_address",
    "secret_entry",
    "secret_entry_account",
    "secret_entry_address",
    "mail",
    "mail_account",
    "mail_address",
    "mail_choices",
]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

# Name: quota, seconds, and whether it guards a secret that could be guessed.
_DEFAULTS: dict[PolicyName, tuple[int, int, bool]] = {
    # What one participant's devices ask for together under /v1.
    "participant_reads": (1200, _MINUTE, False),
    "participant_writes": (600, _MINUTE, False),
    # Everything else, by the address it comes from. Many people share an address: a household, a clinic, a whole network.
    "anonymous": (600, _MINUTE, False),
    # Passwords tried for one account from one address: the tight one.
    "sign_in": (5, 15 * _MINUTE, True),
    # For one account from anywhere: wide, for whoever fails on purpose must not lock its owner out. Addresses that the
    # account has been signed in from are not counted in it.
    "sign_in_account": (100, _HOUR, True),
    # For any account from one address: a list of stolen passwords.
    "sign_in_address": (60, 15 * _MINUTE, True),
    # A study's first evening behind one router.
    "sign_up_address": (100, _HOUR, True),
    # Codes, second factors and passwords of somebody half or wholly signed in: for one token or browser session (staff give
    # both before each export) …
    "secret_entry": (10, 15 * _MINUTE, True),
    # … for the account behind it, whatever the number of tokens …
    "secret_entry_account": (30, _HOUR, True),
    # … and from one address.
    "secret_entry_address": (120, 15 * _MINUTE, True),
    # Mails that somebody at one network address makes us send to one mail address, that everybody together makes us send to
    # it, and that one caller makes us send.
    "mail": (6, _HOUR, True),
    "mail_account": (30, _HOUR, True),
    "mail_address": (100, _HOUR, True),
    # The pages behind the links in one participant's mails, looking and changing apart.
    "mail_choices": (60, _HOUR, False),
}
assert set(_DEFAULTS) == set(get_args(PolicyName))


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    quota: int
    seconds: int
    guards_secret: bool

    @property
    def interval(self) -> int:
        """Microseconds until one more is allowed."""
        return self.seconds * 1_000_000 // self.quota

    @property
    def capacity(self) -> int:
        """Microseconds that a whole quota takes to come back."""
        return self.interval * self.quota


def policy(name: PolicyName) -> Policy:
    return _policies(tuple(settings.RATE_LIMITS))[name]


def all_policies() -> list[Policy]:
    return list(_policies(tuple(settings.RATE_LIMITS)).values())


@cache
def _policies(changes: tuple[str, ...]) -> dict[str, Policy]:
    """Raises ImproperlyConfigured for a name that isn't there or a number that is no limit."""
    table: dict[str, Policy] = {name: Policy(name, *numbers) for name, numbers in _DEFAULTS.items()}
    for name, quota, seconds in _read(changes):
        if name not in table:
            raise ImproperlyConfigured(f"ENGRAM_RATE_LIMITS: there is no limit {name!r}.")
        table[name] = Policy(name, quota, seconds, table[name].guards_secret)
    return table


def _read(changes: Iterable[str]) -> Iterable[tuple[str, int, int]]:
    for change in changes:
        match = re.fullmatch(r"\s*(\w+)=(\d{1,9})/(\d{1,6})\s*", change)
        if match is None or not 1 <= int(match[2]) <= 1_000_000 or not 1 <= int(match[3]) <= 31 * _DAY:
            raise ImproperlyConfigured(f"ENGRAM_RATE_LIMITS: {change!r} is not NAME=QUOTA/SECONDS.")
        yield match[1], int(match[2]), int(match[3])
