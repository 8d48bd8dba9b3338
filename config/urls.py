"""Every address that Engram answers."""

from __future__ import annotations

from allauth.headless.constants import Client
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView

from backend.accounts.password_reset import EvenResetPasswordView
from backend.api.refusals import page_not_found
from backend.outbox.linked_pages import UnsubscribePage
from backend.outbox.webhooks import provider_webhook
from config.documents import OpenApiDocumentView
from tracker.evidence.page import evidence_page
from tracker.summary_choices import SummaryChoicesPage

urlpatterns = [
    path("v1/", include("tracker.api.urls")),
    path("v1/", include("backend.accounts.urls")),
    path("v1/openapi.json", OpenApiDocumentView.as_view(), name="openapi"),
    # allauth serves these whether or not there are phone numbers; without them they end in an error.
    re_path(r"^auth/\w+/v1/(?:account|auth)/phone(?:/|$)", page_not_found),
    path(
        "auth/app/v1/auth/password/reset", EvenResetPasswordView.as_api_view(client=Client.APP), name="reset_password"
    ),
    # Apps bring identity tokens; there are no pages to send them to.
    path("auth/app/v1/auth/provider/redirect", page_not_found),
    # allauth asks for its address also where it then answers an app.
    path("account/provider/signup", page_not_found, name="socialaccount_signup"),
    path("auth/", include("allauth.headless.urls")),
    path("account/", include("backend.privacy.urls")),
    path("account/", include("backend.accounts.browser")),
    path("webhooks/email/<str:provider>", provider_webhook),
    path("mail/unsubscribe/<str:link>", UnsubscribePage.as_view(), name="unsubscribe"),
    path("mail/weekly-summary/<str:link>", SummaryChoicesPage.as_view(), name="summary_choices"),
    path("evidence", evidence_page, name="evidence"),
    path("docs", TemplateView.as_view(template_name="reference.html"), name="docs"),
    path("admin/", admin.site.urls),
    # Browsers ask for it whatever a page says, the admin's for one.
    path("favicon.ico", RedirectView.as_view(url=static("account/icon.svg"))),
    path("", RedirectView.as_view(pattern_name="docs", permanent=False)),
]
handler400 = "backend.api.refusals.bad_request"
handler404 = "backend.api.refusals.page_not_found"
handler500 = "backend.api.refusals.server_error"
