"""Outgoing mail and pushes as staff see them: where each stands, what the server said, and the mail as it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import action, display

from backend.audit.participant_rows import ParticipantRowsAdmin
from backend.outbox.claims import cancel, resolve_unknown
from backend.outbox.kinds import RenderedMail, registered_kinds, render
from backend.outbox.models import MailState, Outgoing, OutgoingMail, OutgoingPush, SuppressedAddress
from backend.outbox.suppression import lift, suppression_of
from backend.read_only_admin import ReadOnlyAdmin

LABELS = {
    MailState.PENDING: "info",
    MailState.CONNECTING: "info",
    MailState.DATA_STARTED: "info",
    MailState.SENT: "success",
    MailState.FAILED: "danger",
    MailState.UNKNOWN: "warning",
}

SEALED = mark_safe("<em>Not shown: it holds a code, or says how somebody signs in.</em>")


class OutgoingAdmin(ParticipantRowsAdmin):
    list_display = ("user", "kind", "dedupe_key", "state_label", "attempts", "next_attempt_at", "sent_at", "last_reply")
    list_filter = ("state", "kind")
    ordering = ("-id",)
    actions = ("it_arrived", "send_again", "cancel_pending")
    things = ""

    @display(description="State", label=LABELS, ordering="state")
    def state_label(self, row: Outgoing) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @action(description="Unknown: it did arrive", permissions=["act"])
    def it_arrived(self, request: HttpRequest, queryset: QuerySet[Outgoing]) -> None:
        count = resolve_unknown(queryset, arrived=True)
        messages.success(request, f"{count} unknown {self.things} now count as sent.")

    @action(description="Unknown or failed: it did not arrive, send it again", permissions=["act"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Outgoing]) -> None:
        count = resolve_unknown(self.that_can_go_again(queryset), arrived=False)
        messages.success(request, f"{count} {self.things} will be sent again.")

    def that_can_go_again(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset

    @action(description="Pending: cancel", permissions=["act"])
    def cancel_pending(self, request: HttpRequest, queryset: QuerySet[Outgoing]) -> None:
        messages.success(request, f"{cancel(queryset)} pending {self.things} cancelled.")


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OutgoingAdmin):
    things = "mails"
    fields = (
        "user",
        "kind",
        "dedupe_key",
        "state",
        "attempts",
        "last_reply",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "expires_at",
        "transactional",
        "delivered_at",
        "bounced_at",
        "complained_at",
        "delays",
        "message_id",
        "provider_id",
        "preview",
        "plain_text",
    )
    readonly_fields = ("preview", "plain_text")

    def that_can_go_again(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of those that were sealed the words are gone."""
        return queryset.filter(kind__in=registered_kinds())

    @admin.display(description="The mail")
    def preview(self, mail: OutgoingMail) -> SafeString:
        """In a frame that runs no script and loads nothing."""
        frame = (
            '<iframe sandbox="" srcdoc="{}" title="The mail as it looks" loading="lazy"'
            ' style="width: 100%; height: 44rem; background: white; border-radius: 6px"></iframe>'
        )
        return _shown(mail, lambda rendered: format_html(frame, rendered.html_with_images()))

    @admin.display(description="As plain text")
    def plain_text(self, mail: OutgoingMail) -> SafeString:
        return _shown(mail, lambda rendered: format_html('<pre style="white-space: pre-wrap">{}</pre>', rendered.text))


def _shown(mail: OutgoingMail, show: Callable[[RenderedMail], SafeString]) -> SafeString:
    return show(render(mail.kind, mail.context)) if mail.kind in registered_kinds() else SEALED


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ReadOnlyAdmin):
    """How many, why, since when. Which address is which, nobody can see: to lift one, type it."""

    list_display = ("since", "reason")
    list_filter = ("reason",)
    ordering = ("-since",)
    fields = ("reason", "since")
    actions_list = ("lift_one",)

    @action(description="Write to an address again", url_path="lift", icon="mark_email_read", permissions=["act"])
    def lift_one(self, request: HttpRequest) -> HttpResponse:
        address = request.POST.get("address", "").strip()
        found = suppression_of(address) if address else None
        if found:
            self.log_deletions(request, SuppressedAddress.objects.filter(pk=found.pk))
            lift(address)
            messages.success(request, "Mail goes to this address again.")
            return redirect(reverse("admin:outbox_suppressedaddress_changelist"))
        error = "Mail to this address is not stopped." if request.method == "POST" else ""
        context = {**self.admin_site.each_context(request), "title": "Write to an address again", "error": error}
        return TemplateResponse(request, "outbox/admin/lift.html", context, status=422 if error else 200)


@admin.register(OutgoingPush)
class OutgoingPushAdmin(OutgoingAdmin):
    things = "pushes"
    exclude = ("claim_token", "claimed_until")
