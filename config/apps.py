"""The admin site as an app: Engram's own `AdminSite` in place of Django's."""

from __future__ import annotations

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest

from config.celery import app as celery_app

__all__ = ["EngramAdminConfig", "celery_app", "environment_label"]


class EngramAdminConfig(AdminConfig):
    default_site = "config.admin_site.EngramAdminSite"


def environment_label(request: HttpRequest) -> list[str] | None:
    """The badge beside the admin's header: demo installations say so."""
    return ["Demo", "warning"] if settings.DEMO else None
