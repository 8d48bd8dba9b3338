"""Mails about signing in, through the outbox: codes, notices of changes, and answers to addresses that have no account.

A request waits for no mail server, and takes as long whether or not there is an account; a server that is away costs nobody
their code.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.sites.shortcuts import get_current_site
from django.utils import translation

from backend.accounts.adapters import AccountAdapter
from backend.accounts.models import User
from backend.accounts.page_language import accepted_language
from backend.languages import closest_language
from backend.outbox.enqueuing import send_letter
from backend.outbox.sealed import Letter

CODE_LIFETIME = timedelta(minutes=15)
NOTICE_LIFETIME = timedelta(days=3)


class OutboxAccountAdapter(AccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is; where there is nobody, in the one that the request asks for."""
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = closest_language(user.language) if user else accepted_language(self.request)
        filling = {"request": self.request, "email": email, "current_site": get_current_site(self.request), **context}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, filling)
        stored = user.pk if user is not None and not user._state.adding else None
        letter = Letter(email, message.subject, str(message.body))
        send_letter(
            stored,
            template_prefix.rpartition("/")[2],
            letter,
            lifetime=CODE_LIFETIME if "code" in context else NOTICE_LIFETIME,
        )
