"""What the sender asks of whatever carries a mail away, and what that can answer."""

from __future__ import annotations

from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from django.core.mail import EmailMultiAlternatives


class Refused(Exception):
    """A clear no to this mail: nothing was accepted. Temporary or for good."""

    def __init__(self, words: str, *, temporary: bool) -> None:
        self.temporary = temporary
        super().__init__(words[:500])


class Undeliverable(Exception):
    """Nobody needs to be asked, or there is no way to: nothing was accepted, and never will be."""


class Unreachable(Exception):
    """Nobody there that would take mails from us at all, or none any more: nothing was accepted, and no mail is at fault."""


class Unknown(Exception):
    """The connection broke, or the answer made no sense, after the message had begun to go: nobody can say whether it was
    accepted."""


class Reply(NamedTuple):
    """A yes: what was said, and the id under which the provider will speak of this mail, if it has one."""

    words: str
    provider_id: str = ""


class Transport(Protocol):
    """One connection, kept for several messages. The sender commits that it is about to hand a message over before it does:
    nothing before `hand_over` may make anybody accept it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None: ...

    def begin(self, sender: str, recipient: str) -> None:
        """As far as it goes without the message. Raises Refused, Undeliverable or Unreachable."""

    def prepare(self, message: EmailMultiAlternatives) -> Any:
        """The message as `hand_over` takes it. What can't be put into that form raises here, while nothing has happened."""

    def hand_over(self, prepared: Any) -> Reply:
        """Raises Refused for a clear no, Unreachable for one that concerns us and no mail, and Unknown for whatever may have
        been a yes."""
