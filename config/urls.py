"""Every address that Engram answers."""

from __future__ import annotations

from allauth.headless.constants import Client
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend.accounts.password_reset import EvenResetPasswordView
from backend.api.problems import page_not_found

urlpatterns = [
    path("v1/", include("tracker.api.urls")),
    path("v1/", include("backend.accounts.urls")),
    path("v1/openapi.json", SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer]), name="openapi"),
    path(
        "auth/app/v1/auth/password/reset", EvenResetPasswordView.as_api_view(client=Client.APP), name="reset_password"
    ),
    # Apps bring identity tokens; there are no pages to send them to.
    path("auth/app/v1/auth/provider/redirect", page_not_found),
    path("auth/", include("allauth.headless.urls")),
    path("docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="docs", permanent=False)),
]
handler400 = "backend.api.problems.bad_request"
handler404 = "backend.api.problems.page_not_found"
handler500 = "backend.api.problems.server_error"
