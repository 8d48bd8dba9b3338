"""What every answer tells a browser that it may not do with it."""

from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy for everything, and another for the few addresses where a browser shows a page."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        for prefix, directives in settings.PAGE_POLICIES.items():
            if request.path_info.startswith(prefix) and not hasattr(response, "_csp_config"):
                response._csp_config = directives  # type: ignore[attr-defined]  # as django-csp's decorator does
                break
        return super().process_response(request, response)


class HeadersMiddleware:
    """The headers that Django has no setting for. What is personal, nobody keeps: unless an answer says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path_info.startswith(("/v1/", "/auth/", "/account/", "/admin/")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
