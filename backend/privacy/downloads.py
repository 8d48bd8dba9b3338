"""Downloading an export: links that end, and any range of bytes, so that a broken download goes on where it stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from backend.api.problems import NotFound, Problem
from backend.privacy.exporting import PART_SIZE
from backend.privacy.models import DataExport, DataExportPart, ExportState

_signer_salt = "backend.privacy.download"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class NotReady(Problem):
    status, code, detail = 409, "export_not_ready", "This export is still being made."


class Expired(Problem):
    status, code, detail = 410, "export_expired", "This export is no longer kept. Start a new one."


class Unsatisfiable(Problem):
    status, code, detail = 416, "range_not_satisfiable", "The export has no such bytes."


def download_url(export: DataExport) -> str | None:
    """A link that downloads this export and nothing else, without a token, until it expires."""
    if export.state != ExportState.READY or export.expires_at is None:
        return None
    path = reverse("download_export_by_link", args=[export.pk])
    return f"{settings.PUBLIC_URL}{path}?signature={_signer().signature(_signed(export.pk, export.expires_at))}"


def export_of_link(export_id: UUID, signature: str) -> DataExport:
    """Raises NotFound for a wrong signature as for an unknown export."""
    export = DataExport.objects.filter(pk=export_id).first()
    if export is None or export.expires_at is None:
        raise NotFound()
    try:
        _signer().unsign(f"{_signed(export.pk, export.expires_at)}:{signature}")
    except BadSignature as error:
        raise NotFound() from error
    return export


def refuse_unready(export: DataExport, *, now: datetime) -> None:
    if export.state == ExportState.EXPIRED or (export.expires_at is not None and export.expires_at <= now):
        raise Expired()
    if export.state != ExportState.READY:
        raise NotReady()


def _signer() -> Signer:
    return Signer(salt=_signer_salt)


def _signed(export_id: UUID, expires_at: datetime) -> str:
    return f"{export_id}.{int(expires_at.timestamp())}"


def entity_tag(export: DataExport) -> str:
    return f'"{export.sha256}"'


def wanted_range(header: str | None, size: int) -> range | None:
    """The bytes that a `Range` asks for (RFC 9110); None for all of them. Raises Unsatisfiable.

    Several ranges at once, and what can't be understood, are answered with everything, as the standard allows.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        wanted = range(max(0, size - int(last)), size)
    elif last and int(last) < int(first):
        return None
    else:
        wanted = range(int(first), min(int(last) + 1, size) if last else size)
    if not wanted:
        raise Unsatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return wanted


def read_bytes(export: DataExport, wanted: range) -> Iterator[bytes]:
    """A part at a time, by its place. Raises LookupError if the export is thrown away meanwhile."""
    parts = DataExportPart.objects.filter(user=export.user_id, export=export)
    for number in range(wanted.start // PART_SIZE, (wanted.stop - 1) // PART_SIZE + 1):
        data: Any = parts.filter(number=number).values_list("data", flat=True).first()
        if data is None:
            raise LookupError("The export was thrown away during the download.")
        start = number * PART_SIZE
        yield bytes(data[max(0, wanted.start - start) : wanted.stop - start])
