"""Answers that take as long for an address with an account as for one without.

Both cost the same where it matters, one password's hash and one mail for the outbox. What is left, a few rows and a longer
text, can't be seen from outside: these answers go out at the next full step after the request came in.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

EVEN_VIEWS = frozenset(
    {
        "headless:app:account:login",
        "headless:app:account:signup",
        "headless:app:account:request_password_reset",
        "headless:app:account:manage_email",
        "reset_password",
        "account_reset_password",
    }
)
# Who got in, and who is turned away for asking too often, learns nothing from the time, and waits for nothing.
PLAIN = {("headless:app:account:login", 200)}


class EvenAnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        step = settings.EVEN_ANSWERS_STEP
        view = match.view_name if match is not None else ""
        if step and view in EVEN_VIEWS and (view, response.status_code) not in PLAIN and response.status_code != 429:
            time.sleep(step - (time.monotonic() - began) % step)
        return response
