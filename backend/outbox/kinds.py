"""The kinds of mail there are, and how each is rendered from its row's context. Applications register theirs.

A kind with a `Subscription` is bulk mail: it can be stopped by a link in each mail, and goes to no address that complained of
our mail. Any other is transactional: about something that its recipient has just done.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.utils.functional import Promise


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


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a kind is stopped and begun again by whoever holds the link of one of its mails.

    `name` is what pages call it, `page` the URL name of the page with all its choices. `turn` says whether it goes on from
    `now`: safe to call twice, in one transaction with the change's history.
    """

    name: str | Promise
    page: str
    is_on: Callable[[UUID], bool]
    turn: Callable[[UUID, bool, datetime], None]


@dataclass(frozen=True, slots=True)
class Kind:
    renderer: Renderer
    subscription: Subscription | None


_kinds: dict[str, Kind] = {}


def register_kind(kind: str, renderer: Renderer, *, subscription: Subscription | None = None) -> None:
    _kinds[kind] = Kind(renderer, subscription)


def render(kind: str, context: dict[str, Any]) -> RenderedMail:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[kind].renderer(context)


def registered_kinds() -> list[str]:
    """Others come written already (`sealed.py`), or were registered by an earlier version."""
    return list(_kinds)


def subscription_of(kind: str) -> Subscription | None:
    """None for transactional mail, and for a kind that nobody registered."""
    return _kinds[kind].subscription if kind in _kinds else None


def bulk_kinds() -> list[str]:
    return [name for name, kind in _kinds.items() if kind.subscription is not None]
