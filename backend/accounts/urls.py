"""The addresses of devices and of signing in, under `/v1`."""

from __future__ import annotations

from django.urls import path

import backend.api.converters  # noqa: F401  (registers <id:…>)
from backend.accounts import views
from backend.accounts.native_sign_in.views import NonceView

urlpatterns = [
    path("sign-in/nonce", NonceView.as_view()),
    path("devices", views.DeviceListView.as_view()),
    path("devices/current", views.CurrentDeviceView.as_view()),
    path("devices/current/token", views.CurrentTokenView.as_view()),
    path("devices/current/push-token", views.PushTokenView.as_view()),
    path("devices/<id:device_id>", views.DeviceView.as_view()),
]
