"""Erasing an account: every row of the participant, in one transaction, with a line in the ledger before it commits.

First the account is closed (`erasing`): devices are signed out and nobody can take it back. Then the rows go. A worker that
dies in between leaves the request `erasing`, and the next one does it again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q

from backend.accounts.addresses import with_confirmed_address
from backend.accounts.models import Device, User
from backend.languages import closest_language
from backend.privacy import ledger
from backend.privacy.ledger import Erasure
from backend.privacy.mails import send_farewell
from backend.privacy.models import ErasureRequest, ErasureState
from backend.privacy.other_places import Person, registered_places
from backend.privacy.ownership import mentions, owned_models

logger = structlog.get_logger(__name__)

STAFF = Q(is_staff=True) | Q(is_superuser=True)


def erase_due_accounts(*, now: datetime) -> int:
    """Erase everybody whose window is over; returns how many. Any number of these may run at once.

    An account that can't be erased now (the ledger can't be written, a write of theirs is under way) stays due.
    """
    erased = 0
    for request_id in _due(now):
        try:
            if _close_account(request_id, now=now):
                erased += _erase_closed_account(request_id, now=now)
        except (OperationalError, IntegrityError, OSError) as error:
            logger.error("erasure_put_off", request=str(request_id), reason=type(error).__name__)
    return erased


def _due(now: datetime) -> list[UUID]:
    due = ErasureRequest.objects.filter(
        Q(state=ErasureState.REQUESTED, erases_at__lte=now) | Q(state=ErasureState.ERASING)
    )
    return list(due.order_by("erases_at").values_list("pk", flat=True))


@transaction.atomic
def _close_account(request_id: UUID, *, now: datetime) -> bool:
    """From here on there is no way back, and no way in. False if it was taken back, or somebody else is at it."""
    request = _lock(request_id, ErasureState.REQUESTED, ErasureState.ERASING)
    if request is None:
        return False
    if User.objects.filter(STAFF, pk=request.user_id).exists():  # made staff since they asked
        request.state, request.cancelled_at = ErasureState.CANCELLED, now
        request.save(update_fields=["state", "cancelled_at"])
        logger.error("erasure_of_staff_cancelled", user=str(request.user_id))
        return False
    request.state = ErasureState.ERASING
    request.save(update_fields=["state"])
    User.objects.filter(pk=request.user_id).update(is_active=False)
    Device.objects.filter(user=request.user_id, revoked_at=None).update(revoked_at=now)
    return True


def _erase_closed_account(request_id: UUID, *, now: datetime) -> bool:
    with transaction.atomic():
        request = _lock(request_id, ErasureState.ERASING)
        if request is None:
            return False
        user = User.objects.select_for_update().get(pk=request.user_id)
        address = user.email if with_confirmed_address([user.pk]) else None
        erase_rows(user)
        ledger.append_erasure(Path(settings.ERASURE_LEDGER), Erasure(user.pk, now))
    logger.info("account_erased", user=str(user.pk))
    if address is not None:
        send_farewell(address, user.pk, language=closest_language(user.language))
    return True


def _lock(request_id: UUID, *states: ErasureState) -> ErasureRequest | None:
    """The request's row always comes before the account's: so workers get out of each other's way."""
    requests = ErasureRequest.objects.select_for_update(skip_locked=True)
    return requests.filter(pk=request_id, state__in=states).first()


def erase_rows(user: User) -> None:
    """Remove every trace of somebody from the database, in the caller's transaction: one statement for each table."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    person = Person(user.pk, frozenset([user.email, *addresses]))
    for place in registered_places():
        place(person)
    for mention in mentions():
        mention.clear(user.pk)
    for owned in owned_models():
        rows = owned.rows(user.pk)
        rows._raw_delete(rows.db)
    User.objects.filter(pk=user.pk)._raw_delete(connection.alias)
    connection.check_constraints()  # deferred ones too, so that what is left can only succeed
