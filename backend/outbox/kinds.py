"""The kinds of mail there are, and how each is rendered from its row's context. Applications register theirs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A PNG that travels with a mail, and that its HTML shows as `cid:` with this id."""

    content_id: str
    name: str
    png: bytes

    @classmethod
    def of(cls, name: str, png: bytes) -> InlineImage:
        """Other pictures have other ids, in every mail."""
        return cls(f"{name}.{blake2b(png, digest_size=12).hexdigest()}@engram", f"{name}.png", png)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    text: str
    html: str
    images: tuple[InlineImage, ...] = ()

    def html_with_images(self) -> str:
        """The HTML with its pictures in it, to look at without the mail around it."""
        html = self.html
        for image in self.images:
            html = html.replace(f"cid:{image.content_id}", f"data:image/png;base64,{b64encode(image.png).decode()}")
        return html


Renderer = Callable[[dict[str, Any]], RenderedMail]

_renderers: dict[str, Renderer] = {}


def register_kind(kind: str, renderer: Renderer) -> None:
    _renderers[kind] = renderer


def render(kind: str, context: dict[str, Any]) -> RenderedMail:
    """Raises KeyError for a kind that nobody registered."""
    return _renderers[kind](context)
