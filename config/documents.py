"""The OpenAPI document. `templates/reference.html` shows it."""

from __future__ import annotations

from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView

from backend.limits.views import PublicView


class OpenApiDocumentView(PublicView, SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer]
