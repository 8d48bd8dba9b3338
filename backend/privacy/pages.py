"""The web pages about erasing an account: one that explains it to anybody, and one that does it for who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from backend.accounts.models import User
from backend.api.problems import Invalid, Problem
from backend.privacy import confirming
from backend.privacy.erasure_requests import (
    cancel_erasure,
    open_request,
    refuse_staff,
    request_erasure,
)
from backend.privacy.mails import local_time

WORDS = {
    "wrong_password": gettext_lazy("This is not your password."),
    "wrong_code": gettext_lazy("This code is not valid, or no longer."),
    "too_many_attempts": gettext_lazy("Too many tries. Wait a quarter of an hour, and try again."),
    "no_confirmed_address": gettext_lazy("There is no confirmed address to send a code to."),
    "staff_account": gettext_lazy("An account of staff can't be erased here: ask whoever runs this installation."),
    "erasure_begun": gettext_lazy("The erasure has begun and can't be taken back."),
    "nothing_given": gettext_lazy("Enter your password, or a code."),
}


class ErasureExplained(TemplateView):
    template_name = "privacy/erasure_explained.html"


@method_decorator(never_cache, name="dispatch")
class EraseAccount(LoginRequiredMixin, View):
    """Asks for the password, or a code, again: a browser that somebody left open erases nobody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        user, now = signed_in(request), timezone.now()
        try:
            match request.POST.get("action"):
                case "cancel":
                    cancel_erasure(user, now=now)
                case "send_code":
                    refuse_staff(user)
                    confirming.send_code(user, now=now)
                    return self.show(request, said=gettext("We have mailed you a code. It is good for 15 minutes."))
                case _:
                    return self.request_erasure(request, user)
        except Problem as problem:
            return self.show(request, problem=problem)
        return redirect(request.path)

    def request_erasure(self, request: HttpRequest, user: User) -> HttpResponseBase:
        now = timezone.now()
        refuse_staff(user)
        password, code = request.POST.get("password", "")[:256], request.POST.get("code", "").strip()[:20]
        if not (password or code):
            return self.show(request, error=str(WORDS["nothing_given"]))
        confirming.confirm(user, password=password or None, code=code or None, now=now)
        request_erasure(user, device_id=None, now=now)
        return redirect(request.path)

    def show(
        self, request: HttpRequest, *, problem: Problem | None = None, error: str = "", said: str = ""
    ) -> HttpResponse:
        user = signed_in(request)
        erasure = open_request(user)
        context: dict[str, Any] = {
            "erasure": erasure,
            "erases_at": local_time(erasure.erases_at, user.home_time_zone) if erasure else None,
            "has_password": user.has_usable_password(),
            "is_staff": user.is_staff or user.is_superuser,
            "address": user.email,
            "window_days": settings.ERASURE_WINDOW_DAYS,
            "said": said,
            "error": _words(problem) if problem else error,
        }
        status = problem.status if problem else 422 if error else 200
        return render(request, "privacy/erase_account.html", context, status=status)


def signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMixin has seen to it
    return request.user


def _words(problem: Problem) -> str:
    code = problem.errors[0].code if isinstance(problem, Invalid) and problem.errors else problem.code
    return str(WORDS[code])
