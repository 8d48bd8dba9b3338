"""Is it really they? By the password, or by a code sent to their address. A token alone erases nobody.

Every try is counted and committed before it is judged, in one statement, so that any number of tries at once are still
`MAX_ATTEMPTS`. The counters are in PostgreSQL: they hold without Redis.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from psycopg import sql

from backend.accounts.addresses import with_confirmed_address
from backend.accounts.models import User
from backend.api.problems import FieldError, Invalid, Problem
from backend.privacy.mails import send_code_mail
from backend.privacy.models import Confirmation

MAX_ATTEMPTS = 5
ATTEMPTS_PER = timedelta(minutes=15)
MAX_CODES = 3
CODES_PER = timedelta(hours=1)
CODE_LIFETIME = timedelta(minutes=15)
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"  # none that look alike, no words


class TooManyAttempts(Problem):
    status, code, detail = 429, "too_many_attempts", "Too many tries. Wait, and try again."


class NoConfirmedAddress(Problem):
    status, code, detail = 409, "no_confirmed_address", "There is no confirmed address to send a code to."


def confirm(user: User, *, password: str | None = None, code: str | None = None, now: datetime) -> None:
    """Raises Invalid for a wrong password or code, TooManyAttempts, or nothing. Not inside a transaction."""
    attempts, until = _count(user.pk, "attempts", now=now, per=ATTEMPTS_PER)
    if attempts > MAX_ATTEMPTS:
        raise _too_many(until, now)
    if password is not None:
        if not user.check_password(password):
            raise Invalid(errors=[FieldError("/password", "wrong_password", "This is not the password.")])
    elif not _use_code(user, code or "", now=now):
        raise Invalid(errors=[FieldError("/code", "wrong_code", "This code is not valid, or no longer.")])
    Confirmation.objects.filter(user=user).update(attempts=0)


@transaction.atomic
def send_code(user: User, *, now: datetime) -> None:
    """Mail a new code, which replaces the one before. Raises TooManyAttempts or NoConfirmedAddress."""
    if not with_confirmed_address([user.pk]):
        raise NoConfirmedAddress()
    sent, until = _count(user.pk, "codes", now=now, per=CODES_PER)
    if sent > MAX_CODES:
        raise _too_many(until, now)
    code = "".join(secrets.choice(LETTERS) for _ in range(8))
    Confirmation.objects.filter(user=user).update(code_hash=_code_hash(user.pk, code), code_ends_at=now + CODE_LIFETIME)
    send_code_mail(user, f"{code[:4]}-{code[4:]}", lifetime=CODE_LIFETIME)


def _use_code(user: User, code: str, *, now: datetime) -> bool:
    """A code is good for once: the update that takes it away decides."""
    typed = "".join(letter for letter in code.upper() if letter in LETTERS)
    right = Confirmation.objects.filter(user=user, code_hash=_code_hash(user.pk, typed), code_ends_at__gt=now)
    return right.update(code_hash=None, code_ends_at=None) == 1


def _code_hash(user_id: UUID, code: str) -> bytes:
    """Keyed: eight letters alone could be found from a plain hash."""
    return salted_hmac("backend.privacy.code", f"{user_id}:{code}", algorithm="sha256").digest()


def _count(user_id: UUID, what: Literal["attempts", "codes"], *, now: datetime, per: timedelta) -> tuple[int, datetime]:
    """Count one more in the running period, or the first of a new one; returns the count and when the period ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "INSERT INTO privacy_confirmation AS counted (user_id, attempts, codes, {until})"
                " VALUES (%(user)s, %(attempts)s, %(codes)s, %(until)s) ON CONFLICT (user_id) DO UPDATE SET"
                " {count} = CASE WHEN counted.{until} > %(now)s THEN counted.{count} + 1 ELSE 1 END,"
                " {until} = CASE WHEN counted.{until} > %(now)s THEN counted.{until} ELSE %(until)s END"
                " RETURNING {count}, {until}"
            ).format(count=sql.Identifier(what), until=sql.Identifier(f"{what}_until")),
            {
                "user": user_id,
                "attempts": int(what == "attempts"),
                "codes": int(what == "codes"),
                "now": now,
                "until": now + per,
            },
        )
        row: tuple[int, datetime] = cursor.fetchone()
    return row


def _too_many(until: datetime, now: datetime) -> TooManyAttempts:
    seconds = max(1, int((until - now).total_seconds()))
    return TooManyAttempts(headers={"Retry-After": str(seconds)})
