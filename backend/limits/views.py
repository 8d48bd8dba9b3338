"""The base of every endpoint under `/v1`: each declares who may call it, and is counted before it does anything."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.limits.charges import Charge, charge
from backend.limits.counting import Decision, count_or_refuse
from backend.limits.subjects import client_address

Access = Literal["participant", "anybody"]


class LimitedView(APIView):
    """An endpoint that counts its requests. Not for use by itself: derive from `ParticipantView` or `PublicView`."""

    access: ClassVar[Access]
    decision = Decision()

    def charges(self, request: Request) -> list[Charge]:
        """What a request that may be answered is counted against."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except (AuthenticationFailed, NotAuthenticated):
            # Tokens can't be guessed; this bounds what trying costs us.
            self.decision = count_or_refuse(charge("anonymous", client_address(request)))
            raise
        self.decision = count_or_refuse(*self.charges(request))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self.decision.headers().items():
            response[name] = value
        return response


class PublicView(LimitedView):
    """Open to anybody, and the same for everybody: who is calling is not even looked at."""

    access = "anybody"
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def charges(self, request: Request) -> list[Charge]:
        return [charge("anonymous", client_address(request))]
