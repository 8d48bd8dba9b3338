"""`/v1/erasure`: asking to be erased, looking, taking it back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.openapi import named_schema, problems
from backend.api.serializers import StrictSerializer
from backend.privacy import confirming
from backend.privacy.erasure_requests import (
    cancel_erasure,
    erasure_document,
    open_request,
    refuse_staff,
    request_erasure,
)

_TIME_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
ERASURE = {
    "type": "object",
    "properties": {
        "state": {"type": "string", "enum": ["none", "requested", "erasing"]},
        "requested_at": _TIME_OR_NULL,
        "erases_at": {**_TIME_OR_NULL, "description": "Until then it can be taken back."},
    },
    "required": ["state", "requested_at", "erases_at"],
}


class ConfirmationSerializer(StrictSerializer):
    """One of the two."""

    password = serializers.CharField(max_length=256, trim_whitespace=False, required=False)
    code = serializers.CharField(max_length=20, required=False, help_text="From the mail of `POST /v1/erasure/code`.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if len(given) != 1:
            raise serializers.ValidationError("Give the password, or a code.", code="required")
        return given


class ErasureView(ParticipantView):
    @extend_schema(
        operation_id="read_erasure",
        summary="Whether, and when, the account will be erased",
        responses={200: OpenApiResponse(named_schema("Erasure", ERASURE)), **problems()},
        tags=["privacy"],
    )
    def get(self, request: Request) -> Response:
        return Response(erasure_document(open_request(self.participant)))

    @extend_schema(
        operation_id="request_erasure",
        summary="Have the account erased when the window is over; confirmed by the password or a mailed code",
        request=ConfirmationSerializer,
        responses={
            200: OpenApiResponse(named_schema("Erasure", ERASURE), description="It had been requested before."),
            202: OpenApiResponse(named_schema("Erasure", ERASURE), description="Requested now."),
            **problems(400, 403, 413, 415, 422, 429),
        },
        tags=["privacy"],
    )
    def post(self, request: Request) -> Response:
        user, now = self.participant, timezone.now()
        serializer = ConfirmationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        refuse_staff(user)
        confirming.confirm(user, **serializer.validated_data, now=now)
        erasure, new = request_erasure(user, device_id=self.device.pk, now=now)
        return Response(erasure_document(erasure), status=202 if new else 200)

    @extend_schema(
        operation_id="cancel_erasure",
        summary="Take it back; also fine if there is nothing to take back",
        responses={204: None, **problems(409)},
        tags=["privacy"],
    )
    def delete(self, request: Request) -> Response:
        cancel_erasure(self.participant, now=timezone.now())
        return Response(status=204)


class ErasureCodeView(ParticipantView):
    @extend_schema(
        operation_id="send_erasure_code",
        summary="Mail a code that confirms an erasure, for people without a password",
        request=None,
        responses={204: None, **problems(403, 409, 429, 503)},
        tags=["privacy"],
    )
    def post(self, request: Request) -> Response:
        refuse_staff(self.participant)
        confirming.send_code(self.participant, now=timezone.now())
        return Response(status=204)
