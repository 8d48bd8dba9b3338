"""The staff's site: unfold's, with the programme's week as its first page, and its tables in the order of the work.

This is also the one door to it. Every page of the admin asks `has_permission`: staff, with a session that is still alive and
has passed a second factor. Who lacks something is sent where to get it, by `login`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from unfold.sites import UnfoldAdminSite

from backend.audit.autocomplete import AuditedAutocomplete
from backend.audit.fresh_check import factor_page
from backend.audit.purpose_page import purpose_page
from backend.audit.purposes import stated_purpose
from backend.audit.second_factor import Standing, standing
from backend.audit.staff_sessions import is_alive, keep_alive

# Section: (table, Material symbol).
SECTIONS: dict[str, list[tuple[str, str]]] = {
    "Weeks": [
        ("tracker.weeklyscore", "monitoring"),
        ("tracker.dueweek", "pending_actions"),
        ("outbox.outgoingmail", "outgoing_mail"),
        ("outbox.suppressedaddress", "unsubscribe"),
        ("outbox.outgoingpush", "notification_important"),
    ],
    "Participants": [
        ("accounts.user", "group"),
        ("accounts.device", "smartphone"),
        ("accounts.pushtoken", "notifications"),
        ("accounts.profilechange", "manage_history"),
        ("tracker.participantfacts", "badge"),
        ("sync.synccounter", "sync"),
        ("sync.devicesync", "sync_saved_locally"),
        ("sync.refusedchange", "sync_problem"),
        ("sync.removedorigin", "link_off"),
    ],
    "Consents": [
        ("consents.consentdocument", "contract"),
        ("consents.consentdecision", "handshake"),
    ],
    "What they logged": [
        ("tracker.exerciselog", "directions_walk"),
        ("tracker.cognitivelog", "extension"),
        ("tracker.dietlog", "restaurant"),
        ("tracker.daymark", "event_busy"),
        ("tracker.weekconfirmation", "task_alt"),
    ],
    "What is their own": [
        ("tracker.ownfood", "soup_kitchen"),
        ("tracker.ownactivity", "hiking"),
        ("tracker.favourite", "star"),
        ("tracker.mealtemplate", "lunch_dining"),
        ("tracker.practicegoal", "flag"),
        ("tracker.suggestionfeedback", "thumbs_up_down"),
    ],
    "Catalogue": [
        ("tracker.exerciseactivity", "exercise"),
        ("tracker.cognitiveactivity", "menu_book"),
        ("tracker.food", "nutrition"),
    ],
    "Guidance": [("tracker.guidancetext", "lightbulb")],
    "Access": [
        ("auth.group", "groups"),
        ("account.emailaddress", "alternate_email"),
        ("mfa.authenticator", "passkey"),
        ("audit.entry", "policy"),
    ],
}


class EngramAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    index_template = "tracker/admin/index.html"
    index_title = "Overview"

    def has_permission(self, request: HttpRequest) -> bool:
        now = timezone.now()
        if not super().has_permission(request) or not is_alive(request.session, now=now):
            return False
        if standing(request) is not Standing.PASSED:
            return False
        keep_alive(request.session, now=now)
        return True

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No page of its own: on to what is missing, and from there back."""
        back = self._asked_for(request)
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        if not super().has_permission(request):
            raise PermissionDenied("The admin is for programme staff.")
        if not is_alive(request.session, now=timezone.now()):
            logout(request)
            return redirect_to_login(back)
        match standing(request):
            case Standing.NONE:
                return HttpResponseRedirect(reverse("mfa_index"))
            case Standing.WANTED:
                return HttpResponseRedirect(f"{reverse(factor_page(request))}?{urlencode({'next': back})}")
            case Standing.PASSED:
                return HttpResponseRedirect(back)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))

    def _asked_for(self, request: HttpRequest) -> str:
        """Where somebody was going, if that is here."""
        asked = request.GET.get("next", "")
        own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
        return asked if own else reverse("admin:index")

    def extra_urls(self) -> list[URLPattern]:
        return [path("purpose/", self.admin_view(self.purpose), name="purpose")]

    def purpose(self, request: HttpRequest) -> HttpResponse:
        return purpose_page(request, self.each_context(request), back=self._asked_for(request))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return AuditedAutocomplete.as_view(admin_site=self)(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        return {**context, "stated_purpose": stated_purpose(request)}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: what the signed-in member of staff may see."""
    overview = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    sections: list[dict[str, Any]] = [{"items": [overview]}]
    for title, tables in SECTIONS.items():
        items = [_item(table, icon) for table, icon in tables if _may_see(request, table)]
        if items:
            sections.append({"title": title, "separator": True, "items": items})
    return sections


def _may_see(request: HttpRequest, table: str) -> bool:
    label, _, model = table.partition(".")
    return any(request.user.has_perm(f"{label}.{verb}_{model}") for verb in ("view", "change", "review"))


def _item(table: str, icon: str) -> dict[str, Any]:
    name = str(apps.get_model(table)._meta.verbose_name_plural)
    link = reverse(f"admin:{table.replace('.', '_')}_changelist")
    return {"title": name[:1].upper() + name[1:], "icon": icon, "link": link}
