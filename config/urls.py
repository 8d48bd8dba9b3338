"""Every address that Engram answers."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("v1/", include("tracker.api.urls")),
    path("v1/openapi.json", SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer]), name="openapi"),
    path("auth/", include("allauth.headless.urls")),
    path("account/", include("backend.accounts.browser")),
    path("docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="docs", permanent=False)),
]
handler400 = "backend.api.problems.bad_request"
handler404 = "backend.api.problems.page_not_found"
handler500 = "backend.api.problems.server_error"
