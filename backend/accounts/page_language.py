"""The language of what a browser shows: the first one it asks for that there is. Apps say what they want in the address, and
their users in their profile; neither the API nor the admin looks at this header, and nobody at a cookie."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_CODES

PAGES = "/account/"


def accepted_language(request: HttpRequest | None) -> str:
    """The first language of `Accept-Language` that there is, or the default."""
    header = request.headers.get("Accept-Language", "") if request else ""
    for tag, _ in parse_accept_lang_header(header):
        primary = tag.partition("-")[0]
        if primary in LANGUAGE_CODES:
            return primary
    return DEFAULT_LANGUAGE


class PageLanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PAGES):
            return self.get_response(request)
        language = accepted_language(request)
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        return response
