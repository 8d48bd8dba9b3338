"""The web pages under `/account/` that concern one's own data."""

from __future__ import annotations

from django.urls import path

from backend.privacy import pages

urlpatterns = [
    path("erasure", pages.ErasureExplained.as_view(), name="erasure_explained"),
    path("erase", pages.EraseAccount.as_view(), name="erase_account"),
]
