"""Telling an app that its token wants renewing, on whatever it asks for: background sync needs no call for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

RENEWAL_DUE = "engram_token_renewal_due"


class RenewalHeaderMiddleware:
    """`Engram-Token: renew` on answers to a token past half of its life."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, RENEWAL_DUE, False):
            response["Engram-Token"] = "renew"
        return response
