"""Setting a new password by code, where allauth's answers would tell whether the address has an account.

For an address without one allauth counts no attempts while the code is only looked at, and doesn't look at the password.
"""

from __future__ import annotations

from typing import Any

from allauth.headless.account.inputs import ResetPasswordInput, ResetPasswordKeyInput
from allauth.headless.account.views import ResetPasswordView
from allauth.headless.internal.restkit.response import ErrorResponse
from django.http import HttpRequest, HttpResponse


class CodeThenPasswordInput(ResetPasswordInput):  # type: ignore[misc]
    """Whether the password will do is said only to who has the code."""

    def clean(self) -> Any:
        if "key" in self.errors:
            return self.cleaned_data
        return super().clean()


class EvenResetPasswordView(ResetPasswordView):  # type: ignore[misc]
    input_class = CodeThenPasswordInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.process.user:
            looked_at: HttpResponse = super().get(request, *args, **kwargs)
            return looked_at
        given = ResetPasswordKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")}, code="")
        given.is_valid()
        self.process.record_invalid_attempt()
        refused: HttpResponse = ErrorResponse(request, input=given)
        return refused
