"""Exports of everything about one participant: asked for, made by a worker, kept for some days, thrown away.

The zip goes into PostgreSQL in parts, so that workers and the API share no disk. A worker leases an export; it stores a part
or its progress only while the lease is its own, in the same transaction that renews it. One that dies leaves the export to
the next, which begins again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now

from backend.accounts.models import User
from backend.api.problems import Problem
from backend.privacy.export_files import write_files
from backend.privacy.mails import EXPORT_READY, tell
from backend.privacy.models import DataExport, DataExportPart, ExportState
from backend.privacy.sections import registered_sections
from backend.privacy.zip_stream import ZipStream
from backend.wake import wake

logger = structlog.get_logger(__name__)

PART_SIZE = 1 << 20
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
MAX_A_DAY = 10
DAY = timedelta(days=1)
RUNNING = (ExportState.PENDING, ExportState.RUNNING)


class TooManyExports(Problem):
    status, code, detail = 429, "too_many_exports", f"{MAX_A_DAY} exports a day are enough. Wait, and ask again."


class LeaseLost(Exception):
    """Another worker has taken the export over, or it is gone."""


@transaction.atomic
def start_export(user: User, *, now: datetime) -> tuple[DataExport, bool]:
    """The export that is being made, and whether it is a new one. Raises TooManyExports."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = DataExport.objects.filter(user=user)
    if running := mine.filter(state__in=RUNNING).first():
        return running, False
    today = mine.filter(requested_at__gt=now - DAY).order_by("-requested_at")
    if len(recent := list(today.values_list("requested_at", flat=True)[:MAX_A_DAY])) == MAX_A_DAY:
        wait = recent[-1] + DAY - now
        raise TooManyExports(headers={"Retry-After": str(max(1, int(wait.total_seconds())))})
    export = DataExport.objects.create(user=user, requested_at=now)
    transaction.on_commit(lambda: wake("backend.privacy.tasks.make_exports"))
    return export, True


def make_exports(*, now: datetime) -> int:
    """Make what was asked for, and throw away what has had its time; returns how many were made. Any number may run at once."""
    expire_exports(now=now)
    made = 0
    while (export := _claim()) is not None:
        try:
            _make(export, now=now)
            made += 1
        except LeaseLost:
            logger.warning("export_lease_lost", export=str(export.pk))
        except Exception as error:  # recorded in the row, counted there, and given up at the fifth
            logger.exception("export_failed", export=str(export.pk))
            _put_back(export, error)
    return made


@transaction.atomic
def expire_exports(*, now: datetime) -> int:
    """Throw away the bytes of exports whose time is over; the rows stay, and say that there was one."""
    over = DataExport.objects.select_for_update(skip_locked=True, of=("self",))
    ids = list(over.filter(state=ExportState.READY, expires_at__lte=now).values_list("pk", flat=True))
    DataExportPart.objects.filter(user__in=_users(ids), export__in=ids).delete()
    return DataExport.objects.filter(pk__in=ids).update(state=ExportState.EXPIRED)


def _users(ids: list[UUID]) -> list[UUID]:
    return list(DataExport.objects.filter(pk__in=ids).values_list("user_id", flat=True))


@transaction.atomic
def _claim() -> DataExport | None:
    """Lease the oldest that waits, or whose worker has vanished, and clear away what that one had written."""
    DataExport.objects.filter(state=ExportState.RUNNING, claimed_until__lt=Now(), attempts__gte=MAX_ATTEMPTS).update(
        state=ExportState.FAILED, claim_token=None, last_error="The worker did not come back."
    )
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS (SELECT id FROM privacy_dataexport WHERE state IN ('pending', 'running')"
            "  AND (claimed_until IS NULL OR claimed_until < statement_timestamp())"
            "  ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " UPDATE privacy_dataexport AS export SET state = 'running', claim_token = %s, attempts = attempts + 1,"
            "  claimed_until = statement_timestamp() + make_interval(secs => %s), progress = 0, writing = ''"
            " FROM picked WHERE export.id = picked.id",
            [token, LEASE.total_seconds()],
        )
    export = DataExport.objects.filter(claim_token=token).first()
    if export is not None:
        DataExportPart.objects.filter(user=export.user_id, export=export).delete()
    return export


def _make(export: DataExport, *, now: datetime) -> None:
    user = User.objects.filter(pk=export.user_id).first()
    if user is None:
        raise LeaseLost  # erased since
    parts = _Parts(export)
    with ZipStream(parts.write, at=export.requested_at) as zip_stream:
        write_files(zip_stream, registered_sections(), user, at=now, begin=parts.begin)
    parts.close()
    _finish(export, user, parts, now=now)


@transaction.atomic
def _finish(export: DataExport, user: User, parts: _Parts, *, now: datetime) -> None:
    """It is ready, and a mail says so: both, or neither. Raises LeaseLost."""
    until = now + timedelta(days=settings.EXPORT_LIFETIME_DAYS)
    finished = _held(export).update(
        state=ExportState.READY,
        progress=100,
        writing="",
        claim_token=None,
        claimed_until=None,
        last_error="",
        size=parts.size,
        sha256=parts.sha256,
        finished_at=now,
        expires_at=until,
    )
    if not finished:
        raise LeaseLost
    tell(user, EXPORT_READY, export.pk, now=now, until=until, expires_at=until.isoformat())


class _Parts:
    """Takes the zip's bytes and puts them away a part at a time."""

    def __init__(self, export: DataExport) -> None:
        self._export = export
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._count = 0
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def begin(self, progress: int, writing: str) -> None:
        _renew(self._export, progress=progress, writing=writing)

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)
        self._buffer += data
        while len(self._buffer) >= PART_SIZE:
            self._store(bytes(self._buffer[:PART_SIZE]))
            del self._buffer[:PART_SIZE]

    def close(self) -> None:
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()

    @transaction.atomic
    def _store(self, data: bytes) -> None:
        _renew(self._export)
        user_id = self._export.user_id
        DataExportPart.objects.create(user_id=user_id, export=self._export, number=self._count, data=data)
        self._count += 1


def _held(export: DataExport) -> models.QuerySet[DataExport]:
    """The export, while it is still ours."""
    return DataExport.objects.filter(
        pk=export.pk, state=ExportState.RUNNING, claim_token=export.claim_token, claimed_until__gt=Now()
    )


def _renew(export: DataExport, **progress: int | str) -> None:
    """Raises LeaseLost. Inside a transaction, nobody can take the export over until its end."""
    if not _held(export).update(claimed_until=Now() + LEASE, **progress):
        raise LeaseLost


@transaction.atomic
def _put_back(export: DataExport, error: Exception) -> None:
    """Once more a little later, or never."""
    failed = export.attempts >= MAX_ATTEMPTS
    mine = DataExport.objects.filter(pk=export.pk, claim_token=export.claim_token)
    DataExportPart.objects.filter(user=export.user_id, export__in=mine).delete()
    mine.update(
        state=ExportState.FAILED if failed else ExportState.PENDING,
        claim_token=None,
        claimed_until=None if failed else Now() + timedelta(seconds=2 * export.attempts),
        writing="",
        last_error=type(error).__name__,
    )
