"""`/v1/devices`: the caller's signed-in apps, and the token of the one that is calling."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.authentication import bearer_token
from backend.accounts.models import Device, DeviceToken, PushProvider
from backend.accounts.models.devices import NAME_LENGTH, PLATFORM_LENGTH, PUSH_TOKEN_LENGTH
from backend.accounts.names import one_visible_line
from backend.accounts.participants import ParticipantView
from backend.accounts.push_tokens import forget_push_token, register_push_token
from backend.accounts.schemas import CURRENT_DEVICE, DEVICE, DEVICES, RENEWED_TOKEN
from backend.accounts.tokens import renew
from backend.api.openapi import named_schema, problems
from backend.api.parameters import MAX_PAGE, read_parameters
from backend.api.problems import NotFound
from backend.api.serializers import SentText, StrictSerializer

SIGNED_OUT = OpenApiResponse(description="Signed out. Their next request is refused.")
ONE = OpenApiResponse(named_schema("Device", DEVICE))
CURRENT = OpenApiResponse(named_schema("CurrentDevice", CURRENT_DEVICE))


class DeviceSerializer(StrictSerializer):
    id = serializers.UUIDField(read_only=True)
    name = SentText(max_length=NAME_LENGTH, allow_blank=True, required=False, validators=[one_visible_line])
    platform = SentText(max_length=PLATFORM_LENGTH, allow_blank=True, required=False, validators=[one_visible_line])
    app_version = SentText(max_length=PLATFORM_LENGTH, allow_blank=True, required=False, validators=[one_visible_line])
    created_at = serializers.DateTimeField(read_only=True)
    last_seen_at = serializers.DateTimeField(read_only=True)
    current = serializers.BooleanField(read_only=True)
    token = serializers.DictField(read_only=True)


def device_document(device: Device, *, current: DeviceToken) -> dict[str, Any]:
    return {
        "id": device.pk,
        "name": device.name,
        "platform": device.platform,
        "app_version": device.app_version,
        "created_at": device.created_at,
        "last_seen_at": device.last_seen_at,
        "current": device.pk == current.device_id,
    }


def token_document(token: DeviceToken) -> dict[str, Any]:
    return {
        "expires_at": token.expires_at,
        "idle_days": settings.DEVICE_TOKEN_IDLE_DAYS,
        "renew_after": token.renew_after,
    }


def change_device(request: Request, device: Device) -> None:
    serializer = DeviceSerializer(data=request.data, partial=True)
    serializer.is_valid(raise_exception=True)
    for field, value in serializer.validated_data.items():
        setattr(device, field, value)
    device.save(update_fields=list(serializer.validated_data))


def yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("Expected true or false.")
    return text == "true"


class DeviceListView(ParticipantView):
    @extend_schema(
        operation_id="list_devices",
        summary="The participant's signed-in devices, newest first, at most 200",
        responses={200: OpenApiResponse(named_schema("Devices", DEVICES)), **problems(422)},
        tags=["devices"],
    )
    def get(self, request: Request) -> Response:
        read_parameters(request, {})
        devices = Device.objects.filter(user=self.participant).signed_in(now=timezone.now()).order_by("-created_at")
        return Response({"results": [device_document(device, current=self.token) for device in devices[:MAX_PAGE]]})

    @extend_schema(
        operation_id="revoke_devices",
        summary="Sign all devices out, or all others",
        parameters=[
            OpenApiParameter("except_current", bool, description="Keep the calling one; `false` if not given.")
        ],
        responses={204: SIGNED_OUT, **problems(422)},
        tags=["devices"],
    )
    def delete(self, request: Request) -> Response:
        parameters = read_parameters(request, {"except_current": yes_or_no})
        devices = Device.objects.filter(user=self.participant)
        if parameters.get("except_current", False):
            devices = devices.exclude(pk=self.token.device_id)
        devices.revoke(now=timezone.now())
        return Response(status=204)


class DeviceView(ParticipantView):
    """One of the caller's devices. Anybody else's answers like an id that doesn't exist."""

    @extend_schema(
        operation_id="read_device",
        summary="One device",
        responses={200: ONE},
        tags=["devices"],
    )
    def get(self, request: Request, device_id: UUID) -> Response:
        return Response(device_document(self.signed_in(device_id, now=timezone.now()), current=self.token))

    @extend_schema(
        operation_id="change_device",
        summary="Rename a device; say what it runs on",
        request=DeviceSerializer,
        responses={200: ONE, **problems(422)},
        tags=["devices"],
    )
    def patch(self, request: Request, device_id: UUID) -> Response:
        device = self.signed_in(device_id, now=timezone.now())
        change_device(request, device)
        return Response(device_document(device, current=self.token))

    @extend_schema(
        operation_id="revoke_device",
        summary="Sign one device out; again is no error",
        responses={204: SIGNED_OUT},
        tags=["devices"],
    )
    def delete(self, request: Request, device_id: UUID) -> Response:
        device = Device.objects.filter(user=self.participant, pk=device_id)
        if not device.revoke(now=timezone.now()) and not device.exists():
            raise NotFound
        return Response(status=204)

    def signed_in(self, device_id: UUID, *, now: datetime) -> Device:
        device = Device.objects.filter(user=self.participant).signed_in(now=now).filter(pk=device_id).first()
        if device is None:
            raise NotFound
        return device


