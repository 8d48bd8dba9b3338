"""The endpoints of synchronisation, for whatever types of records are registered."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.parameters import in_pages, iso_date, make_cursor, page_size, read_parameters
from backend.api.problems import FieldError, Invalid, NotFound
from backend.sync import pulling
from backend.sync.devices import sync_status
from backend.sync.origins import list_origins, remove_platform
from backend.sync.push_wire import Push
from backend.sync.pushing import push
from backend.sync.wire import ONE_LINE, InvalidRecord, read_wire

DEFAULT_PAGE = 200
PLATFORM_LENGTH = 40


def record_types(text: str) -> list[str]:
    names = text.split(",")
    known = pulling.type_names()
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"There is no type {unknown[0][:40]!r}; there are {', '.join(known)}.")
    return names


def changes_a_page(text: str) -> int:
    return page_size(text, most=pulling.MAX_CHANGES)


def platform_name(text: str) -> str:
    if not 1 <= len(text) <= PLATFORM_LENGTH or not re.match(ONE_LINE, text):
        raise ValueError(f"Expected a platform's name, of 1 to {PLATFORM_LENGTH} characters.")
    return text


class PushView(ParticipantView):
    def post(self, request: Request) -> Response:
        try:
            pushed = read_wire(Push, request.data)
        except InvalidRecord as error:
            raise Invalid(errors=error.errors) from error
        return Response(push(self.participant, self.device, pushed, now=timezone.now()))


@method_decorator(gzip_page, name="dispatch")
class PullView(ParticipantView):
    def get(self, request: Request) -> Response:
        given = read_parameters(request, {"cursor": str, "types": record_types, "limit": changes_a_page})
        page = pulling.pull(
            self.device,
            cursor=given.get("cursor"),
            types=given.get("types"),
            limit=given.get("limit", pulling.MAX_CHANGES),
            now=timezone.now(),
        )
        return Response(page)


class SyncStatusView(ParticipantView):
    def get(self, request: Request) -> Response:
        read_parameters(request, {})
        return Response(sync_status(self.participant, self.device, now=timezone.now()))


class OriginListView(ParticipantView):
    def get(self, request: Request) -> Response:
        user = self.participant
        salt = f"origins:{user.pk}"
        given = read_parameters(
            request,
            {"platform": platform_name, "from": iso_date, "to": iso_date, **in_pages(salt)},
        )
        if "platform" not in given:
            raise Invalid(errors=[FieldError("?platform", "required", "Say which platform.")])
        limit = given.get("limit", DEFAULT_PAGE)
        after = given.get("cursor")
        rows = list_origins(
            user,
            platform=given["platform"],
            first=given.get("from"),
            last=given.get("to"),
            after=(date.fromisoformat(after[0]), UUID(after[1]), after[2]) if after else None,
            count=limit + 1,
        )
        cursor = None
        if len(rows) > limit:
            last = rows[limit - 1]
            cursor = make_cursor(salt, [last["local_date"].isoformat(), str(last["id"]), last["type"]])
        return Response({"results": rows[:limit], "next_cursor": cursor})


class OriginView(ParticipantView):
    def delete(self, request: Request, platform: str) -> Response:
        """Disconnect and remove."""
        try:
            name = platform_name(platform)
        except ValueError as error:
            raise NotFound() from error
        removed, has_more = remove_platform(self.participant, name, now=timezone.now())
        return Response({"removed": removed, "has_more": has_more})
