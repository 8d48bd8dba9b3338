"""The staff's site: unfold's, with the programme's week as its first page, and its tables in the order of the work."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

# Section: (table, Material symbol).
SECTIONS: dict[str, list[tuple[str, str]]] = {
    "Weeks": [
        ("tracker.weeklyscore", "monitoring"),
        ("tracker.dueweek", "pending_actions"),
        ("outbox.outgoingmail", "outgoing_mail"),
    ],
    "Participants": [
        ("accounts.user", "group"),
        ("accounts.device", "smartphone"),
        ("accounts.profilechange", "manage_history"),
        ("tracker.participantfacts", "badge"),
        ("sync.synccounter", "sync"),
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
    "Catalogue": [
        ("tracker.exerciseactivity", "exercise"),
        ("tracker.cognitiveactivity", "menu_book"),
        ("tracker.food", "nutrition"),
    ],
    "Access": [
        ("auth.group", "groups"),
        ("account.emailaddress", "alternate_email"),
        ("mfa.authenticator", "passkey"),
    ],
}


class EngramAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    index_template = "tracker/admin/index.html"
    index_title = "Overview"


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
    return any(request.user.has_perm(f"{label}.{verb}_{model}") for verb in ("view", "change"))


def _item(table: str, icon: str) -> dict[str, Any]:
    name = str(apps.get_model(table)._meta.verbose_name_plural)
    link = reverse(f"admin:{table.replace('.', '_')}_changelist")
    return {"title": name[:1].upper() + name[1:], "icon": icon, "link": link}
