"""`/v1/sign-in/nonce`: what an app needs before it asks Apple or Google."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.native_sign_in.nonces import LASTS, new_nonce
from backend.api.openapi import named_schema
from backend.limits.views import PublicView

NONCE = {
    "type": "object",
    "properties": {"nonce": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"}},
    "required": ["nonce", "expires_at"],
}


class NonceView(PublicView):
    @extend_schema(
        operation_id="create_nonce",
        summary="A nonce for one native sign-in with Apple or Google",
        auth=[],
        request=None,
        responses={201: OpenApiResponse(named_schema("Nonce", NONCE))},
        tags=["sign-in"],
    )
    def post(self, request: Request) -> Response:
        now = timezone.now()
        document = {"nonce": new_nonce(now=now), "expires_at": now + LASTS}
        return Response(document, status=201, headers={"Cache-Control": "no-store"})
