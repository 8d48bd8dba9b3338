"""The first page of the admin."""

from typing import Any

from django.http import HttpRequest


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context
