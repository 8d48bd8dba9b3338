"""Answers that take as long for an address with an account as for one without.

Both cost the same where it matters, one password's hash and one mail for the outbox. What is left, a few rows and a longer
text, can't be seen from outside: these answers go out at the next full step after the request came in.

A step that ends while one kind is done and the other isn't would tell them apart every time. So where the work usually takes
long, on a slow machine or a busy one, steps grow with it, and end well after it.
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
MARGIN = 1.5  # a step lasts so many times as long as the work usually does …
MOST_STEPS = 4  # … and at most so many times as long as it is set to
MEMORY = 16  # answers: what is usual is their moving average


class EvenAnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._usual: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match is not None else ""
        waits = view in EVEN_VIEWS and (view, response.status_code) not in PLAIN and response.status_code != 429
        if settings.EVEN_ANSWERS_STEP and waits:
            work = time.monotonic() - began
            step = self._step(view, work)
            time.sleep(step - work % step)
        return response

    def _step(self, view: str, work: float) -> float:
        """Seconds. This answer's own work has no say in it, only in those that come after."""
        usual = self._usual.get(view)
        self._usual[view] = work if usual is None else usual + (work - usual) / MEMORY
        least: float = settings.EVEN_ANSWERS_STEP
        return min(max(least, MARGIN * (usual or 0.0)), MOST_STEPS * least)
