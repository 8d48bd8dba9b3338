"""Pages that a link in a mail opens: no sign-in, no session, no cookie. Holding the link is all there is to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from backend.accounts.models import User
from backend.accounts.page_language import accepted_language
from backend.languages import closest_language
from backend.limits.charges import charge
from backend.limits.counting import Decision, count
from backend.limits.subjects import client_address
from backend.outbox.kinds import Subscription, subscription_of
from backend.outbox.unsubscribing import preferences_url, read_link, unsubscribe_url


@dataclass(frozen=True, slots=True)
class Opened:
    """A valid link: whose choices about which kind of mail it opens."""

    user: User
    kind: str
    subscription: Subscription


@method_decorator(never_cache, name="dispatch")
@method_decorator(csrf_exempt, name="dispatch")  # nothing comes along by itself that could be misused
class LinkedPage(View):
    """In the participant's language. Counted for each participant, with reading apart from changing, so that whoever looks at
    links ahead of people uses up nobody's way to stop mail; links that aren't ours count against the caller."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        opened = _open(kwargs["link"])
        if opened is None:
            decision = count(charge("anonymous", client_address(request)))
            with translation.override(accepted_language(request)):
                return _too_many(decision) if not decision.allowed else self.not_ours(request)
        reads = request.method in ("GET", "HEAD")
        decision = count(charge("mail_choices", f"{'read' if reads else 'change'}:{opened.user.pk}"))
        with translation.override(closest_language(opened.user.language)):
            if not decision.allowed:
                return _too_many(decision)
            response = super().dispatch(request, opened)
            response.headers.setdefault("Content-Language", closest_language(opened.user.language))
        return response

    def not_ours(self, request: HttpRequest) -> HttpResponse:
        return render(request, "outbox/link_not_valid.html", status=404)


class UnsubscribePage(LinkedPage):
    """`GET` shows a button and changes nothing, for mail scanners open every link; `POST` stops the mail, or with
    `action=undo` begins it again. A mail program's one-click `POST` needs no more than the link."""

    def get(self, request: HttpRequest, opened: Opened) -> HttpResponse:
        return self.show(request, opened, just_changed=False)

    def post(self, request: HttpRequest, opened: Opened) -> HttpResponse:
        wanted = request.POST.get("action") == "undo"
        opened.subscription.turn(opened.user.pk, wanted, timezone.now())
        return self.show(request, opened, just_changed=True)

    def show(self, request: HttpRequest, opened: Opened, *, just_changed: bool) -> HttpResponse:
        context = {
            "name": opened.subscription.name,
            "is_on": opened.subscription.is_on(opened.user.pk),
            "just_changed": just_changed,
            "preferences": preferences_url(opened.user.pk, opened.kind),
            "here": unsubscribe_url(opened.user.pk, opened.kind),
        }
        return render(request, "outbox/unsubscribe.html", context)


def _open(signed: str) -> Opened | None:
    link = read_link(signed)
    if link is None:
        return None
    user = User.objects.filter(pk=link.user_id).first()
    subscription = subscription_of(link.kind)
    return Opened(user, link.kind, subscription) if user and subscription else None


def _too_many(decision: Decision) -> HttpResponse:
    page = render_to_string("429.html", {"seconds": decision.retry_after})
    return HttpResponse(page, status=429, headers=decision.headers())
