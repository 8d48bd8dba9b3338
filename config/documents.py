"""The API's own documents: the OpenAPI document, and a page that shows it."""

from __future__ import annotations

from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.limits.views import PublicView


class OpenApiDocumentView(PublicView, SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer]


class ReferenceView(PublicView, SpectacularSwaggerSplitView):
    """Its script comes from an address of its own, so that the page needs no inline script."""

    template_name = "reference.html"
