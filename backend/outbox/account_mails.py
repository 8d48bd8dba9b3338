"""Mails about signing in, through the outbox: codes, notices of changes, and answers to addresses that have no account.

A request waits for no mail server, and takes as long whether or not there is an account; a server that is away costs nobody
their code.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.contrib.sites.shortcuts import get_current_site
from django.utils import translation

from backend.accounts.adapters import AccountAdapter
from backend.accounts.models import User
from backend.accounts.page_language import accepted_language
from backend.languages import closest_language
from backend.outbox.enqueuing import send_letter
from backend.outbox.models import AT_WORK, OutgoingMail
from backend.outbox.sealed import Letter

CODE_LIFETIME = timedelta(minutes=15)
NOTICE_LIFETIME = timedelta(days=3)
MAX_TO_NOBODY = 1000
"""So many mails to addresses without an account may wait at once; what is asked for beyond that is not written."""

logger = structlog.get_logger(__name__)


class OutboxAccountAdapter(AccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is; where there is nobody, in the one that the request asks for."""
        user = context.get("user") or _owner_of(email)
        language = closest_language(user.language) if user else accepted_language(self.request)
        filling = {"request": self.request, "email": email, "current_site": get_current_site(self.request), **context}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, filling)
        stored = user.pk if user is not None and not user._state.adding else None
        if stored is None and OutgoingMail.objects.filter(user=None, state__in=AT_WORK).count() >= MAX_TO_NOBODY:
            logger.warning("too_many_mails_to_nobody")
            return
        letter = Letter(email, message.subject, str(message.body))
        send_letter(
            stored,
            template_prefix.rpartition("/")[2],
            letter,
            # Whoever asks for an answer about an address waits for it no longer than for a code.
            lifetime=CODE_LIFETIME if "code" in context or stored is None else NOTICE_LIFETIME,
        )

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Theirs, also if it goes to the address that they had."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)


def _owner_of(email: str) -> User | None:
    user = User.objects.filter(email__iexact=email).first()
    return user or User.objects.filter(emailaddress__email__iexact=email).first()
