"""Where else in the database somebody leaves a trace, without a foreign key: browser sessions and the admin's history.

Other apps register theirs with `register_place`. A place runs inside the erasure's transaction, while the rows are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from backend.accounts.models import User
from backend.privacy.ownership import owned_models


@dataclass(frozen=True, slots=True)
class Person:
    """Who is erased: the id, and every address that they have had on record."""

    id: UUID
    addresses: frozenset[str]

    def is_in(self, text: str) -> bool:
        lowered = text.lower()
        return any(trace in lowered for trace in (str(self.id), self.id.hex, *map(str.lower, self.addresses)))


Place = Callable[[Person], None]
_places: list[Place] = []


def register_place(place: Place) -> None:
    if place not in _places:
        _places.append(place)


def registered_places() -> tuple[Place, ...]:
    return tuple(_places)


def forget_sessions(person: Person) -> None:
    """Sessions are signed and packed, so each has to be opened: those of a browser that signed in, and those in which
    somebody signing up or asking for a code left an address."""
    keys = [
        session.session_key
        for session in Session.objects.iterator(chunk_size=1000)
        if person.is_in(json.dumps(session.get_decoded(), default=str))
    ]
    Session.objects.filter(session_key__in=keys).delete()


def forget_admin_history(person: Person) -> None:
    """What the admin noted about any of their rows: it keeps each row's name as text."""
    about_rows = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.id))
    for owned in owned_models():
        ids = owned.rows(person.id).annotate(as_text=Cast("pk", TextField())).values("as_text")
        about_rows |= Q(content_type=ContentType.objects.get_for_model(owned.model), object_id__in=ids)
    LogEntry.objects.filter(about_rows).delete()
    named = Q(object_repr__icontains=str(person.id)) | Q(change_message__icontains=str(person.id))
    for address in person.addresses:
        named |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    LogEntry.objects.filter(named).delete()


def register_all() -> None:
    register_place(forget_sessions)
    register_place(forget_admin_history)
