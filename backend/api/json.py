"""JSON out, by msgspec, whatever an `Accept` asks for. `bodies.py` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def _plain(value: Any) -> str:
    """A text that Django has marked as safe is a text; msgspec knows str itself only. Raises NotImplementedError."""
    if isinstance(value, str):
        return str.__str__(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON.")


_encoder = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical", enc_hook=_plain)


def encode(value: Any) -> bytes:
    return _encoder.encode(value)


class AlwaysJSON(BaseContentNegotiation):
    """Every answer is JSON: an `Accept` that asks for something else is no reason to refuse."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else encode(data)


class ProblemRenderer(JSONRenderer):
    """RFC 9457."""

    media_type = "application/problem+json"
    format = "problem"
