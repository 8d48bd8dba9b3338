"""`/v1/server`: what an app needs to know of the server before it signs anybody in."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend import VERSION
from backend.api.openapi import named_schema
from backend.api.parameters import MAX_PAGE
from backend.limits.bounds import body_limit
from backend.limits.views import PublicView
from backend.sync.pulling import MAX_CHANGES as MAX_PULLED
from backend.sync.push_wire import MAX_CHANGES as MAX_PUSHED
from tracker.api.schemas import SERVER
from tracker.record_types.diet_items import MAX_ITEMS
from tracker.record_types.marks import RECORD_ID_NAMESPACE
from tracker.record_types.times import FUTURE_TOLERANCE, MAX_DURATION_SECONDS
from tracker.scoring.protocol import WES_1_0_0


class ServerView(PublicView):
    @extend_schema(
        operation_id="read_server",
        summary="Versions, limits and features",
        auth=[],
        responses={200: OpenApiResponse(named_schema("Server", SERVER))},
        tags=["server"],
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "name": "Engram",
                "version": VERSION,
                "api_versions": ["v1"],
                "protocol": WES_1_0_0.version,
                "time": timezone.now(),
                "languages": [code for code, _ in settings.LANGUAGES],
                "minimum_app_version": None,
                "features": [
                    "logs",
                    "quick_logging",
                    "sync",
                    "weeks",
                    "guidance",
                    "catalogue",
                    "weekly_email",
                    "consents",
                    "export",
                    "erasure",
                ],
                "record_id_namespace": RECORD_ID_NAMESPACE,
                "limits": {
                    "page": MAX_PAGE,
                    "body_bytes": settings.MAX_BODY_BYTES,
                    "push_changes": MAX_PUSHED,
                    "push_bytes": body_limit("/v1/sync/push"),
                    "pull_changes": MAX_PULLED,
                    "diet_items": MAX_ITEMS,
                    "duration_seconds": MAX_DURATION_SECONDS,
                    "future_tolerance_seconds": int(FUTURE_TOLERANCE.total_seconds()),
                },
            }
        )
