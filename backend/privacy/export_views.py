"""`/v1/exports`: everything that is held about the participant, as a zip."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.accounts.participants import ParticipantView
from backend.api.conditional import not_modified
from backend.api.openapi import named_schema, problems
from backend.api.parameters import read_parameters
from backend.api.problems import NotFound
from backend.limits.views import PublicView
from backend.privacy.downloads import (
    download_url,
    entity_tag,
    export_of_link,
    read_bytes,
    refuse_unready,
    wanted_range,
)
from backend.privacy.exporting import start_export
from backend.privacy.models import DataExport, ExportState

SHOWN = 50

_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
EXPORT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": list(ExportState.values)},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "writing": {"type": "string", "description": "What is being written; empty when nothing is."},
        "requested_at": _TIME,
        "finished_at": _TIME_OR_NULL,
        "expires_at": _TIME_OR_NULL,
        "size": {"type": ["integer", "null"], "description": "Bytes."},
        "sha256": {"type": ["string", "null"]},
        "download_url": {
            "type": ["string", "null"],
            "description": "Opens without a token, until `expires_at`; for this export only. There when it is ready.",
        },
    },
}
EXPORT["required"] = list(EXPORT["properties"])
EXPORTS = {
    "type": "object",
    "properties": {"results": {"type": "array", "items": named_schema("Export", EXPORT)}},
    "required": ["results"],
}
_ONE = OpenApiResponse(named_schema("Export", EXPORT))


def export_document(export: DataExport) -> dict[str, Any]:
    return {
        "id": export.pk,
        "state": export.state,
        "progress": export.progress,
        "writing": export.writing,
        "requested_at": export.requested_at,
        "finished_at": export.finished_at,
        "expires_at": export.expires_at,
        "size": export.size,
        "sha256": export.sha256 or None,
        "download_url": download_url(export),
    }


def own_export(user: User, export_id: UUID) -> DataExport:
    """Raises NotFound for unknown and foreign ids alike."""
    export = DataExport.objects.filter(user=user, pk=export_id).first()
    if export is None:
        raise NotFound()
    return export


class ExportListView(ParticipantView):
    @extend_schema(
        operation_id="list_exports",
        summary=f"The newest {SHOWN} exports, newest first",
        responses={200: OpenApiResponse(named_schema("ExportList", EXPORTS)), **problems(422)},
        tags=["privacy"],
    )
    def get(self, request: Request) -> Response:
        read_parameters(request, {})
        mine = DataExport.objects.filter(user=self.participant).order_by("-requested_at")[:SHOWN]
        return Response({"results": [export_document(export) for export in mine]})

    @extend_schema(
        operation_id="start_export",
        summary="Have everything exported; one at a time",
        request=None,
        responses={
            200: OpenApiResponse(named_schema("Export", EXPORT), description="The one that is being made already."),
            202: OpenApiResponse(named_schema("Export", EXPORT), description="A new one."),
            **problems(429),
        },
        tags=["privacy"],
    )
    def post(self, request: Request) -> Response:
        export, new = start_export(self.participant, now=timezone.now())
        return Response(
            export_document(export), status=202 if new else 200, headers={"Location": f"{request.path}/{export.pk}"}
        )


class ExportView(ParticipantView):
    @extend_schema(
        operation_id="read_export",
        summary="How far an export is, and where to download it",
        responses={200: _ONE, **problems(404)},
        tags=["privacy"],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        return Response(export_document(own_export(self.participant, uid)))


_BYTES: dict[str, Any] = {
    "responses": {
        (200, "application/zip"): OpenApiTypes.BINARY,
        (206, "application/zip"): OpenApiTypes.BINARY,
        304: None,
        **problems(404, 409, 410, 416, 422),
    },
    "tags": ["privacy"],
}
_RANGES = [
    OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range, such as bytes=1048576-."),
    OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="The ETag of what you have so far."),
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER),
]


def bytes_of(request: Request, export: DataExport) -> HttpResponseBase:
    """The zip, or the range of it that the request asks for; to HEAD, what would be answered."""
    refuse_unready(export, now=timezone.now())
    assert export.size is not None
    assert export.finished_at is not None
    tag, written = entity_tag(export), http_date(export.finished_at.timestamp())
    headers = {
        "ETag": tag,
        "Last-Modified": written,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="engram-export-{export.requested_at:%Y-%m-%d}.zip"',
    }
    if not_modified(request, tag):
        return HttpResponse(status=304, headers=headers)
    # With bytes of another version, a range of this one would make a broken file.
    same = request.headers.get("If-Range", tag) in (tag, written)
    wanted = wanted_range(request.headers.get("Range"), export.size) if same else None
    if wanted is not None:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{export.size}"
    status = 200 if wanted is None else 206
    wanted = range(export.size) if wanted is None else wanted
    headers["Content-Length"] = str(len(wanted))
    body = iter(()) if request.method == "HEAD" else read_bytes(export, wanted)
    return StreamingHttpResponse(body, status=status, content_type="application/zip", headers=headers)


class ExportDownloadView(ParticipantView):
    @extend_schema(
        operation_id="download_export", summary="The zip, or a range of its bytes", parameters=_RANGES, **_BYTES
    )
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        read_parameters(request, {})
        return bytes_of(request, own_export(self.participant, uid))

    head = get


class ExportLinkView(PublicView):
    """For whoever has the signed link of a `download_url`: a browser has no token to send. It opens this one export."""

    @extend_schema(
        operation_id="download_export_by_link",
        summary="The same by the link that an export's document holds, without a token",
        auth=[],
        parameters=[OpenApiParameter("signature", str, required=True, description="From `download_url`."), *_RANGES],
        **_BYTES,
    )
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        given = read_parameters(request, {"signature": str})
        return bytes_of(request, export_of_link(uid, given.get("signature", "")))

    head = get
