"""What has left the outbox, as messages: for tests that look at a mail's words rather than at how it travels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from backend.outbox.sending import send_mail
from backend.outbox.transports import Reply, Transport


class Keeping(Transport):
    """Takes every mail, and keeps it where Django's own backend for tests keeps those that go past the outbox."""

    def close(self) -> None: ...

    def begin(self, sender: str, recipient: str) -> None: ...

    def prepare(self, message: EmailMultiAlternatives) -> EmailMultiAlternatives:
        return message

    def hand_over(self, prepared: EmailMultiAlternatives) -> Reply:
        mail.outbox.append(prepared)
        return Reply("250 Kept")


class Letters(Sequence[Any]):
    """All of them. Whoever looks finds everything sent that is due."""

    def __getitem__(self, index: Any) -> Any:
        return self._sent()[index]

    def __len__(self) -> int:
        return len(self._sent())

    def __eq__(self, other: object) -> bool:
        return self._sent() == other

    __hash__ = None  # type: ignore[assignment]

    def clear(self) -> None:
        self._sent().clear()

    def _sent(self) -> list[Any]:
        send_mail()
        return mail.outbox
