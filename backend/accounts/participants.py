"""The base of every endpoint that answers a participant: who is calling, and on which device."""

from __future__ import annotations

from rest_framework.views import APIView

from backend.accounts.models import Device, User


class ParticipantView(APIView):
    """Signed in by a device token. All that such a view reads or writes is `participant`'s."""

    @property
    def participant(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # IsAuthenticated has seen to it
        return user

    @property
    def device(self) -> Device:
        device = self.request.auth
        assert isinstance(device, Device)  # the only way to be authenticated here
        return device