class CurrentDeviceView(ParticipantView):
    @extend_schema(
        operation_id="read_current_device",
        summary="The calling device, and how long its token holds",
        responses={200: CURRENT},
        tags=["devices"],
    )
    def get(self, request: Request) -> Response:
        return self.answer()

    @extend_schema(
        operation_id="change_current_device",
        summary="Rename the calling device; say what it runs on, after an update of the app",
        request=DeviceSerializer,
        responses={200: CURRENT, **problems(422)},
        tags=["devices"],
    )
    def patch(self, request: Request) -> Response:
        change_device(request, self.device)
        return self.answer()

    def answer(self) -> Response:
        return Response({**device_document(self.device, current=self.token), "token": token_document(self.token)})


class CurrentTokenView(ParticipantView):
    @extend_schema(
        operation_id="renew_token",
        summary="A new token for the calling device; the old one holds until the new one is used, and a little more",
        request=None,
        responses={201: OpenApiResponse(named_schema("RenewedToken", RENEWED_TOKEN))},
        tags=["devices"],
    )
    def post(self, request: Request) -> Response:
        raw, token = renew(self.token, bearer_token(request) or "", now=timezone.now())
        return Response({"token": raw, **token_document(token)}, status=201, headers={"Cache-Control": "no-store"})


class PushTokenSerializer(StrictSerializer):
    provider = serializers.ChoiceField(choices=PushProvider.choices)
    token = serializers.RegexField(r"\A[\x21-\x7e]+\Z", max_length=PUSH_TOKEN_LENGTH, trim_whitespace=False)


class PushTokenView(ParticipantView):
    @extend_schema(
        operation_id="register_push_token",
        summary="Where the calling device gets push notifications; in place of what it registered before",
        request=PushTokenSerializer,
        responses={
            204: OpenApiResponse(description="Registered. No other device has this token any more."),
            **problems(422),
        },
        tags=["devices"],
    )
    def put(self, request: Request) -> Response:
        serializer = PushTokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        register_push_token(self.device, **serializer.validated_data, now=timezone.now())
        return Response(status=204)

    @extend_schema(
        operation_id="forget_push_token",
        summary="No push notifications on the calling device any more; again is no error",
        responses={204: OpenApiResponse(description="Nothing is pushed to it.")},
        tags=["devices"],
    )
    def delete(self, request: Request) -> Response:
        forget_push_token(self.device)
        return Response(status=204)
