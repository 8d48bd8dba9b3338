"""Asking to be erased, and taking it back while the window is open. Until it closes, everything goes on as before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.accounts.models import User
from backend.api.problems import Problem
from backend.outbox.enqueuing import cancel_queued
from backend.privacy.mails import ERASURE_CANCELLED, ERASURE_REQUESTED, tell
from backend.privacy.models import ErasureRequest, ErasureState
from backend.wake import wake

TOLD_WITHIN = timedelta(days=3)
OPEN = (ErasureState.REQUESTED, ErasureState.ERASING)


class StaffAccount(Problem):
    status, code = 403, "staff_account"
    detail = "An account of staff isn't erased by itself: a superuser has to end its rights first."


class ErasureBegun(Problem):
    status, code, detail = 409, "erasure_begun", "The erasure has begun and can't be taken back."


def open_request(user: User) -> ErasureRequest | None:
    return ErasureRequest.objects.filter(user=user, state__in=OPEN).first()


def with_open_request() -> set[UUID]:
    """Everybody who is about to go."""
    return set(ErasureRequest.objects.filter(state__in=OPEN).values_list("user_id", flat=True))


def refuse_staff(user: User) -> None:
    if user.is_staff or user.is_superuser:
        raise StaffAccount()


@transaction.atomic
def request_erasure(user: User, *, device_id: UUID | None, now: datetime) -> tuple[ErasureRequest, bool]:
    """The open request, and whether it is new. Raises StaffAccount.

    The caller has made sure that it is really they (`confirming.confirm`).
    """
    refuse_staff(user)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if request := open_request(user):
        return request, False
    window = timedelta(days=settings.ERASURE_WINDOW_DAYS)
    request = ErasureRequest.objects.create(user=user, requested_at=now, erases_at=now + window, device_id=device_id)
    until = request.erases_at if window else None
    tell(user, ERASURE_REQUESTED, request.pk, now=now, until=until, erases_at=request.erases_at.isoformat())
    transaction.on_commit(lambda: wake("backend.privacy.tasks.erase_accounts"))
    return request, True


@transaction.atomic
def cancel_erasure(user: User, *, now: datetime) -> None:
    """Take it back, and tell them; nothing to do if there is none. Raises ErasureBegun."""
    mine = ErasureRequest.objects.filter(user=user)
    request = mine.filter(state=ErasureState.REQUESTED).select_for_update().first()
    if request is None:
        if mine.filter(state=ErasureState.ERASING).exists():
            raise ErasureBegun()
        return
    mine.filter(pk=request.pk).update(state=ErasureState.CANCELLED, cancelled_at=now)
    cancel_queued(user.pk, ERASURE_REQUESTED)
    tell(user, ERASURE_CANCELLED, request.pk, now=now, until=now + TOLD_WITHIN)


def erasure_document(request: ErasureRequest | None) -> dict[str, Any]:
    if request is None:
        return {"state": "none", "requested_at": None, "erases_at": None}
    return {"state": request.state, "requested_at": request.requested_at, "erases_at": request.erases_at}
