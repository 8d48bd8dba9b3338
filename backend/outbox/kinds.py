"""The kinds of mail there are, and how each is rendered from its row's context. Applications register theirs.

A kind with a `Subscription` is bulk mail: it can be stopped by a link in each mail, and goes to no address that complained of
our mail. Any other is transactional: about something that its recipient has just done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    text: str
    html: str


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


def subscription_of(kind: str) -> Subscription | None:
    """None for transactional mail, and for a kind that nobody registered."""
    return _kinds[kind].subscription if kind in _kinds else None


def bulk_kinds() -> list[str]:
    return [name for name, kind in _kinds.items() if kind.subscription is not None]
