"""A participant's profile: choices and facts, changed under one lock, with every change kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from backend.accounts.models import User
from backend.accounts.profile_changes import record_changes
from backend.api.conditional import content_tag
from backend.api.problems import PreconditionFailed
from backend.languages import closest_language
from backend.outbox.claims import cancel
from backend.outbox.enqueuing import cancel_queued
from backend.outbox.models import OutgoingPush
from backend.outbox.suppression import suppression_of
from tracker.due_weeks import tell_scores_again
from tracker.participant_facts import FactsStated, change_facts, latest_facts
from tracker.record_types.same_sessions import settle_all_sessions

NO_CHOICES = ("id", "email", "mail_stopped", "weekly_email")
FACTS = ("birth_year", "not_applicable")
# The kind of mail that `weekly_email` is about.
WEEKLY_SUMMARY = "weekly_summary"
MAIL_STOPPED = {
    "bounced": gettext_lazy("A mail to your address came back, so we have paused the weekly summary."),
    "complained": gettext_lazy(
        "A mail to your address was reported as unwanted, so we have paused the weekly summary."
    ),
}
RESUME = gettext_lazy(
    "To get it again, confirm your address: set a new password with a code that we mail you, or change your address."
)


def profile_document(user: User) -> dict[str, Any]:
    facts = latest_facts(user)
    return {
        "id": user.pk,
        "email": user.email,
        "display_name": user.display_name,
        "home_time_zone": user.home_time_zone,
        "language": user.language,
        "hide_numbers": user.hide_numbers,
        "preferred_origins": user.preferred_origins,
        "weekly_email": {
            "enabled": user.weekly_email,
            "weekday": user.weekly_email_weekday,
            "hour": user.weekly_email_hour,
        },
        "mail_stopped": _mail_stopped(user),
        "push_week_ready": user.push_week_ready,
        "birth_year": facts.birth_year if facts else None,
        "not_applicable": (facts and facts.not_applicable) or [],
    }


def _mail_stopped(user: User) -> dict[str, Any] | None:
    """Why the weekly summary doesn't go to their address, and what they can do; None if it may."""
    stopped = suppression_of(user.email)
    if stopped is None:
        return None
    with translation.override(closest_language(user.language)):
        message = f"{MAIL_STOPPED[stopped.reason]} {RESUME}"
    return {"reason": stopped.reason, "since": stopped.since, "message": message}


def profile_tag(document: dict[str, Any]) -> str:
    """Strong, for `If-Match`: the document is made of nothing else."""
    return content_tag(document).removeprefix("W/")


def kept_fields(document: dict[str, Any]) -> dict[str, Any]:
    """What the history keeps, flat: `weekly_email.hour`. The address is no choice; its changes are the sign-in's."""
    weekly_email = {f"weekly_email.{name}": value for name, value in document["weekly_email"].items()}
    own = {name: value for name, value in document.items() if name not in NO_CHOICES}
    return {**own, **weekly_email}


@transaction.atomic
def change_profile(
    user: User, changes: dict[str, Any], *, expected: str | None = None, device_id: UUID | None = None, now: datetime
) -> dict[str, Any]:
    """Carry out validated changes, and keep what stood there before; returns the profile as it then is.

    Facts come first, so that the week they hold from is the one at the home they had. The participant's row is locked before
    all else, as by the weekly close, which then takes due weeks too: one order for both. Raises PreconditionFailed if the
    profile isn't the `expected` one any more.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = profile_document(user)
    if expected is not None and expected.strip() not in ("*", profile_tag(before)):
        raise PreconditionFailed(
            "The profile has changed since; `current` is the server's copy. Nothing was changed.", current=before
        )
    stated = FactsStated(**{name: changes.pop(name) for name in FACTS if name in changes})  # type: ignore[typeddict-item]
    if stated:
        change_facts(user, stated=stated, now=now)
    if {"home_time_zone", "weekly_email", "weekly_email_weekday", "weekly_email_hour"} & changes.keys():
        changes["next_weekly_email_at"] = None  # to be worked out anew
    if changes.get("hide_numbers", user.hide_numbers) != user.hide_numbers:
        tell_scores_again(user.pk)
    for field, value in changes.items():
        setattr(user, field, value)
    if changes:
        user.save(update_fields=list(changes))
    if changes.get("weekly_email") is False:
        cancel_queued(user.pk, WEEKLY_SUMMARY)
    if changes.get("push_week_ready") is False:
        cancel(OutgoingPush.objects.filter(user=user), reason="Switched off.")
    if "preferred_origins" in changes:
        settle_all_sessions(user.pk)
    after = profile_document(user)
    record_changes(user, kept_fields(before), kept_fields(after), device_id=device_id, now=now)
    return after
