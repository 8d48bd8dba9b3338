"""Every address that Engram answers."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

from config.documents import OpenApiDocumentView

urlpatterns = [
    path("v1/", include("tracker.api.urls")),
    path("v1/openapi.json", OpenApiDocumentView.as_view(), name="openapi"),
    path("auth/", include("allauth.headless.urls")),
    path("docs", TemplateView.as_view(template_name="reference.html"), name="docs"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="docs", permanent=False)),
]
handler400 = "backend.api.refusals.bad_request"
handler404 = "backend.api.refusals.page_not_found"
handler500 = "backend.api.refusals.server_error"
