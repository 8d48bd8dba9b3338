"""The kinds of mail there are, and how each is rendered from its row's context. Applications register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    text: str
    html: str


Renderer = Callable[[dict[str, Any]], RenderedMail]

_renderers: dict[str, Renderer] = {}


def register_kind(kind: str, renderer: Renderer) -> None:
    _renderers[kind] = renderer


def render(kind: str, context: dict[str, Any]) -> RenderedMail:
    """Raises KeyError for a kind that nobody registered."""
    return _renderers[kind](context)
