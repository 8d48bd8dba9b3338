"""The base of every endpoint that is about the participant who calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import cached_property
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from backend.accounts.authentication import DeviceTokenAuthentication
from backend.accounts.models import Device, DeviceToken, User
from backend.languages import closest_language
from backend.limits.charges import Charge, charge
from backend.limits.views import LimitedView


class ParticipantView(LimitedView):
    """For the owner of a valid device token. Whatever such a view reads or writes is `participant`'s."""

    access = "participant"
    authentication_classes = (DeviceTokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    @cached_property
    def participant(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # IsAuthenticated has seen to it
        return user

    @cached_property
    def token(self) -> DeviceToken:
        """The row of the token that the request carries."""
        assert isinstance(self.request.auth, DeviceToken)
        return self.request.auth

    @property
    def device(self) -> Device:
        """The calling one."""
        return self.token.device

    def language(self, given: Mapping[str, Any]) -> str:
        """Of texts: the one asked for, or else the participant's own. No header decides it: the same address is the same
        document on every phone."""
        return given.get("language") or closest_language(self.participant.language)

    def charges(self, request: Request) -> list[Charge]:
        reads = request.method in SAFE_METHODS
        return [charge("participant_reads" if reads else "participant_writes", str(self.participant.pk))]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody but the app may keep what is somebody's own; and what has no tag, not even the app's own cache."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache" if "ETag" in response else "no-store")
        return response
